/** Brings a file's bytes into staging, and the members of archives as files of their own. */
package io.sluice.getter.fetch;
