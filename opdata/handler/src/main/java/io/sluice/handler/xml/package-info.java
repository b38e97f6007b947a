/** XML read as a stream, without external entities. */
package io.sluice.handler.xml;
