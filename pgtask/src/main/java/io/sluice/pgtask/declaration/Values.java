package io.sluice.pgtask.declaration;

import io.sluice.core.yaml.DataSize;
import io.sluice.core.yaml.Durations;
import io.sluice.core.yaml.Tree;
import io.sluice.pgtask.task.Epoch;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.IntervalText;
import io.sluice.pgtask.task.TimeEncoding;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** Reads values of a checked tree with all defaults. */
final class Values {

  private Values() {}

  static String text(Tree value) {
    return read(value, Optional::of);
  }

  static Duration duration(Tree value) {
    return read(value, Durations::parse);
  }

  static long bytes(Tree value) {
    return read(value, DataSize::parse).bytes();
  }

  static boolean flag(Tree value) {
    return value.node().asBoolean();
  }

  static int number(Tree value) {
    return value.node().asInt();
  }

  static boolean whole(Tree value) {
    return value.text().filter(text -> text.matches("[0-9]{1,18}")).isPresent();
  }

  /** {@code 30%} is 0.3. */
  static double share(Tree value) {
    return read(value, text -> Optional.of(new BigDecimal(text.replace("%", ""))))
        .movePointLeft(2)
        .doubleValue();
  }

  static Optional<Interval> interval(Tree value) {
    return value.text().map(IntervalText::parse);
  }

  /** What {@code epoch} or {@code timeFormat} of a rotation or conversion says. */
  static Optional<TimeEncoding> encoding(Tree of) {
    Tree epoch = of.get("epoch");
    return epoch.present()
        ? Optional.of(constant(Epoch.class, epoch))
        : of.get("timeFormat").text().map(TimeEncoding::parse);
  }

  static <E extends Enum<E>> E constant(Class<E> type, Tree value) {
    return Enum.valueOf(type, text(value).toUpperCase(Locale.ROOT));
  }

  private static <T> T read(Tree value, Function<String, Optional<T>> parser) {
    return value
        .text()
        .flatMap(parser)
        .orElseThrow(() -> new IllegalStateException("unchecked value at " + value.at()));
  }
}
