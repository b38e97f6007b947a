/**
 * Real databases, brokers and SFTP servers for tests, and doubles that fail where a test wants it.
 */
package io.sluice.testkit;
