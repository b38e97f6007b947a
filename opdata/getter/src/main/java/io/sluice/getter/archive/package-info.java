/** Archives and what is in them: zip, tar and tgz, within limits, whatever their names say. */
package io.sluice.getter.archive;
