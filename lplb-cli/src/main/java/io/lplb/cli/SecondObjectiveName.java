// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.quota.SecondObjective;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converter of {@code none}, {@code level} and {@code locality} to a {@link SecondObjective}. */
final class SecondObjectiveName implements ITypeConverter<SecondObjective> {
    @Override
    public SecondObjective convert(String name) {
        for (SecondObjective each : SecondObjective.values()) {
            if (nameOf(each).equals(name)) {
                return each;
            }
        }
        throw new TypeConversionException("got '" + name + "', expected none, level or locality");
    }

    /** Returns the name of an objective on the command line. */
    static String nameOf(SecondObjective objective) {
        return objective.name().toLowerCase(Locale.ROOT);
    }
}
