/** How fast Sluice is, and whether what it loaded is what was sent. */
package io.sluice.bench;
