package io.sluice.handler.reject;

import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.FeedFormat.OnTruncated;
import java.util.Set;

/** What becomes of a file that can be read up to a place, and not beyond. */
public final class Broken {

  /** Reasons that leave what came before them as good as it was. */
  private static final Set<String> BREAKS = Set.of("truncated", "corrupt_gzip");

  private Broken() {}

  /** Whether the file's packing broke off, whatever is in it. */
  public static boolean isBreak(RejectFile why) {
    return BREAKS.contains(why.reason());
  }

  /**
   * Keeps what was read and writes the break down, or rejects the file, as the feed says.
   *
   * @throws RejectFile when the feed wants whole files only
   */
  public static void keepOrReject(RejectFile broken, OnTruncated wanted, RejectLog rejects) {
    if (wanted == OnTruncated.REJECT) {
      throw broken;
    }
    String message =
        broken.position() + ": " + broken.getMessage() + "; what came before it is loaded";
    rejects.add(
        broken.reason(),
        0,
        () -> new Reject(broken.reason(), 0, 0, null, null, null, 0, message, null));
  }
}
