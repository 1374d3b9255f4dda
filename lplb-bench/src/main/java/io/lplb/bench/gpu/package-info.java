/** Programs that check and time the GPU programs beside the CPU. */
@NullMarked
package io.lplb.bench.gpu;

import org.jspecify.annotations.NullMarked;
