package io.sluice.getter.source;

/** The directory that all files of the feed lie in is not there, or is not the one it was. */
final class BaseAway extends SourceAway {

  BaseAway(String message) {
    super(message);
  }
}
