/** Feeds as data engineers declare them in YAML, checked and with their defaults. */
package io.sluice.core.feed;
