// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds the arrows between modules and packages, and what a library must not do. */
class ArchitectureTest {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(
                    location -> !location.toString().toLowerCase(Locale.ROOT).contains("tests.jar"))
            .importPackages("io.lplb");

    private static final String[] LIBRARIES = {
        "io.lplb.topology..",
        "io.lplb.placement..",
        "io.lplb.count..",
        "io.lplb.problem..",
        "io.lplb.solver..",
        "io.lplb.flow..",
        "io.lplb.quota..",
        "io.lplb.route..",
        "io.lplb.replica..",
        "io.lplb.exchange..",
        "io.lplb.balance..",
        "io.lplb.cost..",
        "io.lplb.dispatch..",
        "io.lplb.micrometer..",
        "io.lplb.tornado..",
        "io.lplb.nccl.."
    };

    /** Largest number of top-level classes of a package. */
    private static final int MOST_CLASSES = 25;

    private static final String[] COMMAND_LINE = {
        "io.lplb.cli..",
        "io.lplb.cluster..",
        "io.lplb.doctor..",
        "io.lplb.host..",
        "io.lplb.layer..",
        "io.lplb.replay..",
        "io.lplb.report..",
        "io.lplb.trace..",
        "io.lplb.workload.."
    };

    /** Topology, API, kernels, command line, benchmarks: the order in which a reader meets the modules. */
    @Test
    void modulesDependOnlyOnThoseBeforeThem() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("topology")
                .definedBy("io.lplb.topology..", "io.lplb.placement..")
                .layer("api")
                .definedBy(
                        "io.lplb.count..",
                        "io.lplb.problem..",
                        "io.lplb.solver..",
                        "io.lplb.flow..",
                        "io.lplb.quota..",
                        "io.lplb.route..",
                        "io.lplb.replica..",
                        "io.lplb.exchange..",
                        "io.lplb.balance..",
                        "io.lplb.cost..",
                        "io.lplb.dispatch..")
                .optionalLayer("kernels")
                .definedBy("io.lplb.tornado..")
                .layer("reference")
                .definedBy("io.lplb.reference..")
                .optionalLayer("nccl")
                .definedBy("io.lplb.nccl..")
                .layer("micrometer")
                .definedBy("io.lplb.micrometer..")
                .layer("cli")
                .definedBy(COMMAND_LINE)
                .layer("bench")
                .definedBy("io.lplb.bench..")
                .whereLayer("bench")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("cli")
                .mayOnlyBeAccessedByLayers("bench")
                .whereLayer("micrometer")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("reference")
                .mayOnlyBeAccessedByLayers("cli", "bench")
                .whereLayer("nccl")
                .mayOnlyBeAccessedByLayers("cli", "bench")
                .whereLayer("kernels")
                .mayOnlyBeAccessedByLayers("nccl", "cli", "bench")
                .whereLayer("api")
                .mayOnlyBeAccessedByLayers("reference", "kernels", "nccl", "micrometer", "cli", "bench")
                .whereLayer("topology")
                .mayOnlyBeAccessedByLayers("api", "reference", "kernels", "nccl", "micrometer", "cli", "bench")
                .check(ALL);
    }

    /** Packages of the GPU module: arrows point down only, and device code knows no engine. */
    @Test
    void roomsOfTheGpuModuleDependOnlyOnThoseBelow() {
        String gpu = "io.lplb.tornado.";
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("kernel")
                .definedBy(gpu + "kernel..")
                .layer("program")
                .definedBy(gpu + "program..")
                .layer("cuda")
                .definedBy(gpu + "cuda..")
                .layer("ptx")
                .definedBy(gpu + "ptx..")
                .layer("engine")
                .definedBy(gpu + "engine..")
                .layer("solve")
                .definedBy(gpu + "solve..")
                .layer("pipeline")
                .definedBy(gpu + "pipeline..")
                .layer("replica")
                .definedBy(gpu + "replica..")
                .layer("provider")
                .definedBy(gpu + "provider..")
                .layer("export")
                .definedBy(gpu + "export..")
                .whereLayer("kernel")
                .mayNotAccessAnyLayer()
                .whereLayer("program")
                .mayOnlyAccessLayers("kernel")
                .whereLayer("cuda")
                .mayNotAccessAnyLayer()
                .whereLayer("ptx")
                .mayOnlyAccessLayers("kernel", "program", "cuda")
                .whereLayer("engine")
                .mayOnlyAccessLayers("kernel", "program", "cuda", "ptx")
                .whereLayer("solve")
                .mayOnlyAccessLayers("kernel", "program", "cuda", "ptx", "engine")
                .whereLayer("pipeline")
                .mayOnlyAccessLayers("kernel", "program", "cuda", "ptx", "engine", "solve")
                .whereLayer("replica")
                .mayOnlyAccessLayers("kernel", "program", "cuda", "ptx", "engine", "provider")
                .whereLayer("provider")
                .mayOnlyBeAccessedByLayers("export", "replica")
                .whereLayer("export")
                .mayNotBeAccessedByAnyLayer()
                .check(ALL);
    }

    @Test
    void packagesHaveAtMost25Classes() {
        Map<String, Long> classes = ALL.stream()
                .filter(c -> c.isTopLevelClass() && !c.getSimpleName().equals("package-info"))
                .filter(c -> !c.getPackageName().matches("io\\.lplb\\.tornado\\.emulator.*|.*\\.jmh_generated"))
                .collect(Collectors.groupingBy(JavaClass::getPackageName, TreeMap::new, Collectors.counting()));
        classes.values().removeIf(count -> count <= MOST_CLASSES);
        assertEquals(Map.of(), classes, "packages with more than " + MOST_CLASSES + " classes");
    }

    @Test
    void theStationsOfABatchFormNoCycle() {
        slices().matching("io.lplb.(*)..").should().beFreeOfCycles().check(ALL);
    }

    @Test
    void librariesLeaveStandardOutputAlone() {
        inLibraries(GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS);
    }

    @Test
    void librariesLogThroughTheApiOnly() {
        noClasses()
                .that()
                .resideInAnyPackage(LIBRARIES)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.logging.log4j.core..", "java.util.logging..", "org.slf4j..")
                .check(ALL);
    }

    /** EJML is the oracle's and the baseline's tool: it stays out of every other package, and so out of the API. */
    @Test
    void ejmlStaysInsideTheReferenceModule() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.lplb.reference..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.ejml..")
                .check(ALL);
    }

    /** The solvers of others are compared with, never built upon. */
    @Test
    void peersStayAmongPeers() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.lplb.bench.peer..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.google.ortools..", "org.ojalgo..", "org.hipparchus.optim..")
                .check(ALL);
    }

    /** The oracle shares no code with the solvers that it judges. */
    @Test
    void theOracleDoesNotUseTheOthersCertificate() {
        noClasses()
                .that()
                .haveNameMatching(
                        ".*\\.reference\\.(DenseInteriorPointSolver|StandardForm|PredictorCorrector|NewtonSystem|WeakDuality)")
                .should()
                .dependOnClassesThat()
                .haveSimpleName("Certificate")
                .check(ALL);
    }

    @Test
    void librariesDoNotEndTheProcess() {
        noClasses()
                .that()
                .resideInAnyPackage(LIBRARIES)
                .should()
                .callMethod(System.class, "exit", int.class)
                .check(ALL);
    }

    /** Programs of their own, such as the probe's child process, use standard streams; so does the export of PTX. */
    private static void inLibraries(ArchRule rule) {
        JavaClasses libraries = ALL.that(JavaClass.Predicates.resideInAnyPackage(LIBRARIES)
                .and(DescribedPredicate.describe(
                        "are no program",
                        c -> !c.getSimpleName().endsWith("Main")
                                && !c.getPackageName().equals("io.lplb.tornado.export"))));
        rule.check(libraries);
    }
}
