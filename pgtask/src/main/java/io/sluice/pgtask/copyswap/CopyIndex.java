package io.sluice.pgtask.copyswap;

import io.sluice.core.catalog.Names;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An index that the copy has like the table.
 *
 * @param widened whether the partition column was added to its key, as PostgreSQL asks for
 */
record CopyIndex(SourceIndex source, String definition, boolean widened) {

  /**
   * Those of a table, the key's first.
   *
   * @param partitionColumn of the copy, which every unique index must contain
   */
  static List<CopyIndex> of(SourceTable source, Optional<SourceColumn> partitionColumn) {
    List<CopyIndex> indexes = new ArrayList<>();
    for (SourceIndex index : source.indexes()) {
      boolean widened =
          index.unique()
              && partitionColumn.filter(c -> !index.columns().contains(c.name())).isPresent();
      String definition =
          widened
              ? withColumn(index.definition(), partitionColumn.orElseThrow().sql())
              : index.definition();
      CopyIndex copy = new CopyIndex(index, definition, widened);
      if (source.key().filter(index::equals).isPresent()) {
        indexes.add(0, copy);
      } else {
        indexes.add(copy);
      }
    }
    return indexes;
  }

  /** Adds a column at the end of the first list in parentheses. */
  static String withColumn(String definition, String column) {
    int depth = 0;
    char quote = 0;
    for (int i = 0; i < definition.length(); i++) {
      char c = definition.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '(') {
        depth++;
      } else if (c == ')' && --depth == 0) {
        return definition.substring(0, i) + ", " + column + definition.substring(i);
      }
    }
    throw new IllegalArgumentException("no list of columns in " + definition);
  }

  /** Name while the table still has the right one. */
  String meanwhile() {
    return CopyNames.meanwhile(source.name());
  }

  /** Name on a partition: the index's own, with the partition in the table's place. */
  String nameOn(TableName table, TableName leaf) {
    String rest =
        source.name().startsWith(table.name() + "_")
            ? source.name().substring(table.name().length())
            : "_" + source.name();
    return Names.withSuffix(leaf.name() + rest, "");
  }

  /**
   * Statements of one transaction; takes SHARE or ACCESS EXCLUSIVE on the table, a copy.
   *
   * @param partitioned whether that has partitions, and so no order of its own
   */
  List<String> create(TableName on, String name, boolean partitioned, Optional<String> tablespace) {
    List<String> sql = new ArrayList<>();
    tablespace.ifPresent(
        space -> sql.add("set local default_tablespace = " + SqlNames.literal(space)));
    sql.add(
        source.constraint()
            ? "alter table %s add constraint %s %s"
                .formatted(on.sql(), SqlNames.quote(name), definition)
            : "create %sindex %s on %s %s"
                .formatted(
                    source.unique() ? "unique " : "", SqlNames.quote(name), on.sql(), definition));
    source
        .comment()
        .ifPresent(
            comment ->
                sql.add(
                    "comment on index %s is %s"
                        .formatted(on.sibling(name).sql(), SqlNames.literal(comment))));
    String mark = SqlNames.quote(name);
    if (source.clustered() && !partitioned) {
      sql.add("alter table %s cluster on %s".formatted(on.sql(), mark));
    }
    if (source.replicaIdentity()) {
      sql.add("alter table %s replica identity using index %s".formatted(on.sql(), mark));
    }
    return sql;
  }
}
