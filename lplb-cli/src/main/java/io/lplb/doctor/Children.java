// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.doctor;

import io.lplb.tornado.provider.ChildJvm;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Where the steps run that may end or hang their process. */
@FunctionalInterface
interface Children {
    /**
     * Runs a main class in a process of its own.
     *
     * @param properties definitions {@code -Dname=value} beside the arguments of this JVM
     */
    ChildJvm.Result run(List<String> properties, String mainClass, String... arguments);

    /** Child JVMs with this JVM's arguments and class path, which get so much time each. */
    static Children jvms(Duration limit) {
        return (properties, mainClass, arguments) -> {
            List<String> jvmArguments =
                    new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
            jvmArguments.addAll(properties);
            return ChildJvm.run(jvmArguments, System.getProperty("java.class.path", ""), limit, mainClass, arguments);
        };
    }

    /** How a child failed, for a reason. */
    static String failure(ChildJvm.Result result) {
        String how = result.failure().isEmpty() ? "" : " (" + result.failure() + ")";
        return "The child JVM failed" + how + "; its last words: " + result.lastWords() + ".";
    }
}
