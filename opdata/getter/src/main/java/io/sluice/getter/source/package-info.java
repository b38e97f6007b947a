/** The systems files come from: directories and SFTP servers, behind one interface. */
package io.sluice.getter.source;
