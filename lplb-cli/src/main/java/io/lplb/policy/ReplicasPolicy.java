// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.policy;

import io.lplb.placement.ExpertPlacement;
import io.lplb.replica.ReplicaPlan;
import io.lplb.replica.ReplicaPlanner;
import io.lplb.replica.ReplicaSettings;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** This library's {@link ReplicaPlanner}: replicas chosen anew for every batch, on homes placed by history. */
final class ReplicasPolicy implements Policy {
    private final Function<double[], ExpertPlacement> placing;
    private final int spareSlots;
    private final double[] speeds;
    private @Nullable ReplicaPlanner planner;
    private @Nullable ReplicaPlan plan;

    ReplicasPolicy(PolicySetup setup, Function<double[], ExpertPlacement> placing) {
        this.placing = placing;
        this.spareSlots = setup.spareSlots();
        this.speeds = setup.speedArray();
    }

    @Override
    public ExpertPlacement place(double[] history) {
        ExpertPlacement homes = placing.apply(history);
        ReplicaSettings settings = ReplicaSettings.builder(homes, spareSlots).build();
        planner = new ReplicaPlanner(settings);
        plan = new ReplicaPlan(settings);
        return homes;
    }

    @Override
    public boolean plan(long[] counts, Dispatch out) {
        if (planner == null || plan == null) {
            throw new IllegalStateException("this library: got a batch before a placement");
        }
        planner.plan(counts, speeds, null, plan);
        for (int e = 0; e < counts.length; e++) {
            for (int k = plan.firstReplica(e); k < plan.firstReplica(e + 1); k++) {
                if (plan.isCovered(e)) {
                    out.add(e, plan.rankOf(plan.slot(k)), plan.quota(k));
                }
            }
        }
        return true;
    }

    @Override
    public double lowerBound() {
        return plan == null ? Double.NaN : plan.lowerBound();
    }
}
