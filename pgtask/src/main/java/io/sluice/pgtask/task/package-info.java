/** What is to be done to which database, when: declared in YAML, derived from feeds. */
package io.sluice.pgtask.task;
