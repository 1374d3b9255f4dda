/** Micrometer: what plans achieve, for whatever monitoring system a registry feeds. */
@NullMarked
package io.lplb.micrometer;

import org.jspecify.annotations.NullMarked;
