package io.sluice.pgtask.declaration;

import io.sluice.core.yaml.Secret;
import io.sluice.core.yaml.Tree;
import io.sluice.pgtask.task.DatabaseSpec;

/** Turns a checked tree of a database into its record. */
final class DatabaseBinder {

  private DatabaseBinder() {}

  static Declaration bind(Tree database) {
    return new Declaration.OfDatabase(
        new DatabaseSpec(
            Values.text(database.get("database")),
            Values.text(database.get("url")),
            Values.text(database.get("user")),
            database.get("password").text().flatMap(Secret::parse),
            Values.number(database.get("connections"))));
  }
}
