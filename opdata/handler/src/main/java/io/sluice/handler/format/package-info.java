/** The formats of files, and which one reads a feed's. */
package io.sluice.handler.format;
