/** Charts as SVG: bars, lines and heat maps, and the markup around them. */
@NullMarked
package io.lplb.report.chart;

import org.jspecify.annotations.NullMarked;
