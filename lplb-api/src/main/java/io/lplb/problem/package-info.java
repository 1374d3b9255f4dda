/** The min-max problem: which rank may compute what, and the loads of a batch. */
@NullMarked
package io.lplb.problem;

import org.jspecify.annotations.NullMarked;
