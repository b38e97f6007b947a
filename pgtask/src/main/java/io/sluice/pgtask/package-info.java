/** What keeps PostgreSQL well: tasks, and what does each kind of them. */
package io.sluice.pgtask;
