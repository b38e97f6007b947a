/**
 * Documents that people write in YAML: read with the line of each part, checked against a JSON
 * Schema, every problem said at once with its remedy; and the values they hold.
 */
package io.sluice.core.yaml;
