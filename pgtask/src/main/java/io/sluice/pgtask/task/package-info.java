/** What to do to which database, and when; read and kept current by {@code declaration}. */
package io.sluice.pgtask.task;
