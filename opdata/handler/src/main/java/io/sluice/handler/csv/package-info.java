/** CSV files: their dialect, header, fields and rows. */
package io.sluice.handler.csv;
