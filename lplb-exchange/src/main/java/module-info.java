/** Counts of tokens gathered over processes and hosts with Aeron. */
module io.lplb.exchange.aeron {
    requires static transitive org.jspecify;
    requires transitive io.lplb.api;
    requires io.aeron.client;
    requires io.aeron.driver;
    requires org.agrona;
    requires org.apache.logging.log4j;

    exports io.lplb.exchange.aeron;
}
