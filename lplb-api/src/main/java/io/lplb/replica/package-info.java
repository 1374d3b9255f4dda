/** Replicas that are chosen anew for every batch: which experts get a copy, where, and how many tokens each copy takes. */
@NullMarked
package io.lplb.replica;

import org.jspecify.annotations.NullMarked;
