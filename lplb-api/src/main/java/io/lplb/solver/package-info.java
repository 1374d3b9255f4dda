/** Solvers for the min-max problem; every answer carries a proof of how far from optimal it is. */
@NullMarked
package io.lplb.solver;

import org.jspecify.annotations.NullMarked;
