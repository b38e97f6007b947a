/**
 * Loads staged chunks into the warehouse: {@link io.sluice.loader.LoadWorker} takes batches of
 * messages, {@link io.sluice.loader.Unpark} tries again what waited for a person.
 */
package io.sluice.loader;
