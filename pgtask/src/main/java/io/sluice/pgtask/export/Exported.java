package io.sluice.pgtask.export;

import java.net.URI;

/**
 * A finished export.
 *
 * @param manifest where its manifest is
 * @param sha256 of the manifest, which holds those of the parts
 * @param bytes written, zipped
 */
record Exported(URI manifest, String sha256, long rows, long bytes) {}
