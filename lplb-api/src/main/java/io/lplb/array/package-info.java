/** Lengths of arrays, for all modules. */
@NullMarked
package io.lplb.array;

import org.jspecify.annotations.NullMarked;
