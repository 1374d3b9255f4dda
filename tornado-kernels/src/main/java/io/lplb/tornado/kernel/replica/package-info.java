/** Device code that chooses replicas for a batch. */
@NullMarked
package io.lplb.tornado.kernel.replica;

import org.jspecify.annotations.NullMarked;
