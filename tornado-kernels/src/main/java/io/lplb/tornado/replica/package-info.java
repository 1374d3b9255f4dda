/** Replicas chosen per batch on a device. */
@NullMarked
package io.lplb.tornado.replica;

import org.jspecify.annotations.NullMarked;
