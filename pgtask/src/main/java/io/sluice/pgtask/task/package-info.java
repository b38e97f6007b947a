/** What is to be done to which database, when; read and kept current by {@code declaration}. */
package io.sluice.pgtask.task;
