/**
 * Rotation: creates partitions in advance, expires old ones, fills gaps, drains default partitions.
 */
package io.sluice.pgtask.partition;
