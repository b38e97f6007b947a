/** How fast Sluice is, and what it survives: whether what it loaded is what was sent. */
package io.sluice.bench;
