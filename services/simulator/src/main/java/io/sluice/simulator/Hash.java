package io.sluice.simulator;

/** Numbers that look random and follow from what they are for. Mixing function of SplitMix64. */
final class Hash {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private Hash() {}

  static long of(long seed, long... parts) {
    long hash = mix(seed + GOLDEN);
    for (long part : parts) {
      hash = mix(hash + GOLDEN + part);
    }
    return hash;
  }

  /** In [0, 1). */
  static double unit(long hash) {
    return (hash >>> 11) * 0x1.0p-53;
  }

  /** In [0, bound). */
  static int below(long hash, int bound) {
    return (int) ((hash >>> 33) % bound);
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
