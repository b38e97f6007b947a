package io.sluice.pgtask.export;

import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingWriter;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Manifests as JSON. */
final class ManifestFile {

  static final String SUFFIX = ".json";
  private static final int LONGEST = 64 << 20;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  private ManifestFile() {}

  /**
   * A manifest and its checksum.
   *
   * @param sha256 of the file's bytes
   */
  record Read(Manifest manifest, String sha256) {}

  /** Returns the checksum of what was written. */
  static String write(Staging place, String key, Manifest manifest) throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(manifest);
    try (StagingWriter writer = place.create(key)) {
      writer.write(bytes);
      writer.commitDurably();
    }
    return Sha256.of(bytes);
  }

  /**
   * @param name for messages
   * @throws ExportException in a sentence, if it is none
   */
  static Read read(InputStream in, String name) throws IOException {
    byte[] bytes = in.readNBytes(LONGEST + 1);
    if (bytes.length > LONGEST) {
      throw new ExportException(name + " is not an export manifest: it is too long");
    }
    try {
      Manifest manifest = JSON.readValue(bytes, Manifest.class);
      check(manifest, name);
      return new Read(manifest, Sha256.of(bytes));
    } catch (JacksonException e) {
      throw new ExportException(
          name
              + " is not an export manifest, or was damaged; name the .json file beside the .gz"
              + " files: "
              + e.getOriginalMessage(),
          e);
    }
  }

  private static void check(Manifest manifest, String name) throws ExportException {
    if (manifest == null || manifest.sluiceExport() == 0) {
      throw new ExportException(name + " is JSON, but not an export manifest of Sluice");
    }
    if (manifest.sluiceExport() > Manifest.VERSION || !Manifest.FORMAT.equals(manifest.format())) {
      throw new ExportException(
          "%s was written by a newer Sluice (version %d, %s); update this one"
              .formatted(name, manifest.sluiceExport(), manifest.format()));
    }
    List<String> missing = missing(manifest);
    if (!missing.isEmpty()) {
      throw new ExportException(
          "%s was damaged: it lacks %s".formatted(name, String.join(", ", missing)));
    }
    for (Manifest.Part part : manifest.parts()) {
      if (part.file() == null || part.sha256() == null || !ExportKeys.isFileName(part.file())) {
        throw new ExportException(
            "%s was damaged: a part has no checksum, or lies elsewhere".formatted(name));
      }
    }
  }

  private static List<String> missing(Manifest manifest) {
    List<String> missing = new ArrayList<>();
    need(missing, "schema", manifest.schema());
    need(missing, "parent", manifest.parent());
    need(missing, "partitionSchema", manifest.partitionSchema());
    need(missing, "partition", manifest.partition());
    need(missing, "partitionKey", manifest.partitionKey());
    need(missing, "lower", manifest.lower());
    need(missing, "upper", manifest.upper());
    need(missing, "exportedAt", manifest.exportedAt());
    need(missing, "columns", manifest.columns());
    need(missing, "parts", manifest.parts());
    if (manifest.columns() != null
        && manifest.columns().stream()
            .flatMap(column -> Stream.of(column.name() == null, column.type() == null))
            .anyMatch(Boolean::booleanValue)) {
      missing.add("names or types of columns");
    }
    return missing;
  }

  private static void need(List<String> missing, String name, Object value) {
    if (value == null) {
      missing.add(name);
    }
  }
}
