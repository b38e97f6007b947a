package io.sluice.getter.scan;

import io.sluice.core.feed.HostPort;
import io.sluice.getter.scan.FileReady.ReadyFile;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** Reads the notifications that {@link FileReady} takes. */
final class FileReadyJson {

  private static final ObjectMapper JSON = JsonMapper.builder().build();

  private FileReadyJson() {}

  static List<ReadyFile> read(byte[] json) {
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
    }
    List<ReadyFile> files = new ArrayList<>();
    if (root.has("event")) {
      readVes(root.path("event").path("notificationFields"), files);
    } else if (root.has("eventList")) {
      root.path("eventList").forEach(event -> readVes(event.path("notificationFields"), files));
    } else if (root.isArray()) {
      root.forEach(file -> files.add(plain(file)));
    } else {
      files.add(plain(root));
    }
    return files;
  }

  private static void readVes(JsonNode fields, List<ReadyFile> files) {
    JsonNode all = fields.path("arrayOfNamedHashMap");
    if (!all.isArray() || all.isEmpty()) {
      throw new IllegalArgumentException(
          "event.notificationFields.arrayOfNamedHashMap is missing or empty; it names the files");
    }
    for (JsonNode file : all) {
      String location = file.path("hashMap").path("location").asString("");
      if (location.isEmpty()) {
        throw new IllegalArgumentException(
            "hashMap.location of '%s' is missing; write sftp://host:22/path"
                .formatted(file.path("name").asString("")));
      }
      files.add(atLocation(location));
    }
  }

  /** User and password in the location are ignored: the feed knows how to log in. */
  private static ReadyFile atLocation(String location) {
    String withoutLogin = location.replaceFirst("//[^/@]*@", "//");
    try {
      URI uri = new URI(withoutLogin.replace(" ", "%20"));
      String scheme = uri.getScheme() == null ? "" : uri.getScheme();
      if (scheme.equals("file")) {
        return new ReadyFile(Optional.empty(), Optional.empty(), path(uri.getPath()));
      }
      if (scheme.equals("sftp") && uri.getHost() != null) {
        int port = uri.getPort() < 0 ? HostPort.SSH : uri.getPort();
        String host = uri.getHost().replaceAll("[\\[\\]]", "");
        return new ReadyFile(
            Optional.empty(), Optional.of(new HostPort(host, port)), path(uri.getPath()));
      }
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "location " + withoutLogin + " is not an address: " + e.getReason(), e);
    }
    throw new IllegalArgumentException(
        "location " + withoutLogin + " is not supported; use sftp://host:22/path or file:///path");
  }

  private static ReadyFile plain(JsonNode node) {
    String path = node.path("path").asString("");
    if (path.isEmpty()) {
      throw new IllegalArgumentException(
          "neither a VES notification nor {\"feed\": …, \"host\": …, \"path\": …}: path is missing");
    }
    Optional<HostPort> host = Optional.empty();
    String hostText = node.path("host").asString("");
    if (!hostText.isEmpty()) {
      host =
          Optional.of(
              HostPort.parse(hostText)
                  .orElseThrow(
                      () ->
                          new IllegalArgumentException(
                              "'" + hostText + "' is not HOST or HOST:PORT")));
    }
    String feed = node.path("feed").asString("");
    return new ReadyFile(feed.isEmpty() ? Optional.empty() : Optional.of(feed), host, path(path));
  }

  private static String path(String path) {
    if (path == null || !path.startsWith("/") || path.contains("/../") || path.endsWith("/..")) {
      throw new IllegalArgumentException(
          "path '" + path + "' is not an absolute path without . and ..");
    }
    return path;
  }
}
