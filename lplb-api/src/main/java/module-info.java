/** From routed tokens to a balanced plan: count, problem, solve, split, quota, route. */
module io.lplb.api {
    requires transitive io.lplb.topology;
    requires static transitive org.jspecify;

    exports io.lplb.problem;
    exports io.lplb.solver;
}
