package io.sluice.pgtask.run;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * How to log in to a database.
 *
 * @param url {@code jdbc:postgresql:…}, without credentials
 * @param password read at each use, so that a rotated one needs no restart; empty for none
 */
public record Login(String url, String user, Supplier<Optional<String>> password) {}
