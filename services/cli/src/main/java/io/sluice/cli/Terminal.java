package io.sluice.cli;

import java.io.BufferedReader;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Map;

/**
 * What the command talks to.
 *
 * @param columns width to fit tables into, {@link Integer#MAX_VALUE} where nobody looks at them
 * @param interactive whether a person sits there: colours, questions
 */
record Terminal(
    BufferedReader in,
    PrintWriter out,
    PrintWriter err,
    int columns,
    boolean interactive,
    Map<String, String> environment,
    Clock clock,
    ZoneId zone) {}
