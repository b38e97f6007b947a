/** What the Spring Boot services share: settings, wiring, health and the loops they run. */
package io.sluice.service;
