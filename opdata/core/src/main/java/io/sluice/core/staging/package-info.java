/** Where raw files and encoded chunks lie between the stages: a directory or a bucket. */
package io.sluice.core.staging;
