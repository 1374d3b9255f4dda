// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Both pages in headless Chromium, on a phone and on a desk, light and dark. A window cannot be as narrow as a phone, so
 * the page stands in a frame of its width, in a page whose script measures it. Screenshots stay in
 * {@code target/screenshots} for a person to look at.
 */
class BrowserTest {
    /** Runs in the page around the frame, and writes what it finds as JSON. */
    @SuppressWarnings("InlineFormatString") // Too long to stand in the test.
    private static final String MEASURE = """
            <!DOCTYPE html><html><body style="margin:0"><iframe id="f" style="border:0;width:%dpx;height:%dpx" srcdoc="%s"></iframe>
            <pre id="found"></pre><script>
            const f = document.getElementById('f');
            function luminance(rgb) {
              const c = rgb.match(/[0-9.]+/g).slice(0, 3).map(v => v / 255)
                  .map(v => v > 0.04045 ? Math.pow((v + 0.055) / 1.055, 2.4) : v / 12.92);
              return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
            }
            f.onload = () => {
              const w = f.contentWindow, d = f.contentDocument, ground = w.getComputedStyle(d.body).backgroundColor;
              const contrast = e => {
                const s = w.getComputedStyle(e), l = luminance(e instanceof w.SVGElement ? s.fill : s.color);
                const g = luminance(ground);
                return (Math.max(l, g) + 0.05) / (Math.min(l, g) + 0.05);
              };
              d.querySelectorAll('details').forEach(e => e.open = true);
              document.getElementById('found').textContent = JSON.stringify({
                ground: ground,
                scrollWidth: d.documentElement.scrollWidth, innerWidth: w.innerWidth,
                svgs: d.querySelectorAll('svg:not(.sample)').length,
                empty: [...d.querySelectorAll('svg:not(.sample)')].filter(s => !(s.getBoundingClientRect().width > 50
                    && s.getBoundingClientRect().height > 50)).length,
                wide: [...d.querySelectorAll('svg, p, h1, h2, dl, ul')]
                    .filter(e => e.getBoundingClientRect().right > w.innerWidth + 0.5).length,
                smallest: Math.min(...[...d.querySelectorAll('.plot text')].map(t => t.getBoundingClientRect().height)),
                contrast: Math.min(...[...d.querySelectorAll('p, h1, h2, h3, td, th, dd, figcaption, .plot text')].map(contrast)),
                requests: w.performance.getEntriesByType('resource').map(r => r.name)
              });
            };
            </script></body></html>
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // Set by JUnit.
    private static Path folder;

    @SuppressWarnings("NullAway.Init") // Set before all tests.
    private static Chromium chromium;

    @BeforeAll
    static void makePages() throws IOException {
        Path program = Chromium.find();
        assumeTrue(
                program != null, "no Chromium on the PATH and none named by -Dlplb.chromium: pages are not looked at");
        assertNotNull(program);
        chromium = new Chromium(program, folder);
        Path results = Files.writeString(folder.resolve("results.json"), ReportCommandTest.RESULTS);
        Path growth = Files.writeString(folder.resolve("growth.jsonl"), ReportCommandTest.GROWTH);
        List<String[]> commands = List.of(
                new String[] {
                    "replay",
                    "--trace",
                    ReplayCommandTest.trace(folder).toString(),
                    "--experts",
                    "32",
                    "--batch",
                    "10",
                    "--html",
                    folder.resolve("replay.html").toString()
                },
                new String[] {
                    "report",
                    results.toString(),
                    growth.toString(),
                    "--html",
                    folder.resolve("report.html").toString()
                });
        for (String[] command : commands) {
            CliRun run = CliRun.of(command);
            assertEquals(0, run.exitCode(), run.err());
        }
    }

    @ParameterizedTest(name = "{0} page, {1} px, {2}")
    @CsvSource({
        "replay, 360, light",
        "replay, 360, dark",
        "replay, 1280, light",
        "replay, 1280, dark",
        "report, 360, light",
        "report, 360, dark",
        "report, 1280, light",
        "report, 1280, dark"
    })
    void thePageFitsAndIsReadable(String page, int width, String scheme) throws Exception {
        // The frame is high enough for the whole page, so that one run measures it and takes the picture.
        int height = width < 500 ? 6400 : 3600;
        String markup = Files.readString(folder.resolve(page + ".html"));
        Path around = folder.resolve(page + width + scheme + ".html");
        String escaped = markup.replace("&", "&amp;").replace("\"", "&quot;");
        Files.writeString(around, String.format(Locale.ROOT, MEASURE, width, height, escaped));
        Path picture = Files.createDirectories(Path.of("target", "screenshots"))
                .resolve(page + "-" + width + "-" + scheme + ".png");
        Files.deleteIfExists(picture);
        boolean dark = scheme.equals("dark");
        Chromium.Answer answer = chromium.open(
                around, dark, Math.max(500, width), height, "--dump-dom", "--screenshot=" + picture.toAbsolutePath());
        assertFalse(answer.err().contains("CONSOLE"), answer.err());
        JsonNode found = found(answer.out());
        assertEquals(
                dark ? "rgb(21, 24, 28)" : "rgb(255, 255, 255)",
                found.get("ground").asText());
        assertEquals(width, found.get("innerWidth").asInt());
        assertTrue(found.get("scrollWidth").asInt() <= width, "scrolls sideways: " + found);
        assertEquals(page.equals("replay") ? 8 : 6, found.get("svgs").asInt());
        assertEquals(0, found.get("empty").asInt(), "a picture has no size: " + found);
        assertEquals(0, found.get("wide").asInt(), "something reaches beyond the page: " + found);
        assertTrue(found.get("smallest").asDouble() >= 10, "letters are too small: " + found);
        assertTrue(found.get("contrast").asDouble() >= 4.5, "too little contrast: " + found);
        assertEquals(0, found.get("requests").size(), "asks for something: " + found);
        assertIsAPicture(picture, width);
    }

    private static JsonNode found(String dom) throws IOException {
        int from = dom.indexOf("<pre id=\"found\">");
        assertTrue(from >= 0 && dom.indexOf('{', from) >= 0, "nothing was measured");
        String json = dom.substring(dom.indexOf('{', from), dom.indexOf("</pre>", from));
        return new ObjectMapper()
                .readTree(json.replace("&amp;", "&").replace("&gt;", ">").replace("&lt;", "<"));
    }

    private static void assertIsAPicture(Path picture, int width) throws IOException {
        BufferedImage image = ImageIO.read(picture.toFile());
        Set<Integer> colours = new HashSet<>();
        for (int y = 0; y < image.getHeight(); y += 3) {
            for (int x = 0; x < width; x += 3) {
                colours.add(image.getRGB(x, y));
            }
        }
        assertTrue(colours.size() > 20, "an empty picture: " + colours.size() + " colours");
    }
}
