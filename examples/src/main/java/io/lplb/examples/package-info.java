/** Examples: small programs, each run by a test, which the documents quote word for word. */
@NullMarked
package io.lplb.examples;

import org.jspecify.annotations.NullMarked;
