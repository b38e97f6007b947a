/** What a failure means for the work that met it: pause, retry, park or reject. */
package io.sluice.core.fate;
