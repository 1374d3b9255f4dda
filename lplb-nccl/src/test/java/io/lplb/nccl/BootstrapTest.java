// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.exchange.LocalExchange;
import io.lplb.tornado.cuda.StandIn;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the ticket of source 0 comes to the others, and what is refused then. */
@Timeout(60)
class BootstrapTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String ID = "ab".repeat(Nccl.ID_BYTES);

    @TempDir
    Path folder;

    private static BootstrapRecord ticket(int self) {
        return new BootstrapRecord(3, "256 experts", "0102", self == 0 ? ID : "");
    }

    private static List<CompletableFuture<byte[]>> over(int experts, BootstrapRecord... tickets) {
        List<LocalExchange> group = LocalExchange.group(tickets.length, experts);
        List<CompletableFuture<byte[]>> carried = new ArrayList<>();
        for (int s = 0; s < tickets.length; s++) {
            int self = s;
            carried.add(CompletableFuture.supplyAsync(
                    () -> Bootstrap.over(group.get(self), LONG).ofSourceZero(self, tickets[self].toBytes()),
                    task -> new Thread(task, "source " + self).start()));
        }
        return carried;
    }

    @Test
    void ticketFileIsNewAndNoLink() throws Exception {
        Bootstrap carrier = Bootstrap.file(folder.resolve("ticket"), Duration.ofMillis(100));
        byte[] ticket = ticket(0).toBytes();
        Path precious = Files.writeString(folder.resolve("precious"), "kept");
        Files.createSymbolicLink(folder.resolve("ticket"), precious);
        assertTrue(messageOf(() -> carrier.ofSourceZero(0, ticket)).contains("a file that is there already"));
        assertTrue(messageOf(() -> carrier.ofSourceZero(1, ticket)).contains("which is a link or no file"));
        assertEquals("kept", Files.readString(precious));
        Files.delete(folder.resolve("ticket"));
        Files.write(folder.resolve("ticket"), new byte[BootstrapRecord.BYTES + 1]);
        assertTrue(messageOf(() -> carrier.ofSourceZero(1, ticket)).contains("got more than 1024 bytes"));
        Files.delete(folder.resolve("ticket"));
        assertArrayEquals(ticket, carrier.ofSourceZero(0, ticket));
        assertArrayEquals(ticket, carrier.ofSourceZero(1, ticket));
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(2, left.count());
        }
    }

    private static String messageOf(Executable call) {
        return String.valueOf(assertThrows(IllegalStateException.class, call).getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 256, 2000})
    void ticketsTravelInTheCountsOfAnExchange(int experts) {
        List<CompletableFuture<byte[]>> carried = over(experts, ticket(0), ticket(1), ticket(2));
        for (int s = 0; s < 3; s++) {
            assertEquals(
                    ID,
                    BootstrapRecord.of(carried.get(s).join(), 0, s, ticket(s)).id(),
                    "source " + s);
        }
        assertEquals((byte) 0xab, ticket(0).idBytes()[127]);
    }

    @Test
    void everySourceRefusesAGroupInWhichOneDiffers() {
        BootstrapRecord other = new BootstrapRecord(3, "128 experts", "0102", "");
        List<CompletableFuture<byte[]>> carried = over(64, ticket(0), ticket(1), other);
        String[] expected = {
            "settings: got 128 experts from source 2, expected 256 experts as source 0 has",
            "settings: got 128 experts from source 2, expected 256 experts as source 1 has",
            "settings: got 256 experts from source 0, expected 128 experts as source 2 has"
        };
        for (int s = 0; s < 3; s++) {
            CompletionException refused = assertThrows(CompletionException.class, carried.get(s)::join);
            assertInstanceOf(IllegalArgumentException.class, refused.getCause());
            assertEquals(expected[s], StandIn.message(refused.getCause()));
        }
    }

    @Test
    void aSourceThatIsMissingIsSaid() {
        LocalExchange alone = LocalExchange.group(2, 8).get(0);
        IllegalStateException missing = assertThrows(
                IllegalStateException.class,
                () -> Bootstrap.over(alone, Duration.ofMillis(1))
                        .ofSourceZero(0, ticket(0).toBytes()));
        assertTrue(StandIn.message(missing).startsWith("ticket: got the round MISSED over memory"), missing.toString());
    }

    @Test
    void aFileCarriesTheTicket() throws Exception {
        Path file = folder.resolve("ticket");
        CompletableFuture<byte[]> second = CompletableFuture.supplyAsync(
                () -> Bootstrap.file(file, LONG).ofSourceZero(1, ticket(1).toBytes()));
        byte[] own = ticket(0).toBytes();
        assertArrayEquals(own, Bootstrap.file(file, LONG).ofSourceZero(0, own));
        assertArrayEquals(own, second.join());
        assertTrue(Files.readString(file)
                .startsWith("lplb-nccl 1\nsources 3\nsettings 256 experts\nfingerprint 0102\nid abab"));
        Bootstrap nowhere = Bootstrap.file(folder.resolve("none"), Duration.ofMillis(3));
        IllegalStateException late = assertThrows(
                IllegalStateException.class,
                () -> nowhere.ofSourceZero(1, ticket(1).toBytes()));
        assertTrue(StandIn.message(late).contains("within 3 ms, expected one from source 0"), late.toString());
        Bootstrap unwritable = Bootstrap.file(folder.resolve("no/folder"), LONG);
        assertThrows(IllegalStateException.class, () -> unwritable.ofSourceZero(0, own));
    }

    @ParameterizedTest
    @CsvSource({
        "'', 'ticket of source 0: got '''', expected a line ''lplb-nccl ...'''",
        "'lplb-nccl 2|sources 3|settings x|fingerprint y|id z', "
                + "'lplb-nccl: got 2 from source 0, expected 1 as source 2 has'",
        "'lplb-nccl 1|sources 2|settings x|fingerprint y|id z', "
                + "'sources: got 2 from source 0, expected 3 as source 2 has'",
        "'lplb-nccl 1|sources 3|settings 256 experts|fingerprint 0103|id z', "
                + "'fingerprint: got 0103 from source 0, expected 0102 as source 2 has'",
        "'lplb-nccl 1|sources 3|settings 256 experts|fingerprint 0102|id abcd', "
                + "'ticket of source 0: got an id of 2 bytes, expected 128'"
    })
    void whatIsNoTicketOrDiffersIsRefused(String text, String message) {
        byte[] bytes = text.replace('|', '\n').getBytes(StandardCharsets.UTF_8);
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> BootstrapRecord.of(bytes, 0, 2, ticket(2)));
        assertEquals(message, refused.getMessage());
    }

    @Test
    void aTicketHasABound() {
        BootstrapRecord large = new BootstrapRecord(2, "x".repeat(2000), "", "");
        assertThrows(IllegalStateException.class, large::toBytes);
    }
}
