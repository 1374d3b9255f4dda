// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.tornado.cuda.StandIn;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** NCCL's library: found or not, whole or not, and its errors. */
class NcclTest {
    @TempDir(cleanup = CleanupMode.NEVER)
    Path folder;

    @Test
    void aMissingLibraryIsNotAvailable() {
        NcclUnavailableException missing = assertThrows(
                NcclUnavailableException.class,
                () -> Nccl.load(List.of("/nowhere/libnccl.so.2", "libnothing-of-us.so")));
        assertEquals(
                "NCCL was not found (tried /nowhere/libnccl.so.2, libnothing-of-us.so); -Dlplb.ncclLibrary=PATH says"
                        + " where libnccl.so.2 is.",
                missing.getMessage());
    }

    @Test
    void theLibraryIsTakenFromWhereThePropertySays() {
        System.setProperty(Nccl.PATH_PROPERTY, "/nowhere/else");
        try {
            NcclUnavailableException missing = assertThrows(NcclUnavailableException.class, Nccl::load);
            assertTrue(StandIn.message(missing).contains("(tried /nowhere/else)"), missing.toString());
        } finally {
            System.clearProperty(Nccl.PATH_PROPERTY);
        }
    }

    @Test
    void aLibraryThatLacksACallIsNamed() throws Exception {
        StandIn old = StandIn.compile(folder, "-DOLD");
        NcclUnavailableException lacks = assertThrows(
                NcclUnavailableException.class,
                () -> Nccl.load(List.of(old.file().toString())));
        assertEquals("NCCL lacks ncclCommDestroy; it is older than 2.4, or another library.", lacks.getMessage());
    }

    @Test
    void callsAreNamedInErrors() throws Exception {
        StandIn standIn = StandIn.compile(folder);
        standIn.reset();
        Nccl nccl = Nccl.load(List.of(standIn.file().toString()));
        assertEquals("2.27.3", nccl.version());
        byte[] id = nccl.uniqueId();
        assertEquals(Nccl.ID_BYTES, id.length);
        id[5]++;
        NcclException refused = assertThrows(NcclException.class, () -> nccl.connect(2, id, 0));
        assertEquals("ncclCommInitRank: unknown error (4)", refused.getMessage());
        standIn.asyncError(7);
        nccl.asyncError(5);
        standIn.asyncError(6);
        NcclException remote = assertThrows(NcclException.class, () -> nccl.asyncError(5));
        assertEquals(
                "ncclCommGetAsyncError: remote process exited or there was a network error (6)", remote.getMessage());
        assertEquals(0, standIn.live());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ncclGetVersion",
                "ncclGetUniqueId",
                "ncclCommInitRank",
                "ncclAllGather",
                "ncclCommGetAsyncError",
                "ncclCommAbort",
                "ncclCommDestroy"
            })
    void everyErrorCodeIsAnException(String function) throws Exception {
        StandIn standIn = StandIn.compile(folder);
        standIn.reset();
        Nccl nccl = Nccl.load(List.of(standIn.file().toString()));
        standIn.fail(function, 2);
        NcclException failure = assertThrows(NcclException.class, () -> {
            nccl.version();
            nccl.connect(1, nccl.uniqueId(), 0);
            nccl.allGather(0, 0, 0, 5, 0);
            nccl.asyncError(5);
            nccl.abort(5);
            nccl.destroy(5);
        });
        assertEquals(function, failure.call());
        assertEquals(2, failure.code());
    }
}
