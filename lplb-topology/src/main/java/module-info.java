/** Replica topologies and expert placement: where every expert and every copy of it lives. */
module io.lplb.topology {
    requires static transitive org.jspecify;

    exports io.lplb.placement;
    exports io.lplb.topology;
}
