package io.sluice.core.staging;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/** Reads what {@link PackWriter} wrote. */
public final class Packs {

  private Packs() {}

  /**
   * A feed's pack from an offset on; what was staged before the feed was renamed still lies under
   * its former name.
   *
   * @throws StagingObjectMissing when it is there under neither
   */
  public static InputStream open(
      Staging staging, String feed, Optional<String> formerly, long pack, long offset)
      throws IOException {
    try {
      return staging.open(StagingKeys.raw(feed, pack), offset);
    } catch (StagingObjectMissing e) {
      if (formerly.isEmpty()) {
        throw e;
      }
      return staging.open(StagingKeys.raw(formerly.get(), pack), offset);
    }
  }

  /**
   * The same for one file of the pack.
   *
   * @param size of the file in bytes; the stream ends after them
   * @throws java.io.EOFException while it is read, when there are fewer
   */
  public static InputStream open(
      Staging staging, String feed, Optional<String> formerly, long pack, long offset, long size)
      throws IOException {
    return new Slice(
        open(staging, feed, formerly, pack, offset),
        size,
        "pack " + pack + " of " + feed + " ends ");
  }

  /**
   * Opens one file of a pack.
   *
   * @param key of the pack
   * @param offset of the file's first byte
   * @param size of the file in bytes; the stream ends after them, and fails when there are fewer
   * @throws StagingObjectMissing when there is no such pack
   */
  public static InputStream open(Staging staging, String key, long offset, long size)
      throws IOException {
    return new Slice(staging.open(key, offset), size, "pack " + key + " ends ");
  }

  /**
   * The files of a pack.
   *
   * @throws StagingObjectMissing when there is no such pack
   * @throws DamagedPack when it is no pack
   * @throws IOException when the store is away
   */
  public static List<RawIdentity> index(Staging staging, String key) throws IOException {
    long size = staging.size(key);
    if (size < PackWriter.FOOTER) {
      throw new DamagedPack("staging object " + key + " is not a pack: it is too short");
    }
    long at = indexOffset(staging, key, size);
    try (InputStream in = staging.open(key, at)) {
      byte[] json = in.readNBytes((int) (size - PackWriter.FOOTER - at));
      return List.of(PackWriter.JSON.readValue(json, RawIdentity[].class));
    } catch (JacksonException e) {
      throw new DamagedPack(
          "the index of pack " + key + " cannot be read: " + e.getOriginalMessage(), e);
    }
  }

  private static long indexOffset(Staging staging, String key, long size) throws IOException {
    ByteBuffer footer;
    try (InputStream in = staging.open(key, size - PackWriter.FOOTER)) {
      footer = ByteBuffer.wrap(in.readNBytes(PackWriter.FOOTER));
    }
    long at = footer.getLong();
    long length = size - PackWriter.FOOTER - at;
    boolean pack = footer.getLong() == PackWriter.MAGIC;
    if (!pack || at < 0 || length < 0 || length > Integer.MAX_VALUE - 16) {
      throw new DamagedPack("staging object " + key + " is not a pack");
    }
    return at;
  }
}
