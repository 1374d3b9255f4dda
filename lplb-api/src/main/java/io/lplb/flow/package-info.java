/** Flows of items into ranks: the smallest level at which all loads fit, by maximum flow. */
@NullMarked
package io.lplb.flow;

import org.jspecify.annotations.NullMarked;
