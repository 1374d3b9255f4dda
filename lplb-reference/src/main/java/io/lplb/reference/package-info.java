/** Solvers on dense matrices: the oracle that the other solvers are measured by, and LPLB's own algorithm. */
@NullMarked
package io.lplb.reference;

import org.jspecify.annotations.NullMarked;
