// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cost;

/**
 * Predicted times of a plan of {@link TimePlanner}, in the unit of its cost. A view that the planner's owner overwrites with
 * every plan; {@link #copy} keeps one.
 *
 * <p>Not thread-safe.
 */
public final class TimeReport {
    private final String costName;
    private final String unit;
    private double asPlaced;
    private double byTokens;
    private double predicted;
    private double lowerBound;
    private boolean worthIt;
    private int splits;

    /**
     * An empty report.
     *
     * @param cost cost under which plans are made
     */
    public TimeReport(ExpertCost cost) {
        this(cost.name(), cost.unit());
    }

    private TimeReport(String costName, String unit) {
        this.costName = costName;
        this.unit = unit;
    }

    /** {@return a copy that later plans leave alone} */
    public TimeReport copy() {
        TimeReport copy = new TimeReport(costName, unit);
        copy.asPlaced = asPlaced;
        copy.byTokens = byTokens;
        copy.predicted = predicted;
        copy.lowerBound = lowerBound;
        copy.worthIt = worthIt;
        copy.splits = splits;
        return copy;
    }

    /** Takes the figures of a plan: the time of the plan that levels tokens, and a lower bound, may come from elsewhere. */
    void set(TimePlanner planner, double tokenPlanTime, double bound) {
        asPlaced = planner.identityTime();
        byTokens = tokenPlanTime;
        predicted = planner.time();
        lowerBound = bound;
        worthIt = planner.worthIt();
        splits = planner.splits();
    }

    /** {@return the name of the cost} */
    public String costName() {
        return costName;
    }

    /** {@return the unit of the times: {@code us} or {@code tokens}} */
    public String unit() {
        return unit;
    }

    /** {@return the predicted time of the slowest rank with every token at its original} */
    public double asPlaced() {
        return asPlaced;
    }

    /** {@return the predicted time of the plan that levels tokens; NaN if there was none} */
    public double byTokens() {
        return byTokens;
    }

    /** {@return the predicted time of the plan in force} */
    public double predicted() {
        return predicted;
    }

    /** {@return a proven lower bound on the predicted time of any split} */
    public double lowerBound() {
        return lowerBound;
    }

    /** {@return {@code predicted - lowerBound}: how far from optimal the plan can be} */
    public double gap() {
        return predicted - lowerBound;
    }

    /** {@return {@code asPlaced - predicted}} */
    public double gain() {
        return asPlaced - predicted;
    }

    /** {@return whether the plan gains more than its overhead} Otherwise every token stays at its original. */
    public boolean worthIt() {
        return worthIt;
    }

    /** {@return how many more pairs of an expert and a rank are active than with every token at its original} */
    public int splits() {
        return splits;
    }

    @Override
    public String toString() {
        return "TimeReport[cost=" + costName + ", unit=" + unit + ", asPlaced=" + asPlaced + ", byTokens=" + byTokens
                + ", predicted=" + predicted + ", lowerBound=" + lowerBound + ", worthIt=" + worthIt + ", splits="
                + splits + "]";
    }
}
