/** The service that loads rows into the warehouse. */
package io.sluice.service.loader;
