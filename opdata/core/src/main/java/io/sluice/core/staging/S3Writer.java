package io.sluice.core.staging;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * Writes one object: a small one with one request, a bigger one in parts as they fill, so that
 * memory stays at one part whatever the object's size.
 */
final class S3Writer extends StagingWriter {

  /** S3 wants parts of at least 5 MiB and at most 10,000 of them: objects to 78 GiB. */
  static final int PART_BYTES = 8 << 20;

  private final S3Client client;
  private final String bucket;
  private final String key;
  private final LongConsumer written;
  private final ByteArrayOutputStream part = new ByteArrayOutputStream(1 << 16);
  private final List<CompletedPart> parts = new ArrayList<>();
  private String uploadId;

  S3Writer(S3Client client, String bucket, String key, LongConsumer written) {
    this.client = client;
    this.bucket = bucket;
    this.key = key;
    this.written = written;
  }

  @Override
  void append(byte[] bytes, int offset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      int take = Math.min(length - done, PART_BYTES - part.size());
      part.write(bytes, offset + done, take);
      done += take;
      if (part.size() == PART_BYTES) {
        uploadPart();
      }
    }
  }

  @Override
  void publish() throws IOException {
    try {
      if (uploadId == null) {
        RequestBody body = RequestBody.fromBytes(part.toByteArray());
        client.putObject(request -> request.bucket(bucket).key(key), body);
      } else {
        completeUpload();
      }
      written.accept(size());
    } catch (IOException e) {
      abort();
      throw e;
    } catch (SdkException e) {
      abort();
      throw S3Staging.away(key, e);
    }
  }

  @Override
  void abort() throws IOException {
    if (uploadId == null) {
      return;
    }
    try {
      client.abortMultipartUpload(r -> r.bucket(bucket).key(key).uploadId(uploadId));
    } catch (SdkException e) {
      throw S3Staging.away(key, e);
    }
  }

  private void uploadPart() throws IOException {
    try {
      if (uploadId == null) {
        uploadId = client.createMultipartUpload(r -> r.bucket(bucket).key(key)).uploadId();
      }
      int number = parts.size() + 1;
      RequestBody body = RequestBody.fromBytes(part.toByteArray());
      String etag =
          client
              .uploadPart(
                  r -> r.bucket(bucket).key(key).uploadId(uploadId).partNumber(number), body)
              .eTag();
      parts.add(CompletedPart.builder().partNumber(number).eTag(etag).build());
      part.reset();
    } catch (SdkException e) {
      throw S3Staging.away(key, e);
    }
  }

  private void completeUpload() throws IOException {
    if (part.size() > 0) {
      uploadPart();
    }
    client.completeMultipartUpload(
        r -> r.bucket(bucket).key(key).uploadId(uploadId).multipartUpload(u -> u.parts(parts)));
  }
}
