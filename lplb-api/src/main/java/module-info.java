/** From routed tokens to a balanced plan: count, problem, solve, split, quota, route. */
module io.lplb.api {
    requires transitive io.lplb.topology;
    requires ejml.core;
    requires ejml.ddense;
    requires jdk.jfr;
    requires org.apache.logging.log4j;
    requires static transitive org.jspecify;

    exports io.lplb.balance;
    exports io.lplb.count;
    exports io.lplb.exchange;
    exports io.lplb.problem;
    exports io.lplb.quota;
    exports io.lplb.route;
    exports io.lplb.solver;
    exports io.lplb.solver.dense;

    uses io.lplb.solver.SolverProvider;
}
