/** Gzip data read strictly: nothing that follows a member is dropped in silence. */
package io.sluice.core.gzip;
