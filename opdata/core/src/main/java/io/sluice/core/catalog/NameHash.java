package io.sluice.core.catalog;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/**
 * A 128-bit hash of a name, much cheaper than the key in the database. Its seed is this process's
 * own, so that nobody can choose names that meet. Reused.
 */
final class NameHash {

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long SEED_1 = new SecureRandom().nextLong();
  private static final long SEED_2 = new SecureRandom().nextLong();

  // Odd, of about as many ones as zeros: what makes a product reach all bits above.
  private static final long P1 = 0x9E3779B97F4A7C15L;
  private static final long P2 = 0xC2B2AE3D27D4EB4FL;
  private static final long P3 = 0xD6E8FEB86659FD93L;

  long high;
  long low;

  NameHash of(byte[] name, int offset, int length) {
    long a = SEED_1 ^ length * P1;
    long b = SEED_2 + length * P2;
    int at = offset;
    int end = offset + length;
    for (; at + 8 <= end; at += 8) {
      long word = (long) LONG.get(name, at);
      a = Long.rotateLeft((a ^ word) * P1, 29);
      b = Long.rotateLeft(b ^ word * P2, 31) * P3;
    }
    long tail = 0;
    for (int shift = 0; at < end; at++, shift += 8) {
      tail |= (name[at] & 0xFFL) << shift;
    }
    a = Long.rotateLeft((a ^ tail) * P1, 29);
    b = Long.rotateLeft(b ^ tail * P2, 31) * P3;
    high = mixed(a + Long.rotateLeft(b, 17));
    low = mixed(b ^ a * P3);
    return this;
  }

  private static long mixed(long value) {
    long mixed = (value ^ value >>> 32) * P2;
    mixed = (mixed ^ mixed >>> 29) * P1;
    return mixed ^ mixed >>> 32;
  }
}
