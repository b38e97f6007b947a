package io.sluice.core.staging;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Error;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Staging in a bucket of Amazon S3 or a server that speaks its protocol. */
final class S3Staging implements Staging {

  /** DeleteObjects takes at most this many keys. */
  private static final int BATCH = 1000;

  /** The status where an object ends before what is asked for. */
  private static final int NO_SUCH_RANGE = 416;

  private final S3Client client;
  private final String bucket;
  private final String root;
  private final long limitBytes;
  private final UseMeter meter;

  private S3Staging(S3Client client, String bucket, String root, long limitBytes, Clock clock) {
    this.client = client;
    this.bucket = bucket;
    this.root = root;
    this.limitBytes = limitBytes;
    this.meter = new UseMeter(this, clock);
  }

  static S3Staging open(StagingSettings settings, Clock clock) throws IOException {
    String bucket = settings.location().getAuthority();
    if (bucket == null || bucket.isEmpty()) {
      throw new IllegalArgumentException(
          "staging.location " + settings.location() + " names no bucket; write s3://bucket/prefix");
    }
    S3Client client = client(settings.s3());
    try {
      client.headBucket(request -> request.bucket(bucket));
    } catch (SdkException e) {
      client.close();
      throw away("bucket " + bucket, e);
    }
    return new S3Staging(client, bucket, root(settings), settings.limitBytes(), clock);
  }

  @Override
  public StagingWriter create(String key) throws IOException {
    return new S3Writer(client, bucket, full(key), size -> meter.add(key, size));
  }

  @Override
  public InputStream open(String key, long offset) throws IOException {
    String full = full(key);
    String range = offset == 0 ? null : "bytes=" + offset + "-";
    try {
      return client.getObject(request -> request.bucket(bucket).key(full).range(range));
    } catch (SdkException e) {
      boolean ends = e instanceof S3Exception said && said.statusCode() == NO_SUCH_RANGE;
      throw ends || e instanceof NoSuchKeyException
          ? new StagingObjectMissing(key, e)
          : away(full, e);
    }
  }

  @Override
  public long size(String key) throws IOException {
    String full = full(key);
    try {
      return client.headObject(request -> request.bucket(bucket).key(full)).contentLength();
    } catch (NoSuchKeyException e) {
      throw new StagingObjectMissing(key, e);
    } catch (SdkException e) {
      throw away(full, e);
    }
  }

  @Override
  public void delete(Collection<String> keys) throws IOException {
    List<ObjectIdentifier> all =
        keys.stream().map(key -> ObjectIdentifier.builder().key(full(key)).build()).toList();
    for (int from = 0; from < all.size(); from += BATCH) {
      deleteBatch(all.subList(from, Math.min(all.size(), from + BATCH)));
    }
  }

  @Override
  public void list(String prefix, Consumer<StagedObject> objects) throws IOException {
    String under = root + StagingKeys.checkedPrefix(prefix);
    try {
      client
          .listObjectsV2Paginator(request -> request.bucket(bucket).prefix(under))
          .contents()
          .forEach(object -> objects.accept(describe(object)));
    } catch (SdkException e) {
      throw away("listing", e);
    }
  }

  @Override
  public List<String> folders(String prefix) throws IOException {
    String under = root + StagingKeys.checkedPrefix(prefix);
    try {
      return client
          .listObjectsV2Paginator(r -> r.bucket(bucket).prefix(under).delimiter("/"))
          .commonPrefixes()
          .stream()
          .map(folder -> folder.prefix().substring(root.length()))
          .toList();
    } catch (SdkException e) {
      throw away(under, e);
    }
  }

  /** Parts of uploads that never completed cost money and show in no listing. */
  @Override
  public void deleteAbandoned(Instant before) throws IOException {
    try {
      for (MultipartUpload upload :
          client.listMultipartUploadsPaginator(r -> r.bucket(bucket).prefix(root)).uploads()) {
        if (upload.initiated().isBefore(before)) {
          client.abortMultipartUpload(
              r -> r.bucket(bucket).key(upload.key()).uploadId(upload.uploadId()));
        }
      }
    } catch (SdkException e) {
      throw away(root, e);
    }
  }

  @Override
  public StagingUse use() throws IOException {
    UseMeter.Used used =
        limitBytes == StagingSettings.UNLIMITED ? UseMeter.Used.NOTHING : meter.used();
    return new StagingUse(
        toString(), used.allBytes(), used.chunkBytes(), limitBytes, Long.MAX_VALUE, 0);
  }

  @Override
  public void checkReadable() throws IOException {
    folders("");
  }

  @Override
  public void close() {
    client.close();
  }

  @Override
  public String toString() {
    return "s3://" + bucket + "/" + root;
  }

  static IOException away(String what, SdkException e) {
    return new IOException("staging " + what + ": " + e.getMessage(), e);
  }

  private void deleteBatch(List<ObjectIdentifier> batch) throws IOException {
    try {
      DeleteObjectsResponse response =
          client.deleteObjects(r -> r.bucket(bucket).delete(d -> d.objects(batch).quiet(true)));
      if (response.hasErrors()) {
        S3Error first = response.errors().get(0);
        throw new IOException(
            "staging %s: %d of %d objects were not deleted, the first being %s: %s"
                .formatted(
                    this, response.errors().size(), batch.size(), first.key(), first.message()));
      }
    } catch (SdkException e) {
      throw away("delete of " + batch.size() + " objects", e);
    }
  }

  private StagedObject describe(S3Object object) {
    return new StagedObject(
        object.key().substring(root.length()), object.size(), object.lastModified());
  }

  private String full(String key) {
    return root + StagingKeys.checked(key);
  }

  private static String root(StagingSettings settings) {
    String path = settings.location().getPath();
    String trimmed = path == null ? "" : path.replaceAll("^/+|/+$", "");
    return trimmed.isEmpty() ? "" : StagingKeys.checked(trimmed) + "/";
  }

  private static S3Client client(StagingSettings.S3 s3) {
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(Duration.ofSeconds(10))
                    .socketTimeout(Duration.ofSeconds(60)))
            // Servers other than Amazon's often know no trailing checksums.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .forcePathStyle(s3.pathStyle());
    if (s3.endpoint() != null) {
      builder.endpointOverride(s3.endpoint()).region(Region.US_EAST_1);
    }
    if (s3.region() != null) {
      builder.region(Region.of(s3.region()));
    }
    if (s3.accessKey() != null) {
      builder.credentialsProvider(
          StaticCredentialsProvider.create(
              AwsBasicCredentials.create(s3.accessKey(), s3.secretKey())));
    }
    return builder.build();
  }
}
