package io.sluice.core.staging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** The contract against a server that speaks S3, with signed requests. */
class S3StagingTest extends StagingContract {

  private static final String BUCKET = "sluice";
  private static final AtomicInteger PREFIX = new AtomicInteger();
  private static S3Proxy server;
  private static StagingSettings.S3 access;

  @BeforeAll
  static void start() throws Exception {
    server =
        S3Proxy.builder()
            .blobStore(new TransientNio2BlobStore())
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, "key", "secret")
            .build();
    server.start();
    URI endpoint = URI.create("http://127.0.0.1:" + server.getPort());
    access = new StagingSettings.S3(endpoint, "eu-central-1", true, "key", "secret");
    try (S3Client admin = admin()) {
      admin.createBucket(request -> request.bucket(BUCKET));
    }
  }

  @AfterAll
  static void stop() throws Exception {
    server.stop();
  }

  @Override
  Staging openEmpty(long limitBytes) throws IOException {
    URI location = URI.create("s3://" + BUCKET + "/test-" + PREFIX.incrementAndGet());
    return Stagings.open(new StagingSettings(location, limitBytes, 0, access), clock);
  }

  @Test
  void abortsUploads_whenTheirWriterDied() throws IOException {
    StagingWriter died = staging().create("raw/a/1");
    died.write(new byte[S3Writer.PART_BYTES + 1]);
    staging().deleteAbandoned(Instant.now().plusSeconds(3600));
    assertThatThrownBy(died::commit).isInstanceOf(IOException.class);
    assertThat(keys("")).isEmpty();
  }

  @Test
  void saysWhichBucket_whenItIsMissing() {
    StagingSettings settings =
        new StagingSettings(URI.create("s3://nowhere"), StagingSettings.UNLIMITED, 0, access);
    assertThatThrownBy(() -> Stagings.open(settings))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nowhere");
  }

  @Test
  void hidesSecrets_whenSettingsArePrinted() {
    assertThat(access.toString()).doesNotContain("secret").contains("127.0.0.1");
  }

  private static S3Client admin() {
    return S3Client.builder()
        .endpointOverride(access.endpoint())
        .region(Region.EU_CENTRAL_1)
        .forcePathStyle(true)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
        .build();
  }
}
