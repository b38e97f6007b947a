/** The messages between the stages, which carry ids only. */
package io.sluice.core.message;
