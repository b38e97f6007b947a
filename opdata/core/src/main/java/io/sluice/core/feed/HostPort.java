package io.sluice.core.feed;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server: {@code ems1}, {@code ems1:2222}, {@code 10.0.0.1:22} or {@code [fd00::1]:22}.
 *
 * @param host name or address, an IPv6 address without brackets
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) {

  /** The port of SSH. */
  public static final int SSH = 22;

  private static final Pattern TEXT =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.%]+)]|([A-Za-z0-9._-]+))(?::([0-9]{1,5}))?");

  /** Reads the text form; the port is 22 if not given; empty if the text is something else. */
  public static Optional<HostPort> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String host = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
    int port = matcher.group(3) == null ? SSH : Integer.parseInt(matcher.group(3));
    return port < 1 || port > 65535 ? Optional.empty() : Optional.of(new HostPort(host, port));
  }

  /** The text form, without the port if it is 22. */
  @Override
  public String toString() {
    String name = host.contains(":") ? "[" + host + "]" : host;
    return port == SSH ? name : name + ":" + port;
  }
}
