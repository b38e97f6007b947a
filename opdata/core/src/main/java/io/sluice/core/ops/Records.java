package io.sluice.core.ops;

import io.sluice.core.sql.Sql;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads rows into records: each component from the column of its name, {@code foundAt} from {@code
 * found_at}, and one that is a record from columns of the same row. What is null in the database is
 * null, zero or an empty list.
 */
final class Records {

  private interface Column {
    Object read(ResultSet row, String name) throws SQLException;
  }

  private static final Map<Class<?>, Column> COLUMNS =
      Map.of(
          long.class, ResultSet::getLong,
          int.class, ResultSet::getInt,
          boolean.class, ResultSet::getBoolean,
          String.class, ResultSet::getString,
          Long.class, (row, name) -> row.getObject(name, Long.class),
          Instant.class, Sql::instant,
          List.class, Sql::elements);

  private Records() {}

  static <R extends Record> Sql.RowMapper<R> of(Class<R> type) {
    RecordComponent[] components = type.getRecordComponents();
    List<? extends Sql.RowMapper<?>> readers =
        Arrays.stream(components).map(Records::reader).toList();
    try {
      Constructor<R> constructor =
          type.getDeclaredConstructor(
              Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
      constructor.setAccessible(true); // of a private record
      return row -> record(constructor, readers, row);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("every record has this constructor", e);
    }
  }

  private static Sql.RowMapper<?> reader(RecordComponent component) {
    Class<?> type = component.getType();
    if (type.isRecord()) {
      return of(type.asSubclass(Record.class));
    }
    Column column = COLUMNS.get(type);
    String name = component.getName().replaceAll("[A-Z]", "_$0").toLowerCase(Locale.ROOT);
    return row -> column.read(row, name);
  }

  private static <R> R record(
      Constructor<R> constructor, List<? extends Sql.RowMapper<?>> readers, ResultSet row)
      throws SQLException {
    Object[] values = new Object[readers.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = readers.get(i).map(row);
    }
    try {
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(constructor + " failed", e);
    }
  }
}
