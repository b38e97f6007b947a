/** Encodes the rows of a batch's files into shared segments in the catalogue's column order. */
package io.sluice.handler.encode;
