package io.sluice.handler.pm;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The element in the name of a measurement file, by 3GPP TS 32.432, 5.1.2: {@code
 * A20181002.0000+0100-0015+0100_-job_element.xml.gz}, signs possibly replaced by blanks or
 * underscores.
 */
final class FileNames {

  private static final String ZONE = "(?:[+\\-_ ]\\d{4})?";

  private static final Pattern NAME =
      Pattern.compile(
          "[A-Za-z]{1,3}\\d{8}\\.\\d{4}" + ZONE + "-(?:\\d{8}\\.)?\\d{4}" + ZONE + "[_\\-](.+)");

  private static final Pattern EXTENSION =
      Pattern.compile("(?i)\\.(?:xml2?|gz|zip|tar|tgz|txt|csv)$");

  private FileNames() {}

  /** The unique id part, or the name without directory and extensions. */
  static String element(String path) {
    String name = path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    String shorter = EXTENSION.matcher(name).replaceFirst("");
    while (!shorter.equals(name)) {
      name = shorter;
      shorter = EXTENSION.matcher(name).replaceFirst("");
    }
    Matcher parts = NAME.matcher(name);
    if (!parts.matches()) {
      return name;
    }
    String id = parts.group(1);
    int job = id.startsWith("-") ? id.indexOf('_') : -1;
    return job > 0 && job + 1 < id.length() ? id.substring(job + 1) : id;
  }
}
