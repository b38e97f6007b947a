/**
 * Bytes and text of staged files: unpacked, sampled, decoded; buffers are kept from file to file.
 */
package io.sluice.handler.input;
