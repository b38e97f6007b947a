package io.sluice.core.staging;

import java.net.URI;
import java.util.Objects;

/**
 * Where staging is and how much it may take.
 *
 * @param location a directory ({@code /var/lib/sluice/staging}, {@code file:///…}) or a bucket with
 *     an optional prefix ({@code s3://bucket/prefix})
 * @param limitBytes what all objects together may take, {@link #UNLIMITED} for no limit
 * @param minFreeBytes what the file system of a directory must keep free
 * @param s3 how to reach the bucket; ignored for a directory
 */
public record StagingSettings(URI location, long limitBytes, long minFreeBytes, S3 s3) {

  /** No limit. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  /** A directory keeps this much of its file system free unless told otherwise: 1 GiB. */
  public static final long DEFAULT_MIN_FREE = 1L << 30;

  public StagingSettings {
    Objects.requireNonNull(location, "location");
    if (limitBytes <= 0 || minFreeBytes < 0) {
      throw new IllegalArgumentException(
          "staging.limit must be more than 0 and staging.min-free at least 0");
    }
    s3 = s3 == null ? S3.DEFAULTS : s3;
  }

  /** The location with no limit and the default free space. */
  public static StagingSettings of(URI location) {
    return new StagingSettings(location, UNLIMITED, DEFAULT_MIN_FREE, S3.DEFAULTS);
  }

  /**
   * How to reach a bucket. What is null is left to the AWS SDK's own chains (environment, profile,
   * instance role).
   *
   * @param endpoint of an S3-compatible server, null for AWS itself
   * @param region null for the SDK's choice, and {@code us-east-1} where an endpoint is given
   * @param pathStyle whether the bucket goes into the path instead of the host name
   * @param accessKey null for the SDK's chain
   * @param secretKey goes with the access key
   */
  public record S3(
      URI endpoint, String region, boolean pathStyle, String accessKey, String secretKey) {

    public static final S3 DEFAULTS = new S3(null, null, false, null, null);

    public S3 {
      if ((accessKey == null) != (secretKey == null)) {
        throw new IllegalArgumentException(
            "staging.s3.access-key and staging.s3.secret-key go together; give both or neither");
      }
    }

    @Override
    public String toString() {
      return "S3[endpoint=%s, region=%s, pathStyle=%s]".formatted(endpoint, region, pathStyle);
    }
  }
}
