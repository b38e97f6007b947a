/** The measured values of a file, kept in pages or on disk until their columns are known. */
package io.sluice.handler.block;
