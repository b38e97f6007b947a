/** Tasks that keep PostgreSQL in good shape, and what performs each kind of them. */
package io.sluice.pgtask;
