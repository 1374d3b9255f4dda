// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.policy;

import io.lplb.cost.ExpertCost;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.LplbPlacement;
import io.lplb.placement.MoveLimits;
import io.lplb.placement.PlacementPlanner;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All policies by name, from doing nothing to doing most. Each constant says what the policy is called in reports, where its placement comes
 * from, and where it is described.
 */
public enum Policies {
    /** Experts at their natural places, no balancing. */
    AS_IS("as-is", "as is", "natural", "experts in order, tokens at their expert") {
        @Override
        public Policy open(PolicySetup setup) {
            return new AsPlaced(setup, history -> setup.natural());
        }
    },
    /** Experts reordered by history without replicas, no balancing. */
    REORDERED("reordered", "reordered", "EPLB, no replicas", "experts packed by history, tokens at their expert") {
        @Override
        public Policy open(PolicySetup setup) {
            return new AsPlaced(setup, history -> homes(setup, history));
        }
    },
    /** EPLB's placement and even split. */
    EPLB("eplb", "even split", "EPLB", "DeepSeek's EPLB, tokens to an expert's replicas in turn") {
        @Override
        public Policy open(PolicySetup setup) {
            return new EvenSplit(setup, eplb(setup));
        }
    },
    /** EPLB's placement with preserved slots and even split. */
    VLLM("vllm", "even split", "vLLM EPLB", "vLLM's EPLB, which keeps the slots of experts that stay on a rank") {
        @Override
        public Policy open(PolicySetup setup) {
            return new EvenSplit(setup, updating((old, history) -> {
                ExpertPlacement next = setup.eplb(history, slots(setup));
                return old == null
                        ? next
                        : ExpertPlacement.of(
                                setup.ranks(),
                                setup.ranks(),
                                setup.experts(),
                                SlotPreservation.apply(old.phy2log(), next.phy2log(), next.slotsPerRank()));
            }));
        }
    },
    /** SGLang's random dispatch. */
    SGLANG_RANDOM("sglang-random", "random", "EPLB", "SGLang's dynamic dispatch, a random replica for every token") {
        @Override
        public Policy open(PolicySetup setup) {
            return new RandomDispatch(setup, SEED, eplb(setup));
        }
    },
    /** SGLang's static dispatch. */
    SGLANG_STATIC("sglang-static", "static", "EPLB", "SGLang's static dispatch, one replica for every source rank") {
        @Override
        public Policy open(PolicySetup setup) {
            return new StaticDispatch(setup, eplb(setup));
        }
    },
    /** METRO. */
    METRO("metro", "METRO", "EPLB", "METRO, fewest active experts on the busiest rank") {
        @Override
        public Policy open(PolicySetup setup) {
            return new FewestExperts(setup, eplb(setup));
        }
    },
    /** LPLB's own algorithm. */
    LPLB("lplb", "LPLB", "topology", "DeepSeek's LPLB, its solver here on the CPU, shares rounded to whole tokens") {
        @Override
        public Policy open(PolicySetup setup) {
            return new ReferencePolicy(setup, alongTopology(setup));
        }
    },
    /** LLEP. */
    LLEP("llep", "LLEP", "natural, spills", "least-loaded expert parallelism, weights copied for every batch") {
        @Override
        public Policy open(PolicySetup setup) {
            return new LeastLoaded(setup);
        }
    },
    /** UltraEP's threshold rule. */
    ULTRAEP("ultraep", "UltraEP", "natural, per batch", "UltraEP's threshold rule, replicas chosen for every batch") {
        @Override
        public Policy open(PolicySetup setup) {
            return new ThresholdReplicas(
                    setup.natural(), setup.spareSlots(), ThresholdReplicas.LEAST_TOKENS, setup.speedArray());
        }
    },
    /** MoonEP. */
    MOONEP("moonep", "MoonEP", "natural, per batch", "MoonEP, equal tokens on all ranks by pairs of ranks") {
        @Override
        public Policy open(PolicySetup setup) {
            return new PairedRanks(setup);
        }
    },
    /** This library along a topology. */
    TOPOLOGY("topology", Titles.LIBRARY, "topology", "exact split along LPLB's topology") {
        @Override
        public Policy open(PolicySetup setup) {
            return new BalancerPolicy(setup, ExpertCost.tokens(), alongTopology(setup));
        }
    },
    /** This library on EPLB's placement. */
    EPLB_EXACT("eplb-exact", Titles.LIBRARY, "EPLB", "exact split on EPLB's placement") {
        @Override
        public Policy open(PolicySetup setup) {
            return new BalancerPolicy(setup, ExpertCost.tokens(), eplb(setup));
        }
    },
    /** This library on its own placement. */
    OWN("own", Titles.LIBRARY, "own", "exact split on this library's placement, which is updated with few moves") {
        @Override
        public Policy open(PolicySetup setup) {
            return new BalancerPolicy(setup, ExpertCost.tokens(), own(setup));
        }
    },
    /** This library, planning in time on its own placement. */
    TIME(
            "time",
            Titles.LIBRARY,
            "own, in time",
            "plan for the least time under the cost, on this library's placement") {
        @Override
        public Policy open(PolicySetup setup) {
            return new BalancerPolicy(setup, setup.cost(), own(setup));
        }
    },
    /** This library, choosing replicas per batch. */
    REPLICAS("replicas", Titles.LIBRARY, "per batch", "replicas chosen for every batch, on homes packed by history") {
        @Override
        public Policy open(PolicySetup setup) {
            return new ReplicasPolicy(setup, history -> homes(setup, history));
        }
    };

