/** Lengths of arrays, for the other packages of this module. */
@NullMarked
package io.lplb.array;

import org.jspecify.annotations.NullMarked;
