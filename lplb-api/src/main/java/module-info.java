/** From routed tokens to a balanced plan: problems, solvers with a certificate, quotas and routing. */
module io.lplb.api {
    requires static transitive org.jspecify;
    requires transitive io.lplb.topology;
    requires jdk.jfr;
    requires org.apache.logging.log4j;

    exports io.lplb.array;
    exports io.lplb.balance;
    exports io.lplb.cost;
    exports io.lplb.count;
    exports io.lplb.dispatch;
    exports io.lplb.exchange;
    exports io.lplb.problem;
    exports io.lplb.quota;
    exports io.lplb.replica;
    exports io.lplb.route;
    exports io.lplb.solver;

    uses io.lplb.solver.SolverFactory;
    uses io.lplb.solver.SolverProvider;
}
