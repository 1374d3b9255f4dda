// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote beside this class. */
public final class Version implements IVersionProvider {
    private static final String FILE = "version.properties";

    /** Returns the version, such as 0.1.0. */
    public static String text() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Version.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IOException(FILE + ": got no such resource, expected it beside " + Version.class.getName());
            }
            properties.load(in);
        }
        return properties.getProperty("version");
    }

    @Override
    public String[] getVersion() throws IOException {
        return new String[] {"lplb " + text()};
    }
}
