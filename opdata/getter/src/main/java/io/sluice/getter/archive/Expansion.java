package io.sluice.getter.archive;

/**
 * What was in an archive.
 *
 * @param members files passed to the sink
 * @param unsafe members not taken because of their names
 * @param special links, devices and the like, which hold no data and are ignored
 * @param bytes of all members together
 */
public record Expansion(int members, int unsafe, int special, long bytes) {}
