package io.sluice.getter.source;

/** The login may not read, move or delete this one file. */
public final class SourceFileDenied extends SourceFileFailed {

  public SourceFileDenied(String host, String path, String what) {
    super(
        "no permission on %s to %s %s; grant it to the feed's user"
            .formatted(host, what, Names.printable(path)));
  }

  @Override
  public String reason() {
    return "denied";
  }
}
