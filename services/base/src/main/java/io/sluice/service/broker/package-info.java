/** Queues, consumers and confirmed publishing on RabbitMQ. */
package io.sluice.service.broker;
