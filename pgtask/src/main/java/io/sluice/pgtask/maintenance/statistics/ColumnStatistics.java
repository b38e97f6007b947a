package io.sluice.pgtask.maintenance.statistics;

/**
 * A column as the planner's statistics know it.
 *
 * @param length bytes of a type of fixed length, or -1
 * @param align 1, 2, 4 or 8: at what multiples its values begin
 * @param width average bytes of a value that is not NULL, as stored in the row (a value moved to
 *     TOAST counts its pointer); negative if not known
 * @param nulls share of NULLs, 0 to 1
 * @param distinct as pg_stats has it: a number, or, negative, a share of the rows; 0 if not known
 */
public record ColumnStatistics(int length, int align, double width, double nulls, double distinct) {

  /** Whether its width is known. */
  public boolean known() {
    return length > 0 || width >= 0;
  }

  /** Whether its type has a fixed length. */
  public boolean fixed() {
    return length > 0;
  }

  /** Average bytes of a value that is not NULL. */
  public double bytes() {
    return fixed() ? length : width;
  }

  /** How many different values so many rows have. */
  public double distinctOf(double rows) {
    if (distinct == 0) {
      return rows;
    }
    return Math.max(1, Math.min(rows, distinct > 0 ? distinct : -distinct * rows));
  }
}
