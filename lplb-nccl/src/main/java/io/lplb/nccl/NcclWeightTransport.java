// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import io.lplb.replica.ReplicaSettings;
import io.lplb.replica.WeightTransport;
import io.lplb.tornado.cuda.Cleanup;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.cuda.DeviceSession;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Weight copies between ranks by NCCL send and receive, in the memory of the device that the caller has registered.
 *
 * <pre>
 *   weights of a rank   | slot 0 | slot 1 | ... | slot slotsPerRank - 1 |      expertBytes each, home slots first
 * </pre>
 *
 * <p>The send and the receive of a round go on side by side. A round that does not end within the time limit is aborted, and with
 * it the transport: the slot that was being received is undefined then.
 *
 * <p>Belongs to one thread. A round allocates nothing.
 */
public final class NcclWeightTransport implements WeightTransport, AutoCloseable {
    /** A round takes from some 10 us to some 100 us; a thread that sleeps wakes up 50 us late and more. */
    private static final long SPIN_NANOS = 1_000_000;

    private static final long POLL_MICROS = 20;

    private final CudaDriver driver;
    private final DeviceSession session;
    private final Cleanup cleanup = new Cleanup();
    private final NcclCommunicator communicator;
    private final long stream;
    private final long weights;
    private final long expertBytes;
    private final int slotsPerRank;
    private final long limitNanos;
    private int to = -1;
    private int from = -1;
    private long sent;
    private long received;

    private NcclWeightTransport(
            CudaDriver driver, Nccl nccl, Group group, ReplicaSettings settings, long weights, long expertBytes) {
        this.driver = driver;
        this.weights = weights;
        this.expertBytes = expertBytes;
        slotsPerRank = settings.slotsPerRank();
        limitNanos = TimeUnit.NANOSECONDS.convert(group.limit());
        driver.initialise();
        CudaDevice device = new CudaDevice(driver, group.device());
        session = new DeviceSession("weight transport", "round", device);
        RuntimeException failure = null;
        long ownStream = 0;
        NcclCommunicator connected = null;
        device.enter();
        try {
            ownStream = driver.createStream(cleanup);
            connected =
                    NcclCommunicator.connect(nccl, device, settings.ranks(), group.rank(), group.id(), group.limit());
            cleanup.add(connected::close);
        } catch (RuntimeException e) {
            failure = cleanup.closeQuietly(e);
        } finally {
            device.leave();
        }
        if (failure != null || connected == null) {
            device.close();
            throw failure == null ? new IllegalStateException("NCCL: got no communicator, expected one") : failure;
        }
        stream = ownStream;
        communicator = connected;
    }

    /**
     * Place of a rank among the ranks that copy to each other.
     *
     * @param rank this rank
     * @param id name under which the ranks find each other, from {@link #uniqueId} of one of them
     * @param device index of the GPU
     * @param limit longest time to wait for the other ranks, in connecting and in every round
     */
    @SuppressWarnings("ArrayRecordComponent") // NCCL's id is bytes.
    public record Group(int rank, byte[] id, int device, Duration limit) {}

    /**
     * {@return a name under which the ranks of a new group find each other}
     *
     * @throws NcclUnavailableException if NCCL cannot be used
     */
    public static byte[] uniqueId() throws NcclUnavailableException {
        return Nccl.load().uniqueId();
    }

    /**
     * Connects to the other ranks, which do the same.
     *
     * @param group place of this rank
     * @param settings number of ranks and slots
     * @param weights device address of the weights of this rank's slots
     * @param expertBytes bytes of an expert, at least 1
     * @throws NcclUnavailableException if NCCL cannot be used
     * @throws CudaUnavailableException if the driver cannot be used
     * @throws IllegalStateException if not all ranks connect in time
     */
    public static NcclWeightTransport connect(Group group, ReplicaSettings settings, long weights, long expertBytes)
            throws NcclUnavailableException, CudaUnavailableException {
        return connect(new CudaDriver(CudaLibrary.load()), Nccl.load(), group, settings, weights, expertBytes);
    }

    static NcclWeightTransport connect(
            CudaDriver driver, Nccl nccl, Group group, ReplicaSettings settings, long weights, long expertBytes)
            throws NcclUnavailableException {
        if (expertBytes < 1) {
            throw new IllegalArgumentException("expertBytes: got " + expertBytes + ", expected at least 1");
        }
        if (group.rank() < 0 || group.rank() >= settings.ranks()) {
            throw new IllegalArgumentException("rank: got " + group.rank() + ", expected 0.." + (settings.ranks() - 1));
        }
        nccl.requirePeerCopies();
        return new NcclWeightTransport(driver, nccl, group, settings, weights, expertBytes);
    }

    private long address(int slot) {
        return weights + slot % slotsPerRank * expertBytes;
    }

    @Override
    public void send(int peer, int slot) {
        to = peer;
        sent = address(slot);
    }

    @Override
    public void receive(int peer, int slot) {
        from = peer;
        received = address(slot);
    }

    @Override
    public void finishRound() throws InterruptedException {
        int toPeer = to;
        int fromPeer = from;
        to = -1;
        from = -1;
        session.begin();
        try {
            if (!communicator.enter()) {
                throw new IllegalStateException("weight transport was aborted; connect again");
            }
            try {
                communicator.exchange(sent, toPeer, received, fromPeer, expertBytes, stream);
            } finally {
                communicator.leave();
            }
            await();
        } catch (CudaException e) {
            throw session.failed(e);
        } finally {
            session.end();
        }
    }

    private void await() throws InterruptedException {
        long start = System.nanoTime();
        while (!driver.isDone(stream)) {
            long waited = System.nanoTime() - start;
            if (waited < SPIN_NANOS) {
                Thread.onSpinWait();
                continue;
            }
            communicator.check();
            if (waited > limitNanos) {
                communicator.condemn();
                communicator.abort();
                throw new IllegalStateException("weight copies: got no end of a round within "
                        + TimeUnit.NANOSECONDS.toMillis(limitNanos) + " ms, expected all ranks to take part");
            }
            TimeUnit.MICROSECONDS.sleep(POLL_MICROS);
        }
        communicator.check();
    }

    /** Frees the communicator. The weights are the caller's. Closing twice is harmless. */
    @Override
    public void close() {
        session.close(cleanup::close);
    }
}
