package io.sluice.core.staging;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * Which file a raw object is, kept beside it, so that a database restored to an earlier point can
 * learn again of files it has forgotten. Written once the raw object is whole and before the ledger
 * moves the file on; duplicates have none.
 *
 * @param fileId ledger id
 * @param host the system that held it
 * @param path on the host; of a member, {@code archive!/member}
 * @param size in bytes, as listed
 * @param mtime as listed
 * @param foundAt part of the raw object's key
 * @param sha256 of the bytes, 64 hexadecimal digits, or null
 * @param parent the archive it is a member of, or null
 * @param bulk whether it went by the bulk queues
 * @param settle whether the source wants an action once the rows are committed
 * @param archive whether it was expanded into members, which have identities of their own
 */
public record RawIdentity(
    long fileId,
    String feed,
    String host,
    String path,
    long size,
    Instant mtime,
    Instant foundAt,
    String sha256,
    Long parent,
    boolean bulk,
    boolean settle,
    boolean archive) {

  private static final String SUFFIX = ".json";
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  /** Key of the raw object itself. */
  public String rawKey() {
    return StagingKeys.raw(feed, foundAt, fileId);
  }

  /** Key of the identity of a raw object. */
  public static String key(String rawKey) {
    return rawKey + SUFFIX;
  }

  /** Whether a key under {@code raw/} is an identity and not a raw object. */
  public static boolean isIdentity(String key) {
    return key.endsWith(SUFFIX);
  }

  /** Writes it beside its raw object. */
  public void write(Staging staging) throws IOException {
    try (StagingWriter writer = staging.create(key(rawKey()))) {
      writer.write(JSON.writeValueAsBytes(this));
      writer.commit();
    }
  }

  /**
   * Reads one.
   *
   * @param key of the identity
   * @throws StagingObjectMissing when there is none
   * @throws IOException when it is not an identity, or the store is away
   */
  public static RawIdentity read(Staging staging, String key) throws IOException {
    try (InputStream in = staging.open(key)) {
      RawIdentity identity = JSON.readValue(in.readAllBytes(), RawIdentity.class);
      if (identity.feed == null || identity.path == null || identity.foundAt == null) {
        throw new IOException("staging object " + key + " lacks feed, path or foundAt");
      }
      return identity;
    } catch (JacksonException e) {
      throw new IOException(
          "staging object " + key + " is not an identity: " + e.getOriginalMessage(), e);
    }
  }
}
