package io.sluice.core.feed;

import io.sluice.core.yaml.DataSize;
import java.time.Duration;
import java.time.ZoneId;

/**
 * Where the files of a feed come from and how they are collected.
 *
 * @param origin the directory or the SFTP servers
 * @param poll time between the end of one scan and the start of the next
 * @param stable how long size and modification time must not change before a file is fetched
 * @param since how far back the first scan goes; older files are skipped then
 * @param after what happens to the source file once its rows are committed
 * @param checksum true: a file whose size or time changed but not its SHA-256 is a duplicate
 * @param sameContent what a file is whose content already came under another name
 * @param archives what an archive may unpack to before it is rejected
 * @param zone zone of the dates in paths and file names that carry none
 * @param bulkAfter files of periods older than this take the bulk queue, not the live one
 */
public record FeedSource(
    Origin origin,
    Duration poll,
    Duration stable,
    Duration since,
    After after,
    boolean checksum,
    SameContent sameContent,
    ArchiveLimits archives,
    ZoneId zone,
    Duration bulkAfter) {

  /** The compiled path of the origin, with the dates in the source's zone. */
  public PathPattern pathPattern() {
    return PathPattern.of(origin.path(), zone);
  }

  /** What a file is whose content already came under another name. */
  public enum SameContent {
    /** It is loaded: sometimes only the name carries the element. */
    KEEP,
    /** It is closed as a duplicate. */
    DUPLICATE
  }

  /** What happens to a source file once its rows are committed. */
  public sealed interface After {
    /** The file stays where it is. */
    record Keep() implements After {}

    /** The file is deleted. */
    record Delete() implements After {}

    /**
     * The file is moved.
     *
     * @param directory absolute directory on the same system
     */
    record Move(String directory) implements After {}
  }

  /**
   * What an archive (gz, zip, tar, tgz) may unpack to before it is rejected.
   *
   * @param ratio unpacked bytes per packed byte
   * @param members files in one archive, nested ones included
   * @param size unpacked bytes of one archive, nested ones included
   * @param depth archives within archives
   */
  public record ArchiveLimits(int ratio, int members, DataSize size, int depth) {}
}
