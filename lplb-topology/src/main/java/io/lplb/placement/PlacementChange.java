// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The weights that move when a layer's placement changes: for every slot with another expert, where its weights come
 * from, and an order of copying in which no weight is overwritten before it has been read.
 *
 * <p>Weights stay on their rank where the rank has them already (a copy inside the rank); the others cross the network,
 * from a slot of the same node if there is one.
 *
 * <p>Moves can form cycles, such as two slots that exchange their experts. One temporary slot on a rank then holds a
 * weight for a while; a change never needs more than one per rank at a time.
 *
 * <p>Immutable, hence safe for use by several threads.
 */
public final class PlacementChange {
    /** The slot of a {@link Step} that is the temporary slot of its rank. */
    public static final int TEMPORARY = -1;

    private final ExpertPlacement from;
    private final ExpertPlacement to;
    private final int ranksPerNode;
    private final List<Move> moves;
    private final List<Step> steps;

    private PlacementChange(ExpertPlacement from, ExpertPlacement to, int ranksPerNode) {
        this.from = from;
        this.to = to;
        this.ranksPerNode = ranksPerNode;
        CopyOrder order = new CopyOrder(from.phy2log(), to.phy2log(), from.slotsPerRank(), ranksPerNode);
        this.moves = order.moves();
        this.steps = order.steps();
    }

    /**
     * A slot that gets another expert.
     *
     * @param expert the expert
     * @param fromRank the rank that the weights come from
     * @param fromSlot the physical slot that held the expert before
     * @param toRank the rank of the slot
     * @param toSlot the physical slot that gets the expert
     */
    public record Move(int expert, int fromRank, int fromSlot, int toRank, int toSlot) {
        /** {@return whether the weights cross the network} */
        public boolean isNetworkCopy() {
            return fromRank != toRank;
        }
    }

    /**
     * One copy of an expert's weights. Steps of the same round do not depend on each other and may run at the same time;
     * rounds follow one another.
     *
     * @param round from 0
     * @param expert the expert
     * @param fromRank the rank that is read
     * @param fromSlot the physical slot that is read, or {@link #TEMPORARY}
     * @param toRank the rank that is written
     * @param toSlot the physical slot that is written, or {@link #TEMPORARY}
     */
    public record Step(int round, int expert, int fromRank, int fromSlot, int toRank, int toSlot) {}

    /**
     * The change from one placement to another, with every rank a node of its own.
     *
     * @param from the placement in force
     * @param to another placement of the same experts, ranks and slots
     * @return the change
     * @throws IllegalArgumentException if the sizes differ
     */
    public static PlacementChange between(ExpertPlacement from, ExpertPlacement to) {
        return between(from, to, 1);
    }

    /**
     * The change from one placement to another.
     *
     * @param from the placement in force
     * @param to another placement of the same experts, ranks and slots
     * @param ranksPerNode consecutive ranks that share a node; weights come from the same node where it has them
     * @return the change
     * @throws IllegalArgumentException if the sizes differ or {@code ranksPerNode} is not positive
     */
    public static PlacementChange between(ExpertPlacement from, ExpertPlacement to, int ranksPerNode) {
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(to, "to");
        Sizes.requirePositive("ranksPerNode", ranksPerNode);
        if (from.experts() != to.experts()
                || from.ranks() != to.ranks()
                || from.physicalExperts() != to.physicalExperts()) {
            throw new IllegalArgumentException("to: got " + to + ", expected the sizes of " + from);
        }
        return new PlacementChange(from, to, ranksPerNode);
    }

    /** {@return the placement before the change} */
    public ExpertPlacement from() {
        return from;
    }

    /** {@return the placement after the change} */
    public ExpertPlacement to() {
        return to;
    }

    /** {@return the slots that get another expert, by rising slot} */
    public List<Move> moves() {
        return moves;
    }

    /** {@return the number of weights that cross the network} */
    public int networkCopies() {
        return (int) moves.stream().filter(Move::isNetworkCopy).count();
    }

    /** {@return the number of weights that are copied inside a rank} */
    public int sameRankCopies() {
        return moves.size() - networkCopies();
    }

    /**
     * {@return the bytes that cross the network}
     *
     * @param bytesPerExpert size of an expert's weights
     */
    public long networkBytes(long bytesPerExpert) {
        return bytes(networkCopies(), bytesPerExpert);
    }

    /**
     * {@return the bytes that are copied inside ranks, copies to and from temporary slots not counted}
     *
     * @param bytesPerExpert size of an expert's weights
     */
    public long sameRankBytes(long bytesPerExpert) {
        return bytes(sameRankCopies(), bytesPerExpert);
    }

    private static long bytes(int copies, long bytesPerExpert) {
        if (bytesPerExpert < 0 || (copies > 0 && bytesPerExpert > Long.MAX_VALUE / copies)) {
            throw new IllegalArgumentException("bytesPerExpert: got " + bytesPerExpert + " for " + copies
                    + " copies, expected at least 0 and at most " + Long.MAX_VALUE + " bytes together");
        }
        return copies * bytesPerExpert;
    }

    /** {@return the copies in an order in which no weight is overwritten before it has been read} */
    public List<Step> steps() {
        return steps;
    }

    /** {@return the number of steps that write a temporary slot, one for each cycle} */
    public int temporaryCopies() {
        return (int) steps.stream().filter(step -> step.toSlot() == TEMPORARY).count();
    }

    /**
     * The copies that restore the old placement when only some steps were done.
     *
     * @param done number of steps of {@link #steps()} that were done, in order
     * @return copies in an order in which no weight is overwritten before it has been read
     * @throws IllegalArgumentException if there are not as many steps
     */
    public List<Step> rollback(int done) {
        if (done < 0 || done > steps.size()) {
            throw new IllegalArgumentException("done: got " + done + ", expected 0.." + steps.size() + " steps");
        }
        int slots = from.physicalExperts();
        int[] content = Arrays.copyOf(from.phy2log(), slots + from.ranks());
        Arrays.fill(content, slots, content.length, ExpertPlacement.EMPTY);
        for (Step step : steps.subList(0, done)) {
            content[step.toSlot() == TEMPORARY ? slots + step.toRank() : step.toSlot()] = step.expert();
        }
        return new CopyOrder(content, from.phy2log(), from.slotsPerRank(), ranksPerNode).steps();
    }

    @Override
    public String toString() {
        return "PlacementChange[networkCopies=" + networkCopies() + ", sameRankCopies=" + sameRankCopies()
                + ", temporaryCopies=" + temporaryCopies() + "]";
    }
}
