package io.sluice.simulator;

/** The XML vocabulary of a performance file. */
public enum FileFormat {
  /** TS 32.435, root {@code measCollecFile}. */
  MEAS_COLLEC(
      "measCollecFile",
      "http://www.3gpp.org/ftp/specs/archive/32_series/32.435#measCollec",
      "32.435 V18.0"),
  /** TS 28.532, root {@code measDataFile}. */
  MEAS_DATA(
      "measDataFile",
      "http://www.3gpp.org/ftp/specs/archive/28_series/28.532#measData",
      "28.532 V18.0");

  private final String root;
  private final String namespace;
  private final String version;

  FileFormat(String root, String namespace, String version) {
    this.root = root;
    this.namespace = namespace;
    this.version = version;
  }

  String root() {
    return root;
  }

  String namespace() {
    return namespace;
  }

  String version() {
    return version;
  }
}
