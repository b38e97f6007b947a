package io.sluice.core.ledger;

import io.sluice.core.chunk.PgType;
import io.sluice.core.sql.SqlNames;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;

/**
 * Times of rows as a column of theirs holds them. Bounds only keep other partitions from being
 * looked at, so they are rounded outward: what the ledger knows is cut to seconds, and a local time
 * may be an hour off where clocks change.
 *
 * @param column unquoted
 * @param type of the column: timestamptz, timestamp or date
 * @param zone of the feed, for types without one
 */
record RowTimes(String column, PgType type, ZoneId zone) {

  /** SQL of the bounds, and what is bound: nothing where a time is not known. */
  record Between(String sql, Object first, Object last) {}

  String quoted() {
    return SqlNames.quote(column);
  }

  Between between(Instant first, Instant last) {
    Object from =
        switch (type) {
          case DATE -> local(first).toLocalDate().minusDays(1);
          case TIMESTAMP -> local(first).minusHours(1).minusSeconds(1);
          default -> first.minus(Duration.ofSeconds(1));
        };
    Object to =
        switch (type) {
          case DATE -> local(last).toLocalDate().plusDays(1);
          case TIMESTAMP -> local(last).plusHours(1).plusSeconds(1);
          default -> last.plus(Duration.ofSeconds(1));
        };
    return new Between(" and %s between ? and ?".formatted(quoted()), from, to);
  }

  private LocalDateTime local(Instant time) {
    return LocalDateTime.ofInstant(time, zone);
  }

  /** SQL of the start of a time's bucket, whatever zone the session has. */
  String bucket() {
    String time =
        switch (type) {
          case TIMESTAMPTZ -> quoted();
          default ->
              "(%s::timestamp at time zone %s)".formatted(quoted(), SqlNames.literal(zone.getId()));
        };
    return "date_trunc('hour', %s - interval '1 microsecond', 'UTC')".formatted(time);
  }
}
