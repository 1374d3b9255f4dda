/** Exchange: how the ranks of a group learn of each other's counts. */
@NullMarked
package io.lplb.exchange;

import org.jspecify.annotations.NullMarked;