    /** Most ranks for which the reference algorithm runs without being asked for. */
    public static final int MOST_REFERENCE_RANKS = 64;

    private static final long SEED = 1;

    /** Titles that several constants share. */
    private static final class Titles {
        static final String LIBRARY = "this library";
    }

    private final String id;
    private final String title;
    private final String placement;
    private final String description;

    Policies(String id, String title, String placement, String description) {
        this.id = id;
        this.title = title;
        this.placement = placement;
        this.description = description;
    }

    /**
     * Makes a workspace for one layer.
     *
     * @throws IllegalArgumentException if the policy does not fit the sizes, with what was got and expected
     */
    public abstract Policy open(PolicySetup setup);

    /** Returns the name on the command line. */
    public String id() {
        return id;
    }

    /** Returns the name in reports. */
    public String title() {
        return title;
    }

    /** Returns in words which placement the policy works on. */
    public String placement(PolicySetup setup) {
        return placement.equals("topology") ? setup.topology().name() : placement;
    }

    /** Returns in a few words what the policy does. */
    public String description() {
        return description;
    }

    /** Returns whether this is a policy of this library. */
    public boolean isLibrary() {
        return title.equals(Titles.LIBRARY);
    }

    /** Returns whether the policy proves the fewest tokens on the busiest rank of its placement in every batch. */
    public boolean isExact() {
        return this == TOPOLOGY || this == EPLB_EXACT || this == OWN;
    }

    /** Returns whether the policy copies weights for every batch instead of using a fixed placement. */
    public boolean isPerBatch() {
        return this == LLEP || this == ULTRAEP || this == MOONEP || this == REPLICAS;
    }

    /** Returns whether the policy keeps to the slots of the setup; bounds for any placement hold for such a policy only. */
    public boolean keepsSlots() {
        return this != LLEP && this != MOONEP;
    }

    /** Returns why the policy is left out unless it is asked for; null if it is not. */
    public @Nullable String reasonAgainst(PolicySetup setup) {
        if (this == LPLB && setup.ranks() > MOST_REFERENCE_RANKS) {
            return "slow above " + MOST_REFERENCE_RANKS + " ranks";
        }
        return this == TIME && setup.cost().countsTokens() ? "the cost counts tokens" : null;
    }

    /**
     * Returns the policy with a name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Policies named(String id) {
        for (Policies policy : values()) {
            if (policy.id.equals(id)) {
                return policy;
            }
        }
        throw new IllegalArgumentException("strategies: got " + id + ", expected one of " + names());
    }

    /** Returns all names, separated by commas. */
    public static String names() {
        return Arrays.stream(values()).map(Policies::id).collect(Collectors.joining(", "));
    }

    /** Returns the policies with these names, each once, in the order of this enumeration. */
    public static List<Policies> named(List<String> ids) {
        List<Policies> chosen = ids.stream().map(Policies::named).toList();
        return Arrays.stream(values()).filter(chosen::contains).toList();
    }

    /** Makes a placement from the one in force, which is null at first, and a history. */
    private interface Updating {
        ExpertPlacement next(@Nullable ExpertPlacement old, double[] history);
    }

    private static Function<double[], ExpertPlacement> updating(Updating rule) {
        return new Function<>() {
            private @Nullable ExpertPlacement inForce;

            @Override
            public ExpertPlacement apply(double[] history) {
                inForce = rule.next(inForce, history);
                return inForce;
            }
        };
    }

    private static Function<double[], ExpertPlacement> own(PolicySetup setup) {
        PlacementPlanner planner = setup.planner();
        return updating((old, history) -> old == null
                ? planner.place(history)
                : planner.update(old, history, MoveLimits.ifItPays()).placement());
    }

    private static Function<double[], ExpertPlacement> eplb(PolicySetup setup) {
        int slots = slots(setup);
        return history -> setup.eplb(history, slots);
    }

    private static int slots(PolicySetup setup) {
        if (setup.copies() % setup.ranks() != 0) {
            throw new IllegalArgumentException("slots: got " + setup.copies() + ", expected a multiple of the "
                    + setup.ranks() + " ranks for EPLB");
        }
        return setup.copies();
    }

    private static ExpertPlacement homes(PolicySetup setup, double[] history) {
        if (setup.experts() % setup.ranks() != 0) {
            throw new IllegalArgumentException("experts: got " + setup.experts() + ", expected a multiple of the "
                    + setup.ranks() + " ranks for EPLB without replicas");
        }
        return setup.eplb(history, setup.experts());
    }

    private static Function<double[], ExpertPlacement> alongTopology(PolicySetup setup) {
        if (setup.experts() % setup.ranks() != 0) {
            throw new IllegalArgumentException("experts: got " + setup.experts()
                    + ", expected a positive multiple of the " + setup.ranks() + " ranks");
        }
        LplbPlacement along = new LplbPlacement(setup.topology(), setup.ranks(), setup.experts(), setup.spareSlots());
        return history -> along.reordered(history, setup.ranksPerNode());
    }
}
