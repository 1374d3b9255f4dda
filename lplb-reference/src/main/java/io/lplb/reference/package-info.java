/** Solvers on dense matrices, LPLB's own algorithm, and the CPU's pipeline: what other solvers and GPU results are compared with. */
@NullMarked
package io.lplb.reference;

import org.jspecify.annotations.NullMarked;
