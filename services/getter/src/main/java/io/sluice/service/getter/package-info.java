/** The service that collects files from their sources. */
package io.sluice.service.getter;
