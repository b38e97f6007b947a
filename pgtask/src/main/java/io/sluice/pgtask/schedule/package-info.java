/** When tasks run: once across replicas, by db-scheduler. */
package io.sluice.pgtask.schedule;
