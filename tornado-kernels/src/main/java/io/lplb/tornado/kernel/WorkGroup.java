// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The geometry that a kernel is written for; what builds a task graph reads it. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface WorkGroup {
    /** Threads of a work-group; the kernel is wrong with any other number. */
    int threads();

    /** Problems that one work-group solves side by side. */
    int problems() default 1;
}
