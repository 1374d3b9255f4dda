// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.lplb.exchange.GroupIdentity;
import io.lplb.exchange.RoundStatus;
import io.lplb.exchange.WorkloadExchange;
import io.lplb.tornado.cuda.Cleanup;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.cuda.PinnedMemory;
import io.lplb.tornado.program.SourceGroup;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The exchange of counts in arrays of the host over NCCL, for ranks that plan on the host but have GPUs and their network
 * between them. Where ids are on the GPU, {@link NcclExchange} gathers without the host.
 *
 * <pre>
 *   row     | tokens of every expert [experts] | round, low, high | fingerprint, low, high |
 *
 *   own counts --pinned--&gt; own row --ncclAllGather on a stream of its own--&gt; rows --pinned--&gt; all counts
 * </pre>
 *
 * <p>The contract is that of {@link WorkloadExchange}, but all ranks gather equally often: a gather of NCCL is complete when
 * all have called it. A row of another round or fingerprint is left out as if it had not come. A gather that is not
 * complete in time is {@link RoundStatus#MISSED}, and ends the communicator. From then on the fallback gathers, in the same
 * rounds, and leads back to NCCL when all ranks are there again, one that was started anew included
 * ({@link FailbackProtocol}). Without a fallback every later round is MISSED at once.
 *
 * <p>One thread at a time uses an exchange; {@link #transport} and {@link #isAlive} may be called by any. A round allocates
 * nothing.
 */
public final class NcclWorkloadExchange implements WorkloadExchange {
    private static final int TAIL = 4;
    private static final int ROW_STEP = 4;

    /** Odd, so that layers of equal fingerprints never have equal rows. */
    private static final long LAYER_STEP = 0x9E3779B97F4A7C15L;

    private static final long SPIN_NANOS = 200_000;
    private static final long PARK_NANOS = 20_000;

    /** The watch looks for errors eight times in this, and gives a call so much longer than its deadline, which is its caller's. */
    private static final long WATCH_NANOS = 100_000_000;

    private final CudaDriver driver;
    private final CudaDevice device;
    private final SourceGroup group;
    private final NcclLink link;
    private final String connected;
    private final boolean joinedLate;
    private final int experts;
    private final long stream;
    private final long rows;
    private final long rowBytes;
    private final PinnedMemory ownRow;
    private final PinnedMemory allRows;
    private final Cleanup cleanup = new Cleanup();
    private final boolean[] heard;
    private final boolean[] absent;
    private boolean failed;
    private boolean closed;

    /** Connects; what was taken is given back if that fails, the device apart. */
    private NcclWorkloadExchange(NcclGroup with, CudaDevice device, int experts, byte @Nullable [] id) {
        driver = with.driver();
        this.device = device;
        this.experts = experts;
        group = with.sources();
        joinedLate = id == null;
        int words = Math.ceilDiv(experts + TAIL, ROW_STEP) * ROW_STEP;
        rowBytes = (long) Integer.BYTES * words;
        heard = new boolean[group.sources()];
        absent = new boolean[group.sources()];
        device.enter();
        try {
            stream = driver.createStream(cleanup);
            rows = driver.allocate(rowBytes * group.sources());
            cleanup.add(() -> driver.free(rows));
            ownRow = PinnedMemory.take(driver, cleanup, rowBytes);
            allRows = PinnedMemory.take(driver, cleanup, rowBytes * group.sources());
            cleanup.add(() -> driver.synchronise(stream));
            link = new NcclLink(with, device, GatherProgress.NONE, WATCH_NANOS, id);
            cleanup.add(link::close);
            connected = "NCCL " + with.nccl().version() + ": " + group.sources()
                    + " ranks with a GPU each, this one on " + device.name();
        } catch (RuntimeException e) {
            cleanup.closeQuietly(e);
            throw e;
        } finally {
            device.leave();
        }
    }

    /**
     * Connects with the other ranks by the fallback of the settings.
     *
     * @param settings this rank's number, the group, and its fallback, which must be there
     * @return an exchange, which the caller closes
     * @throws CudaUnavailableException if the driver is not there or too old
     * @throws NcclUnavailableException if libnccl.so.2 is not there or too old
     * @see #connect(NcclSettings, Bootstrap)
     */
    public static NcclWorkloadExchange connect(NcclSettings settings)
            throws CudaUnavailableException, NcclUnavailableException {
        WorkloadExchange fallback = settings.fallback();
        if (fallback == null) {
            throw new IllegalArgumentException("fallback: got none and no carrier of tickets, expected one of them");
        }
        return connect(settings, Bootstrap.over(fallback, settings.connectTimeout()));
    }

    /**
     * Connects with the other ranks.
     *
     * @param settings this rank's number and the group
     * @param carrier brings the ticket of rank 0 to the others; not used where the fallback has joined ranks at work
     * @return an exchange, which the caller closes
     * @throws IllegalArgumentException if a rank has other settings: names both values
     * @throws IllegalStateException if not all ranks connect in time
     * @throws CudaUnavailableException if the driver is not there or too old
     * @throws NcclUnavailableException if libnccl.so.2 is not there or too old
     * @throws CudaException if the driver refuses
     * @throws NcclException if NCCL refuses
     */
    public static NcclWorkloadExchange connect(NcclSettings settings, Bootstrap carrier)
            throws CudaUnavailableException, NcclUnavailableException {
        return connect(new CudaDriver(CudaLibrary.load()), Nccl.load(), settings, carrier);
    }

    static NcclWorkloadExchange connect(CudaDriver driver, Nccl nccl, NcclSettings settings, Bootstrap carrier) {
        GroupIdentity identity = settings.identity();
        SourceGroup group = new SourceGroup(identity.ranks(), settings.self(), identity.ranks());
        WorkloadExchange fallback = settings.fallback();
        CudaDevice device = new CudaDevice(driver, settings.device());
        try {
            byte[] id = fallback != null && fallback.joinedLate()
                    ? null
                    : BootstrapRecord.exchange(
                            carrier,
                            nccl,
                            group,
                            "counts of the host, " + identity.experts() + " experts: " + identity.description(),
                            HexFormat.of().toHexDigits(identity.fingerprint()));
            NcclGroup with = new NcclGroup(
                    driver,
                    nccl,
                    settings.device(),
                    group,
                    identity.fingerprint(),
                    settings.connectTimeout(),
                    fallback);
            return new NcclWorkloadExchange(with, device, identity.experts(), id);
        } catch (RuntimeException e) {
            Cleanup cleanup = new Cleanup();
            cleanup.add(device::close);
            cleanup.closeQuietly(e);
            throw e;
        }
    }

    /**
     * Says what an exchange on this machine lacks, without waiting for other ranks: loads driver and library, and opens the GPU.
     *
     * @param device the GPU, as this process numbers them
     * @return empty if nothing
     */
    public static String missing(int device) {
        try {
            CudaDriver driver = new CudaDriver(CudaLibrary.load());
            Nccl.load().version();
            new CudaDevice(driver, device).close();
            return "";
        } catch (CudaUnavailableException | NcclUnavailableException | CudaException | NcclException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Override
    public int ranks() {
        return group.sources();
    }

    @Override
    public int self() {
        return group.self();
    }

    @Override
    public int experts() {
        return experts;
    }

    @Override
    public RoundStatus gather(long round, int layer, long fingerprint, int[] own, int[] all, long timeoutNanos) {
        if (closed) {
            throw new IllegalStateException("gather: got a closed exchange, expected an open one");
        }
        check(round, layer, own, all);
        failed = false;
        long key = fingerprint + layer * LAYER_STEP;
        long start = System.nanoTime();
        // A wait keeps its deadline itself, and knows its round; the watch is for calls that hang, and would say less.
        link.callBegins(Math.min(timeoutNanos, Long.MAX_VALUE - WATCH_NANOS) + WATCH_NANOS);
        device.enter();
        try {
            if (launch(round, key, own)) {
                return await(round, start, timeoutNanos) ? read(round, key, all) : missed(own, all);
            }
            if (!link.hasHost()) {
                return missed(own, all);
            }
            long left = timeoutNanos - (System.nanoTime() - start);
            RoundStatus status = link.gatherOnHost(key, own, all, left, 0);
            for (int r = 0; r < heard.length; r++) {
                heard[r] = link.heard(r);
                absent[r] = !heard[r];
            }
            return status;
        } finally {
            device.leave();
            link.callEnds();
        }
    }

    private void check(long round, int layer, int[] own, int[] all) {
        requireLength("own", own.length, experts);
        requireLength("all", all.length, experts * group.sources());
        if (round <= link.round()) {
            throw new IllegalArgumentException("round: got " + round + ", expected above " + link.round());
        }
        if (layer < 0) {
            throw new IllegalArgumentException("layer: got " + layer + ", expected at least 0");
        }
        for (int e = 0; e < experts; e++) {
            if (own[e] < 0) {
                throw new IllegalArgumentException("own[" + e + "]: got " + own[e] + ", expected at least 0 tokens");
            }
        }
    }

    private static void requireLength(String name, int got, int expected) {
        if (got != expected) {
            throw new IllegalArgumentException(name + ": got length " + got + ", expected " + expected);
        }
    }

    /** Puts a round on the stream; false if NCCL does not gather. */
    private boolean launch(long round, long fingerprint, int[] own) {
        if (!link.enter(round)) {
            return false;
        }
        try {
            if (link.takeReturn()) {
                // Work that the last communicator left behind still writes to the rows.
                driver.synchronise(stream);
                Arrays.fill(absent, false);
            }
            MemorySegment.copy(own, 0, ownRow.segment(), JAVA_INT, 0, experts);
            put(experts, round);
            put(experts + 2, fingerprint);
            long mine = rows + rowBytes * group.self();
            driver.copyToDevice(mine, ownRow.address(), rowBytes, stream);
            link.communicator().allGather(mine, rows, rowBytes / Integer.BYTES, stream);
            driver.copyToHost(allRows.address(), rows, rowBytes * group.sources(), stream);
            return true;
        } catch (NcclException | CudaException e) {
            link.failed(String.valueOf(e.getMessage()));
            return false;
        } finally {
            link.leave();
        }
    }

    private void put(int at, long value) {
        ownRow.segment().setAtIndex(JAVA_INT, at, (int) value);
        ownRow.segment().setAtIndex(JAVA_INT, at + 1, (int) (value >>> Integer.SIZE));
    }

    private long get(int row, int at) {
        long from = rowBytes * row + (long) Integer.BYTES * at;
        return Integer.toUnsignedLong(allRows.segment().get(JAVA_INT, from))
                | (long) allRows.segment().get(JAVA_INT, from + Integer.BYTES) << Integer.SIZE;
    }

    /** Waits for the rows; false if they do not come, and then NCCL has ended. */
    private boolean await(long round, long start, long timeoutNanos) {
        try {
            while (!driver.isDone(stream)) {
                long waited = System.nanoTime() - start;
                if (waited >= timeoutNanos) {
                    link.failed("round " + round + " got no counts of all ranks within " + timeoutNanos / 1_000_000
                            + " ms");
                }
                if (!link.isAlive()) {
                    return false;
                }
                if (waited < SPIN_NANOS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.parkNanos(this, PARK_NANOS);
                }
            }
        } catch (CudaException e) {
            link.failed(String.valueOf(e.getMessage()));
        }
        // An abort ends the gather, too, and leaves rows that are old or torn.
        return link.isAlive();
    }

    private RoundStatus read(long round, long fingerprint, int[] all) {
        RoundStatus status = RoundStatus.COMPLETE;
        for (int r = 0; r < heard.length; r++) {
            long theirs = get(r, experts);
            link.skipTo(theirs);
            heard[r] = theirs == round && get(r, experts + 2) == fingerprint;
            if (heard[r]) {
                MemorySegment.copy(allRows.segment(), JAVA_INT, rowBytes * r, all, r * experts, experts);
            } else {
                Arrays.fill(all, r * experts, (r + 1) * experts, 0);
                if (!absent[r]) {
                    status = RoundStatus.MISSED;
                } else if (status == RoundStatus.COMPLETE) {
                    status = RoundStatus.PARTIAL;
                }
            }
            absent[r] = !heard[r];
        }
        return status;
    }

    private RoundStatus missed(int[] own, int[] all) {
        failed = true;
        Arrays.fill(all, 0);
        Arrays.fill(heard, false);
        Arrays.fill(absent, true);
        System.arraycopy(own, 0, all, group.self() * experts, experts);
        heard[group.self()] = true;
        absent[group.self()] = false;
        return RoundStatus.MISSED;
    }

    @Override
    public boolean heard(int rank) {
        return heard[rank];
    }

    /** A gather of NCCL that fails says nothing about single ranks; the rounds of the fallback after it do. */
    @Override
    public boolean isAway(int rank) {
        return !failed && WorkloadExchange.super.isAway(rank);
    }

    @Override
    public long nextRound() {
        return link.nextRound();
    }

    @Override
    public void service() {
        if (!closed) {
            link.service();
        }
    }

    @Override
    public boolean joinedLate() {
        return joinedLate;
    }

    @Override
    public String transport() {
        return link.transport(connected);
    }

    /** {@return whether NCCL gathers} */
    public boolean isAlive() {
        return link.isAlive();
    }

    /** Leaves the group; the other ranks then miss this one. The fallback is the caller's. Closing twice is harmless. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        device.closeAfter(cleanup::close);
    }
}
