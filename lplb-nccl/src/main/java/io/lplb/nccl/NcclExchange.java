// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import io.lplb.balance.RoundOutcome;
import io.lplb.exchange.RoundStatus;
import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.tornado.cuda.CallerStream;
import io.lplb.tornado.cuda.Cleanup;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.pipeline.GpuPipeline;
import io.lplb.tornado.pipeline.SourceExchange;
import io.lplb.tornado.program.SourceGroup;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The exchange of counts between processes that have a GPU each, inside the pipeline and on its stream: NCCL gathers the
 * counts of all sources on every device, without a round trip to the host.
 *
 * <pre>
 *   own ids --count--&gt; own counts --NCCL--&gt; all counts --sum, solve, quota--&gt; plan --own part--&gt; route own ids
 *
 *   try (NcclExchange exchange = NcclExchange.builder(placement, problem)
 *                   .sources(2).self(rank).device(rank).maxTokens(32_768)
 *                   .deadline(Duration.ofMillis(100))
 *                   .connect(TicketCarrier.file(path, Duration.ofSeconds(60)));
 *           DriverPipeline pipeline = exchange.openPipeline()) {
 *       pipeline.route(ids, physical, tokens);       // every batch, on every source, also one without tokens
 *   }
 * </pre>
 *
 * <p>A source may stand for several ranks of the placement. Over all sources every replica gets exactly its quota; tokens
 * stay on a replica of their own source first, then of their own node, as {@link io.lplb.quota.SourceQuotas} has it. Every
 * source calls {@code route} equally often; equal counts give equal plans, bit for bit.
 *
 * <p>Failures. A gather of NCCL has no deadline. A watch ends the communicator when a gather has been under way for the
 * deadline, and when NCCL reports an error; the stream then goes on. A round that lacks a source's counts is routed by the
 * last plan, or to the originals before the first: every token goes to a replica of its expert, only balance
 * suffers. {@link #missedRounds} counts such rounds. One WARN tells of it. A communicator that has ended stays so.
 *
 * <p>With a transport of the host ({@link NcclExchangeBuilder#fallback}), counts are then gathered by it: each round waits for
 * the stream and for the other sources, up to the deadline. As soon as all sources are there again, one that was started
 * anew included, they connect by NCCL beside the rounds, and change over with the same round, as {@link FailbackProtocol}
 * has it; one INFO tells of it. Without such a transport sources cannot agree on anything: every later round is routed by
 * the last plan, and {@link #transport} says so.
 *
 * <p>Threads: an exchange has one pipeline, which belongs to one thread; what is asked of the exchange may be asked by any.
 * The pipeline is closed first.
 */
public final class NcclExchange implements AutoCloseable {
    /** Property with the path of NCCL's library, for machines that have it where the loader does not look. */
    public static final String LIBRARY_PROPERTY = Nccl.PATH_PROPERTY;

    private static final Logger LOG = LogManager.getLogger(NcclExchange.class);

    private final NcclExchangeBuilder settings;
    private final CudaDriver driver;
    private final CudaDevice device;
    private final SourceGroup group;
    private final ExchangeSignal signal;
    private final NcclLink link;
    private final long fingerprint;
    private final String connected;
    private volatile boolean partial;
    private volatile Skip skip = new Skip(0, 0, 0);
    private boolean opened;
    private boolean closed;

    /**
     * Number by which the device's counter was moved.
     *
     * @param until counter at which it was moved
     * @param before rounds left out up to there
     * @param after rounds left out in all
     */
    private record Skip(int until, long before, long after) {}

    /**
     * Connects; what was taken is given back if that fails.
     *
     * @param id under which the sources meet; null where the others are at work
     */
    NcclExchange(NcclExchangeBuilder settings, NcclGroup with, CudaDevice device, byte @Nullable [] id) {
        this.settings = settings;
        this.driver = with.driver();
        this.device = device;
        this.group = with.sources();
        this.fingerprint = with.hash();
        Cleanup cleanup = new Cleanup();
        device.enter();
        try {
            signal = new ExchangeSignal(driver);
            cleanup.add(signal::close);
            link = new NcclLink(with, device, signal, TimeUnit.NANOSECONDS.convert(settings.deadline), id);
            cleanup.add(link::close);
            connected = "NCCL " + with.nccl().version() + ": " + group.sources()
                    + " sources with a GPU each, this one on " + device.name();
        } catch (RuntimeException e) {
            cleanup.closeQuietly(e);
            throw e;
        } finally {
            device.leave();
        }
        LOG.info("Source {} of {}: counts travel over {}", group.self(), group.sources(), transport());
    }

    /**
     * Begins the settings of an exchange.
     *
     * @param placement where the experts are
     * @param problem the placement's problem
     * @return settings to go on with
     */
    public static NcclExchangeBuilder builder(ExpertPlacement placement, PlacementProblem problem) {
        return new NcclExchangeBuilder(placement, problem);
    }

    /**
     * Loads NCCL's library and asks for its version. A library that does not fit the machine may end the process.
     *
     * @return the version as NCCL writes it, such as 2.27.3
     * @throws NcclUnavailableException if the library is not there or too old
     * @throws NcclException if it answers with an error
     */
    public static String libraryVersion() throws NcclUnavailableException {
        return Nccl.load().version();
    }

    /**
     * Opens the pipeline, on a stream of its own.
     *
     * @return a pipeline, which the caller closes before the exchange
     * @throws IllegalStateException if it was opened before
     * @throws CudaException if the driver refuses
     */
    public GpuPipeline openPipeline() {
        return open(CallerStream.NONE);
    }

    /**
     * Opens the pipeline on a stream of the caller's.
     *
     * @param stream a CUstream of the device's primary context, as for {@link GpuPipeline#openOn}
     * @return a pipeline, which the caller closes before the exchange
     * @throws IllegalStateException if it was opened before
     * @throws CudaException if the driver refuses
     */
    public GpuPipeline openPipelineOn(long stream) {
        return open(new CallerStream(true, stream));
    }

    private GpuPipeline open(CallerStream stream) {
        if (opened || closed) {
            throw new IllegalStateException("exchange: got a second pipeline or a closed exchange, expected neither");
        }
        opened = true;
        return settings.open(driver, stream, new Rounds());
    }

    NcclLink link() {
        return link;
    }

    /** {@return in one line what counts travel over and why} */
    public String transport() {
        return link.transport(connected);
    }

    /** {@return whether NCCL gathers} */
    public boolean isAlive() {
        return link.isAlive();
    }

    /** {@return the number of the last round that was begun, the same for all sources that agree; -1 before the first} */
    public long round() {
        return link.round();
    }

    /** {@return the rounds whose counts have been gathered on the device, complete or not} */
    public long rounds() {
        Skip left = skip;
        int counter = signal.ended();
        boolean moved = Integer.compareUnsigned(counter, left.until) > 0;
        return Integer.toUnsignedLong(counter) - (moved ? left.after : left.before);
    }

    /** {@return the rounds that lacked a source's counts and were routed by an older plan, or to the originals} */
    public long missedRounds() {
        return Integer.toUnsignedLong(signal.missed());
    }

    /** {@return what the last round was routed by whose gather has ended on the device; ORIGINALS before the first plan} */
    public RoundOutcome lastOutcome() {
        int agreed = signal.agreed();
        if (agreed == 0) {
            return RoundOutcome.ORIGINALS;
        }
        if (agreed != signal.ended()) {
            return RoundOutcome.LAST_PLAN;
        }
        return partial ? RoundOutcome.PARTIAL : RoundOutcome.AGREED;
    }

    /** {@return the longest time that a gather may take} */
    public Duration deadline() {
        return settings.deadline;
    }

    /** Leaves the group; the others then miss this source. The pipeline must be closed before. Closing twice is harmless. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        Cleanup cleanup = new Cleanup();
        cleanup.add(device::close);
        cleanup.add(() -> {
            device.enter();
            try {
                signal.close();
            } finally {
                device.leave();
            }
        });
        cleanup.add(link::close);
        cleanup.close();
    }

    /** The exchange as the pipeline drives it. */
    private final class Rounds implements SourceExchange {
        @Override
        public SourceGroup group() {
            return group;
        }

        @Override
        public long signalArray() {
            return signal.array();
        }

        @Override
        public boolean recordsGather() {
            return settings.wholeGraphs;
        }

        @Override
        public boolean hasPlan() {
            return signal.agreed() != 0;
        }

        @Override
        public void callBegins() {
            link.callBegins(TimeUnit.NANOSECONDS.convert(settings.deadline));
        }

        @Override
        public void callEnds() {
            link.callEnds();
        }

        @Override
        public boolean enter() {
            return link.enter(link.nextRound());
        }

        @Override
        public void leave() {
            link.leave();
        }

        @Override
        public boolean takeReturn() {
            return link.takeReturn();
        }

        @Override
        public int base() {
            return link.base();
        }

        @Override
        public void gather(long own, long all, int words, long stream) {
            link.communicator().allGather(own, all, words, stream);
        }

        @Override
        public void failed(String reason) {
            link.failed(reason);
        }

        @Override
        public boolean hasHost() {
            return link.hasHost();
        }

        @Override
        public boolean gatherOnHost(int[] own, int[] all, int counter) {
            RoundStatus status =
                    link.gatherOnHost(fingerprint, own, all, TimeUnit.NANOSECONDS.convert(settings.deadline), counter);
            partial = status == RoundStatus.PARTIAL;
            return status != RoundStatus.MISSED;
        }

        @Override
        public void continued(int counter) {
            partial = false;
            Skip last = skip;
            long left = Integer.toUnsignedLong(counter - signal.ended());
            skip = new Skip(counter, last.after, last.after + left);
        }
    }
}
