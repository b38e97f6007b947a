package io.sluice.handler.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockStoreTest {

  private static final int SLOTS = 6;

  @TempDir Path temp;

  /** Takes what comes out, and fails when a key comes twice. */
  private static final class Cells implements Consumer<BlockRow> {
    final Map<String, String> cells = new HashMap<>();
    int rows;

    @Override
    public void accept(BlockRow row) {
      rows++;
      for (int slot = 0; slot < row.slots(); slot++) {
        if (row.has(slot)) {
          String key = key(row.group(), row.object(), row.end(), row.granularity(), slot);
          assertThat(cells.put(key, text(row, slot))).as(key).isNull();
        }
      }
    }

    private static String text(BlockRow row, int slot) {
      return switch (row.kind(slot)) {
        case BLANK -> "";
        case DOUBLE -> String.valueOf((long) row.number(slot));
        case NUMERIC -> row.numeric(slot).toPlainString();
        case VECTOR ->
            (long) Double.longBitsToDouble(row.vectorBits(slot, 0))
                + ","
                + (long) Double.longBitsToDouble(row.vectorBits(slot, 1));
        default -> throw new AssertionError(row.kind(slot));
      };
    }
  }

  private static String key(int group, String object, long end, int granularity, int slot) {
    return group + "|" + object + "|" + end + "|" + granularity + "|" + slot;
  }

  @Test
  void keepsTheLastOfEachKey_whenMemoryIsAmple() throws IOException {
    agreesWithAMap(64 << 20, 20_000, false);
  }

  @Test
  void keepsTheLastOfEachKey_whenItSpillsManyTimes() throws IOException {
    agreesWithAMap(400_000, 60_000, true);
  }

  private void agreesWithAMap(long memory, int rows, boolean spills) throws IOException {
    Random random = new Random(7);
    Map<String, String> expected = new HashMap<>();
    long put = 0;
    long conflicts = 0;
    Cells cells = new Cells();
    try (BlockStore store = new BlockStore(temp, memory)) {
      for (int i = 0; i < rows; i++) {
        int group = random.nextInt(3);
        String object = "Cell=" + (random.nextInt(10) == 0 ? "ü" : "") + random.nextInt(rows / 8);
        long end = 900_000_000L * random.nextInt(2);
        int slots = 1 + random.nextInt(SLOTS);
        store.row(0, group, slots, object.toCharArray(), 0, object.length(), end, 900, false);
        for (int slot = 0; slot < slots; slot++) {
          String value = value(random);
          store.put(slot, value.toCharArray(), 0, value.length());
          String before = expected.put(key(group, object, end, 900, slot), value);
          conflicts += before != null && !before.equals(value) ? 1 : 0;
          put++;
        }
      }
      store.drain(cells);
      assertThat(store.spilled() > 0).isEqualTo(spills);
      assertThat(store.collapsed()).isEqualTo(put - expected.size());
      assertThat((double) store.conflicts())
          .isCloseTo((double) conflicts, Percentage.withPercentage(spills ? 5 : 0));
    }
    assertThat(cells.cells).isEqualTo(expected);
    try (Stream<Path> left = Files.list(temp)) {
      assertThat(left).isEmpty();
    }
  }

  private static String value(Random random) {
    return switch (random.nextInt(10)) {
      case 0 -> "";
      case 1 -> "9007199254740993";
      case 2 -> random.nextInt(3) + "," + random.nextInt(3);
      default -> String.valueOf(random.nextInt(4));
    };
  }

  @Test
  void leavesNoRow_whenAllItsValuesAreText() {
    Cells cells = new Cells();
    try (BlockStore store = new BlockStore(temp, 1 << 20)) {
      store.row(0, 0, 1, new char[0], 0, 0, 0, 900, false);
      store.put(0, "@x@".toCharArray(), 0, 3);
      store.drain(cells);
    }
    assertThat(cells.rows).isZero();
  }
}
