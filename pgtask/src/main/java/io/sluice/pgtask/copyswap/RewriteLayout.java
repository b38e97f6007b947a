package io.sluice.pgtask.copyswap;

import io.sluice.pgtask.catalog.TableName;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;

/**
 * A copy like its table, perhaps in another order or tablespace, which takes its name; how differs
 * by what it is.
 */
abstract class RewriteLayout implements CopyLayout {

  final SourceTable source;
  final StorageOptions storage;
  final RewriteOptions options;
  final CopyNames names;
  final Renaming renaming;

  /**
   * @param storage of the table as it is
   * @param suffix of the old table's name
   */
  RewriteLayout(SourceTable source, StorageOptions storage, RewriteOptions options, String suffix) {
    this.source = source;
    this.storage = options.tablespace().map(storage::in).orElse(storage);
    this.options = options;
    this.names = new CopyNames(source.name());
    this.renaming = new Renaming(source, names.copy(), suffix);
  }

  @Override
  public final Optional<SourceColumn> partitionColumn() {
    return Optional.empty();
  }

  @Override
  public final Optional<String> order() {
    return options.orderBy();
  }

  @Override
  public final Optional<String> tablespace(SourceIndex index) {
    return options.tablespace().or(index::tablespace);
  }

  @Override
  public final List<List<String>> partitions() {
    return List.of();
  }

  @Override
  public final boolean makeRoom(Connection connection, String from) {
    return false;
  }

  @Override
  public final List<Placed> placed(CopyIndex index, List<TableName> leaves) {
    return List.of(new Placed(names.copy(), index.meanwhile()));
  }

  @Override
  public final Renaming renaming() {
    return renaming;
  }

  @Override
  public boolean dropOld() {
    return true;
  }
}
