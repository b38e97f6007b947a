package io.sluice.core.feed;

import java.time.Duration;
import java.util.Optional;

/**
 * Which files should come and when.
 *
 * @param elements SQL query whose first column names the elements that send; those seen lately if
 *     absent
 * @param every period of the files
 * @param within time after the end of a period by which its files should be loaded
 */
public record Expectation(Optional<String> elements, Duration every, Duration within) {}
