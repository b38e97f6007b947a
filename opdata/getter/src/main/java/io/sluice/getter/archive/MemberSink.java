package io.sluice.getter.archive;

import java.io.IOException;
import java.io.InputStream;

/** Takes the members of an archive, one after the other. */
public interface MemberSink {

  /**
   * Takes one member.
   *
   * @param bytes to be read before returning; failures of the archive come as {@link
   *     io.sluice.core.fate.RejectFile}
   * @throws IOException when the member cannot be stored
   */
  void member(Member member, InputStream bytes) throws IOException;

  /**
   * Notes a member that is not taken, because its name could lead elsewhere.
   *
   * @param path printable
   */
  void unsafe(String path);
}
