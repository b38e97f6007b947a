/** The service that reads files and encodes their rows. */
package io.sluice.service.handler;
