// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.export;

import io.lplb.tornado.provider.DriverProvider;
import io.lplb.tornado.ptx.SharedArrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * PTX as TornadoVM emits it, made fit to be kept: its kernel gets a name without the hash of an object, and the header asks
 * for no more than the instructions need.
 */
final class PtxCode {
    /** sm_80 needs PTX 7.0; nothing that TornadoVM emits for our kernels is newer. */
    private static final String VERSION = ".version 7.0";

    private static final String TARGET = ".target sm_" + DriverProvider.LEAST_CAPABILITY;

    private static final Pattern ENTRY = Pattern.compile("\\.visible \\.entry (\\w+)\\(([^)]*)\\)");
    private static final int WARP = 32;

    private final String text;
    private final int parameters;

    /**
     * @param emitted one module with one entry
     * @param entry the kernel's new name
     */
    PtxCode(String emitted, String entry) {
        Matcher found = ENTRY.matcher(emitted);
        if (!found.find()) {
            throw new IllegalArgumentException("PTX: got no entry, expected one");
        }
        parameters = found.group(2).split(",", -1).length;
        text = emitted.replace(found.group(1), entry)
                        .replaceFirst("(?m)^\\.version \\S+", VERSION)
                        .replaceFirst("(?m)^\\.target \\S+", TARGET)
                        .replaceAll("(?m)[ \\t]+$", "")
                        .strip()
                + "\n";
    }

    private PtxCode(String text, int parameters) {
        this.text = text;
        this.parameters = parameters;
    }

    /**
     * Returns the code of a solver's kernel in cheaper forms, which TornadoVM has no way to ask for (what each of them
     * brought on an H100 is in docs/measurements/kernels.md):
     *
     * <ul>
     *   <li>barriers that every thread of a warp reaches together, as all of ours are; in a work-group of one warp those of
     *       the warp, which cost nothing, unless there are shuffles: for these ptxas then no longer knows that the warp is
     *       whole, and makes it so each time;
     *   <li>quotients of up to 2 units in the last place for divisors below 2^126, where the plain form scales for larger
     *       ones;
     *   <li>products and sums that ptxas may contract to one instruction with one rounding;
     *   <li>{@link #withSharedBases() addresses of shared memory} from a register.
     * </ul>
     *
     * <p>Quotients and contraction change the last bits of shares, which the host certifies in double.
     *
     * @param threads of a work-group
     */
    PtxCode tuned(int threads) {
        boolean warpBarriers = threads == WARP && !text.contains("shfl.");
        String tuned = text.replace(
                        "barrier.sync\t0", warpBarriers ? "bar.warp.sync\t0xffffffff" : "barrier.sync.aligned\t0")
                .replace("div.full.f32", "div.approx.f32")
                .replaceAll("\\b(mul|add|sub)\\.rn\\.f32", "$1.f32");
        return new PtxCode(tuned, parameters).withSharedBases();
    }

    /** Returns the code with addresses of shared memory from registers; its kernel must be launched in whole warps. */
    PtxCode withSharedBases() {
        return new PtxCode(new SharedArrays(text).byRegister(), parameters);
    }

    String text() {
        return text;
    }

    int parameters() {
        return parameters;
    }

    /** Returns the bytes of shared memory that the code declares. */
    int sharedBytes() {
        return new SharedArrays(text).bytes();
    }

    /** Returns how often a text occurs. */
    int count(String part) {
        return (text.length() - text.replace(part, "").length()) / part.length();
    }
}
