package io.sluice.cli;

import io.sluice.core.ops.FileRow;
import java.util.List;

/** Files as a table. */
final class FileTable {

  private FileTable() {}

  static Table of(Session session, List<FileRow> files) {
    Format format = session.format();
    Table table =
        session.table(
            ">ID",
            "FEED",
            "STATE",
            "PERIOD",
            ">READ",
            ">LOADED",
            ">COLLAPSED",
            ">REPLACED",
            ">REJECTED",
            ">DEAD",
            ">PENDING",
            "ELEMENT",
            "PATH",
            "REASON");
    for (FileRow file : files) {
      FileRow.Counts counts = file.counts();
      table.row(
          file.id(),
          file.feed(),
          file.state(),
          format.time(file.period()),
          format.number(counts.read()),
          format.number(counts.loaded()),
          format.number(counts.collapsed()),
          format.number(counts.replaced()),
          format.number(counts.rejected()),
          format.number(counts.dead()),
          format.number(counts.pending()),
          file.element(),
          file.path(),
          reason(file));
    }
    return table;
  }

  /** A file that went well may have something to say, too. */
  private static String reason(FileRow file) {
    if (file.reason() == null) {
      return file.notes();
    }
    return file.position() == null ? file.reason() : file.reason() + " (" + file.position() + ")";
  }
}
