/** The service that runs scheduled tasks on PostgreSQL. */
package io.sluice.service.pgtask;
