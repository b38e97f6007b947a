package io.sluice.getter.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NameCodecTest {

  @Test
  void keepsUtf8NamesAsTheyAre() {
    for (String name : new String[] {"A20261120.xml", "Ä ö – 网 😀"}) {
      String onTheWire = new String(name.getBytes(UTF_8), ISO_8859_1);
      assertThat(NameCodec.fromServer(onTheWire)).isEqualTo(name);
      assertThat(NameCodec.toServer(name)).isEqualTo(onTheWire);
    }
  }

  @Test
  void sendsTheSameBytesBack_whenNameIsNotUtf8_orLooksEscaped() {
    for (byte[] name :
        new byte[][] {
          {'A', (byte) 0xE4, '.', (byte) 0xFF, (byte) 0x80},
          {(byte) 0xC3},
          "\uEF85 itself".getBytes(UTF_8)
        }) {
      String onTheWire = new String(name, ISO_8859_1);
      String text = NameCodec.fromServer(onTheWire);
      assertThat(text.getBytes(UTF_8)).asString(UTF_8).isEqualTo(text);
      assertThat(NameCodec.toServer(text)).isEqualTo(onTheWire);
    }
  }

  @Test
  void printsNoControlCharacters() {
    assertThat(Names.printable("a\nb\u202Ec\u0007")).isEqualTo("a\\u000ab\\u202ec\\u0007");
    assertThat(Names.safe("..")).isFalse();
    assertThat(Names.safe("a/b")).isFalse();
    assertThat(Names.safe("a\0b")).isFalse();
    assertThat(Names.safe("...")).isTrue();
  }
}
