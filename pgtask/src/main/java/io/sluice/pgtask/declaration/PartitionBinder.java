package io.sluice.pgtask.declaration;

import static io.sluice.pgtask.declaration.TaskBinder.part;
import static io.sluice.pgtask.declaration.Values.flag;
import static io.sluice.pgtask.declaration.Values.number;
import static io.sluice.pgtask.declaration.Values.text;

import io.sluice.core.yaml.Retention;
import io.sluice.core.yaml.Tree;
import io.sluice.pgtask.task.IntervalText;
import io.sluice.pgtask.task.PartitionSpec;
import io.sluice.pgtask.task.PartitionSpec.DefaultPartition;
import io.sluice.pgtask.task.PartitionSpec.Expired;
import io.sluice.pgtask.task.PartitionSpec.Export;
import io.sluice.pgtask.task.PartitionSpec.Sub;
import io.sluice.pgtask.task.PartitionSpec.Template;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;

/** Turns a checked tree of a rotation into its records. */
final class PartitionBinder {

  private PartitionBinder() {}

  static PartitionSpec bind(Tree partition) {
    Tree ahead = partition.get("ahead");
    Tree keep = partition.get("keep");
    return new PartitionSpec(
        partition.get("tables").texts(),
        partition.get("exclude").texts(),
        partition.get("feed").text(),
        Values.interval(partition.get("by")),
        Values.encoding(partition),
        ahead.duration(),
        Values.whole(ahead) ? OptionalInt.of(number(ahead)) : OptionalInt.empty(),
        keep.text().flatMap(Retention::parse),
        Values.whole(keep) ? OptionalLong.of(Long.parseLong(text(keep))) : OptionalLong.empty(),
        partition.get("keepSize").present()
            ? OptionalLong.of(Values.bytes(partition.get("keepSize")))
            : OptionalLong.empty(),
        expired(partition),
        part(partition.get("export"), export -> new Export(URI.create(text(export)))),
        new DefaultPartition(
            flag(partition.get("default", "drain")), number(partition.get("default", "batch"))),
        flag(partition.get("gaps")),
        partition.get("name").text(),
        template(partition.get("template")),
        flag(partition.get("reapplyPrivileges")),
        part(partition.get("sub"), PartitionBinder::sub),
        Values.duration(partition.get("analyze")),
        number(partition.get("most")),
        Values.share(partition.get("mostShare")),
        false);
  }

  private static Expired expired(Tree partition) {
    boolean indexes = flag(partition.get("indexes"));
    return switch (text(partition.get("expired"))) {
      case "keep" -> new Expired.Keep(indexes);
      case "archive" -> new Expired.Archive(text(partition.get("archive")), indexes);
      default -> new Expired.Drop();
    };
  }

  private static Template template(Tree template) {
    return new Template(
        template.get("table").text(),
        template.get("tablespace").text(),
        map(template.get("storage"), Values::text),
        flag(template.get("privileges")));
  }

  private static Sub sub(Tree sub) {
    if (sub.get("hash").present()) {
      Tree hash = sub.get("hash");
      return new Sub.Hash(text(hash.get("column")), number(hash.get("parts")));
    }
    if (sub.get("list").present()) {
      Tree list = sub.get("list");
      return new Sub.Lists(
          text(list.get("column")), map(list.get("values"), Tree::texts), flag(list.get("other")));
    }
    Tree range = sub.get("range");
    return new Sub.Range(text(range.get("column")), IntervalText.parse(text(range.get("by"))));
  }

  private static <T> Map<String, T> map(Tree mapping, Function<Tree, T> value) {
    Map<String, T> map = new LinkedHashMap<>();
    mapping.entries().forEach((name, tree) -> map.put(name, value.apply(tree)));
    return map;
  }
}
