// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.topology;

import io.lplb.placement.ExactSplit;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.LplbPlacement;
import io.lplb.placement.PlacementPlanner;
import io.lplb.replay.TextTable;
import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.Topologies;
import io.lplb.topology.TopologyAdvisor;
import io.lplb.trace.Trace;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Comparison of topologies on recorded loads. Each topology, and a general placement, gets a placement per layer from the first half of the
 * steps; on steps of the other half, spread evenly, at most {@value #MOST_STEPS}, the tokens are split exactly, and the busiest rank over
 * the mean rank is kept. A trace of one step is placed and measured by that step. Memory holds one step.
 */
final class TopologyStudy {
    private static final int MOST_STEPS = 32;
    private static final String AS_IS = "as is, no replicas";
    private static final String GENERAL = "general placement";

    private final int historySteps;
    private final int measuredSteps;
    private final List<Alternative> alternatives = new ArrayList<>();

    /**
     * Ranks and slots to place experts on.
     *
     * @param ranks number of ranks
     * @param ranksPerNode ranks of a node
     * @param slots replica slots per rank
     */
    record Machine(int ranks, int ranksPerNode, int slots) {}

    /** A topology under study: how it places a layer, and the imbalance that it left so far. */
    private static final class Alternative {
        private final String name;
        private final Function<double[], ExpertPlacement> place;
        private final List<ExactSplit> splits = new ArrayList<>();
        private double sum;
        private double most = 1;
        private long samples;

        Alternative(String name, Function<double[], ExpertPlacement> place) {
            this.name = name;
            this.place = place;
        }

        synchronized void add(double imbalance) {
            sum += imbalance;
            most = Math.max(most, imbalance);
            samples++;
        }

        double mean() {
            return samples == 0 ? 1 : sum / samples;
        }
    }

    private TopologyStudy(int historySteps, int measuredSteps) {
        this.historySteps = historySteps;
        this.measuredSteps = measuredSteps;
    }

    /**
     * Compares the topologies that fit the machine.
     *
     * @throws IllegalArgumentException if the trace has no step, or neither a topology nor a general placement fits
     */
    static TopologyStudy of(Trace trace, Machine machine) throws IOException {
        int steps = trace.steps();
        if (steps == 0) {
            throw new IllegalArgumentException("trace: got no step, expected at least one");
        }
        int history = Math.max(1, steps / 2);
        int after = steps == 1 ? 1 : steps - history;
        int measured = Math.min(MOST_STEPS, after);
        TopologyStudy study = new TopologyStudy(history, measured);
        study.addAlternatives(trace.experts(), machine);
        double[][] sum = new double[trace.layers()][trace.experts()];
        for (int step = 0; step < history && trace.next(); step++) {
            add(trace.counts(), sum);
        }
        study.place(sum);
        if (steps == 1) {
            study.measure(trace.counts());
            return study.sorted();
        }
        for (int step = 0; step < after && trace.next(); step++) {
            boolean chosen = (long) (step + 1) * measured / after > (long) step * measured / after;
            if (chosen) {
                study.measure(trace.counts());
            }
        }
        return study.sorted();
    }

    private static void add(long[][] counts, double[][] sum) {
        for (int layer = 0; layer < sum.length; layer++) {
            for (int e = 0; e < sum[layer].length; e++) {
                sum[layer][e] += counts[layer][e];
            }
        }
    }

    private void addAlternatives(int experts, Machine machine) {
        Map<String, ReplicaTopology> named = new LinkedHashMap<>();
        for (TopologyAdvisor.Reach reach : TopologyAdvisor.Reach.values()) {
            put(
                    named,
                    TopologyAdvisor.recommend(machine.ranks, machine.ranksPerNode, machine.slots, reach)
                            .topology());
        }
        put(named, Topologies.cube());
        put(named, Topologies.hypercube());
        for (int n = 1; n <= 12; n++) {
            put(named, Topologies.hypercube(n));
        }
        put(named, Topologies.ring(machine.ranks));
        for (int side = 2; side * side <= machine.ranks; side++) {
            if (machine.ranks % side == 0) {
                put(named, Topologies.torus(machine.ranks / side, side));
            }
        }
        String why = "";
        for (ReplicaTopology topology : named.values()) {
            try {
                LplbPlacement shape = new LplbPlacement(topology, machine.ranks, experts, machine.slots);
                alternatives.add(
                        new Alternative(topology.name(), history -> shape.reordered(history, machine.ranksPerNode)));
            } catch (IllegalArgumentException e) {
                why = String.valueOf(e.getMessage());
            }
        }
        if (experts % machine.ranks == 0) {
            ExpertPlacement natural = ExpertPlacement.of(
                    machine.ranks,
                    machine.ranks,
                    experts,
                    IntStream.range(0, experts).toArray());
            alternatives.add(new Alternative(AS_IS, history -> natural));
        }
        int total = experts + machine.slots * machine.ranks;
        if (total % machine.ranks == 0) {
            PlacementPlanner planner = PlacementPlanner.builder()
                    .experts(experts)
                    .ranks(machine.ranks)
                    .slotsPerRank(total / machine.ranks)
                    .build();
            alternatives.add(new Alternative(GENERAL, planner::place));
        }
        if (alternatives.stream().allMatch(alternative -> alternative.name.equals(AS_IS))) {
            throw new IllegalArgumentException("no topology fits: " + why);
        }
    }

    private static void put(Map<String, ReplicaTopology> named, ReplicaTopology topology) {
        if (!named.containsValue(topology)) {
            named.put(topology.name(), topology);
        }
    }

    private void place(double[][] history) {
        for (Alternative alternative : alternatives) {
            alternative.splits.addAll(IntStream.range(0, history.length)
                    .parallel()
                    .mapToObj(layer -> ExactSplit.of(alternative.place.apply(history[layer])))
                    .toList());
        }
    }

    private void measure(long[][] counts) {
        double[][] loads = new double[counts.length][counts[0].length];
        add(counts, loads);
        for (Alternative alternative : alternatives) {
            double[] imbalance = IntStream.range(0, loads.length)
                    .parallel()
                    .mapToDouble(layer -> alternative.splits.get(layer).imbalance(loads[layer]))
                    .toArray();
            for (double one : imbalance) {
                alternative.add(one);
            }
        }
    }

    private TopologyStudy sorted() {
        alternatives.sort(Comparator.comparingDouble(Alternative::mean));
        return this;
    }

    private String best() {
        return alternatives.stream()
                .map(alternative -> alternative.name)
                .filter(name -> !name.equals(GENERAL) && !name.equals(AS_IS))
                .findFirst()
                .orElse(GENERAL);
    }

    /** Prints the choice and a line per alternative. */
    void print(PrintWriter out) {
        out.println(best() + ": the least imbalance of the topologies that fit, on the loads measured");
        out.println("placed by " + historySteps + " steps, measured on " + measuredSteps + " steps");
        out.println();
        TextTable table = new TextTable("max/mean, exact split", "mean", "worst");
        for (Alternative alternative : alternatives) {
            table.row(
                    alternative.name,
                    String.format(Locale.ROOT, "%.4f", alternative.mean()),
                    String.format(Locale.ROOT, "%.4f", alternative.most));
        }
        out.print(table.format());
    }

    /** Returns the choice and the alternatives for JSON. */
    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("topology", best());
        json.put("historySteps", historySteps);
        json.put("measuredSteps", measuredSteps);
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Alternative alternative : alternatives) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("name", alternative.name);
            row.put("meanImbalance", alternative.mean());
            row.put("worstImbalance", alternative.most);
            rows.add(row);
        }
        json.put("alternatives", rows);
        return json;
    }
}
