package io.sluice.pgtask.task;

import io.sluice.core.yaml.Durations;
import io.sluice.core.yaml.Retention;
import io.sluice.pgtask.task.PartitionSpec.Expired;
import io.sluice.pgtask.task.PartitionSpec.Sub;
import io.sluice.pgtask.task.PartitionSpec.Template;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** Says in sentences what a rotation does. */
final class PartitionDescription {

  private PartitionDescription() {}

  static List<String> of(PartitionSpec spec, ZoneId zone) {
    List<String> sentences = new ArrayList<>();
    sentences.add(
        "A new partition holds "
            + spec.by().map(by -> width(by, zone)).orElse("as much as the newest one")
            + spec.encoding().map(encoding -> encoding(encoding, zone)).orElse("")
            + spec.sub().map(PartitionDescription::sub).orElse(""));
    sentences.add(ahead(spec));
    sentences.add(keep(spec));
    if (expires(spec)) {
      sentences.add(expired(spec));
    }
    sentences.add(
        spec.defaultPartition().drain()
            ? "Rows in a default partition move to partitions of their own, %,d in a transaction"
                .formatted(spec.defaultPartition().batch())
            : "Rows in a default partition stay there");
    sentences.add(
        "New partitions are named "
            + spec.nameFormat().orElse("as Sluice does, such as cdr_p20261120")
            + template(spec.template()));
    if (spec.reapplyPrivileges()) {
      sentences.add(
          "Partitions that are there get the parent's owner and grants where theirs differ");
    }
    sentences.add(
        spec.analyzeEvery().isZero()
            ? "Parents are not analysed"
            : "Parents are analysed when their statistics are older than "
                + Durations.format(spec.analyzeEvery()));
    sentences.add(
        "One run creates and expires at most %,d partitions per table".formatted(spec.most()));
    if (expires(spec)) {
      sentences.add(
          "Nothing of a table expires when more than %s of its partitions would, until it is confirmed"
              .formatted(TaskDescription.percent(spec.mostShare())));
    }
    return sentences;
  }

  static String width(Interval by, ZoneId zone) {
    if (by instanceof Interval.Ids ids) {
      return "%,d ids".formatted(ids.count());
    }
    return by instanceof Interval.Fixed fixed
        ? Durations.format(fixed.length())
        : (IntervalText.format(by).equals("hour") ? "an " : "a ")
            + IntervalText.format(by)
            + " in "
            + zone;
  }

  static String encoding(TimeEncoding encoding, ZoneId zone) {
    if (encoding instanceof Epoch epoch) {
      return ", counted in " + epoch.name().toLowerCase(Locale.ROOT) + " since 1970";
    }
    return encoding instanceof TextTime text
        ? ", by the time written as %s in %s".formatted(text.pattern(), zone)
        : ", by the time in UUIDs of version 7";
  }

  private static String sub(Sub sub) {
    if (sub instanceof Sub.Hash hash) {
      return ", itself in " + hash.parts() + " parts by hash of " + hash.column();
    }
    if (sub instanceof Sub.Lists lists) {
      return ", itself in lists of %s: %s%s"
          .formatted(
              lists.column(),
              String.join(", ", new TreeMap<>(lists.lists()).keySet()),
              lists.other() ? ", and one for all other values" : "");
    }
    Sub.Range range = (Sub.Range) sub;
    return ", itself by " + IntervalText.format(range.by()) + " of " + range.column();
  }

  private static String ahead(PartitionSpec spec) {
    String reach =
        spec.aheadTime()
            .map(time -> "up to " + Durations.format(time) + " beyond now")
            .orElseGet(
                () -> "until there are " + spec.aheadCount().orElse(0) + " after the current one");
    return "Partitions are created "
        + reach
        + (spec.gaps() ? ", and missing ones between the oldest and now" : "; gaps stay");
  }

  private static String keep(PartitionSpec spec) {
    List<String> bounds = new ArrayList<>();
    spec.keepTime().ifPresent(time -> bounds.add("it ended " + Retention.format(time) + " ago"));
    spec.keepIds().ifPresent(ids -> bounds.add("it ends %,d below the largest id".formatted(ids)));
    spec.keepBytes()
        .ifPresent(
            bytes ->
                bounds.add(
                    "it is the oldest while the table is larger than " + HumanFormat.bytes(bytes)));
    return bounds.isEmpty()
        ? "Nothing expires"
        : "A partition expires when " + String.join(", or when ", bounds);
  }

  private static boolean expires(PartitionSpec spec) {
    return spec.keepTime().isPresent()
        || spec.keepIds().isPresent()
        || spec.keepBytes().isPresent();
  }

  private static String expired(PartitionSpec spec) {
    if (spec.expired() instanceof Expired.Keep keep) {
      return "An expired partition is detached and stays as a table of its own"
          + indexes(keep.indexes());
    }
    return spec.expired() instanceof Expired.Archive archive
        ? "An expired partition is detached and moved to schema "
            + archive.schema()
            + indexes(archive.indexes())
        : "An expired partition is "
            + spec.export().map(e -> "written to " + e.to() + ", then ").orElse("")
            + "detached, then dropped";
  }

  private static String indexes(boolean stay) {
    return stay ? " with its indexes" : " without its indexes";
  }

  private static String template(Template template) {
    List<String> sentences = new ArrayList<>();
    sentences.add(template.privileges() ? "have the parent's owner and grants" : "have no grants");
    template
        .table()
        .ifPresent(
            table -> sentences.add("take from " + table + " what a parent cannot hand down"));
    template.tablespace().ifPresent(space -> sentences.add("lie in tablespace " + space));
    if (!template.storage().isEmpty()) {
      sentences.add("have storage parameters " + new TreeMap<>(template.storage()));
    }
    return "; they " + String.join(", ", sentences);
  }
}
