/** What could not be loaded of a file, and why. */
package io.sluice.handler.reject;
