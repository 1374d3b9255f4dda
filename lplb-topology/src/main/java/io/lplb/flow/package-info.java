/** Largest flows and cheapest assignments; the module does not export this package. */
@NullMarked
package io.lplb.flow;

import org.jspecify.annotations.NullMarked;
