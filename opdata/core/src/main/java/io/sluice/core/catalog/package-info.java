/**
 * Which tables and columns a target has, which ids stand for elements, objects and counters, and
 * how both come to be.
 */
package io.sluice.core.catalog;
