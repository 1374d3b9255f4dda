/** Largest flows in small networks; the module does not export this package. */
@NullMarked
package io.lplb.flow;

import org.jspecify.annotations.NullMarked;
