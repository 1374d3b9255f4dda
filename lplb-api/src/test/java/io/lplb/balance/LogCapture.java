// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;

/** What the library logs from a level on, until closed; then the level is what it was. */
public final class LogCapture implements AutoCloseable {
    private static final String LIBRARY = "io.lplb";

    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    private final List<String> warnings = Collections.synchronizedList(new ArrayList<>());
    private final Logger logger = (Logger) LogManager.getLogger(LIBRARY);
    private final Level before = logger.getLevel();
    private final AbstractAppender appender = new AbstractAppender("capture", null, null, true, Property.EMPTY_ARRAY) {
        @Override
        public void append(LogEvent event) {
            String text = event.getMessage().getFormattedMessage();
            lines.add(event.getLevel() + " " + text);
            if (event.getLevel().isMoreSpecificThan(Level.WARN)) {
                warnings.add(text);
            }
        }
    };

    /** Warnings and errors. */
    LogCapture() {
        this(Level.WARN);
    }

    /** Everything from a level on. */
    public LogCapture(Level level) {
        Configurator.setLevel(LIBRARY, level);
        appender.start();
        logger.addAppender(appender);
    }

    /** Returns a copy of what has been logged at WARN or above. */
    List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** Returns a copy of everything captured, each as its level, a space and the text. */
    public List<String> lines() {
        return List.copyOf(lines);
    }

    @Override
    public void close() {
        logger.removeAppender(appender);
        Configurator.setLevel(LIBRARY, before);
    }
}
