/** Thread pools whose threads end the process when an Error ends them. */
package io.sluice.core.thread;
