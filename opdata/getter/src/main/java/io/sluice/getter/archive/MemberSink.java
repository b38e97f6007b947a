package io.sluice.getter.archive;

import java.io.IOException;
import java.io.InputStream;

/** Takes the members of an archive, one after the other. */
public interface MemberSink {

  /**
   * Takes one member.
   *
   * @param path within the archive, with {@code !/} after each nested archive's name; unique in it
   * @param bytes to be read before returning; failures of the archive come as {@link
   *     io.sluice.core.fate.RejectFile}
   * @throws IOException when the member cannot be stored
   */
  void member(String path, InputStream bytes) throws IOException;

  /**
   * Notes a member that is not taken, because its name could lead elsewhere.
   *
   * @param path printable
   */
  default void unsafe(String path) {}
}
