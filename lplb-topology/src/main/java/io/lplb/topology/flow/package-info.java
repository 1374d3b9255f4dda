/** Largest flows and cheapest assignments; the module does not export this package. */
@NullMarked
package io.lplb.topology.flow;

import org.jspecify.annotations.NullMarked;
