package io.sluice.core.staging;

/** How many objects and bytes a deletion freed. */
public record Deleted(long objects, long bytes) {

  public static final Deleted NOTHING = new Deleted(0, 0);

  public Deleted plus(Deleted other) {
    return new Deleted(objects + other.objects, bytes + other.bytes);
  }
}
