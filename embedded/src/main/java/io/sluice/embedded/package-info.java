/** PostgreSQL and an AMQP broker that run inside or beside a JVM and need nothing installed. */
package io.sluice.embedded;
