package io.sluice.pgtask.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.staging.StagingSettings;
import io.sluice.core.staging.StagingWriter;
import java.net.URI;
import java.sql.SQLException;
import java.util.List;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** The same with a bucket of a server that speaks S3. */
class S3RestoreTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";
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
    try (S3Client admin =
        S3Client.builder()
            .endpointOverride(endpoint)
            .region(Region.EU_CENTRAL_1)
            .forcePathStyle(true)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
            .build()) {
      admin.createBucket(request -> request.bucket("archive"));
    }
  }

  @AfterAll
  static void stop() throws Exception {
    server.stop();
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void bringsBackRows_whenObjectHasManyParts(int major) throws Exception {
    try (ExportFixture fixture = new ExportFixture(major, access)) {
      Tables.small(fixture);
      noise(fixture);
      List<String> before = fixture.rows(ExportFixture.PARENT);
      Tables.detach(fixture);
      Exported exported = fixture.export(URI.create("s3://archive/pm/" + major));
      assertThat(exported.bytes()).isGreaterThan(10_000_000);
      assertThat(exported.manifest().toString())
          .matches("s3://archive/pm/\\d+/billing\\.cdr/cdr_p20260801-\\d+\\.json");
      fixture.sql("drop table billing.cdr_p20260801");
      assertThat(fixture.restore(ExportFixture.back()).problems()).isEmpty();
      assertThat(fixture.rows(ExportFixture.PARENT)).isEqualTo(before);
    }
  }

  /** Gzip cannot make random digits shorter than half, so it takes more than one part upload. */
  private static void noise(ExportFixture fixture) throws SQLException {
    fixture.sql(
        """
        insert into billing.cdr select '2026-08-01 13:00Z', i,
          (select string_agg(md5(random()::text || i || j), '') from generate_series(1, 100) j), i
        from generate_series(1, 7000) i
        """);
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void saysWhatIsWrong_whenBucketOrObjectIs(int major) throws Exception {
    try (ExportFixture fixture = new ExportFixture(major, access)) {
      Tables.small(fixture);
      Tables.detach(fixture);
      URI place = URI.create("s3://archive/wrong/" + major);
      assertThatThrownBy(() -> fixture.export(URI.create("s3://nowhere/pm")))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("s3://nowhere/pm cannot be opened");
      Exported exported = fixture.export(place);
      fixture.sql("drop table billing.cdr_p20260801");
      String name = exported.manifest().getPath().replaceAll(".*/(.*)\\.json", "$1.0001.gz");
      try (io.sluice.core.staging.Staging staging = new ExportLocations(access).open(place)) {
        String key = "billing.cdr/" + name;
        long size = staging.size(key);
        try (StagingWriter writer = staging.create(key)) {
          writer.write(new byte[(int) size]);
          writer.commit();
        }
        assertThat(fixture.restore(ExportFixture.back()).problems())
            .singleElement()
            .asString()
            .contains(name + " was damaged or replaced: its SHA-256 is");
        staging.delete(List.of(key));
      }
      assertThat(fixture.restore(ExportFixture.back()).problems())
          .singleElement()
          .asString()
          .startsWith("there is no object s3://archive/wrong/");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void refusesPlace_whenAnotherDatabaseHasTheSameThere(int major) throws Exception {
    URI place = URI.create("s3://archive/shared/" + major);
    try (ExportFixture fixture = new ExportFixture(major, access)) {
      Tables.small(fixture);
      Tables.detach(fixture);
      ExportedPartition subject = fixture.subject();
      fixture.export(place);
      fixture.sql("alter table billing.cdr_p20260801 add check (true)");
      try (ExportFixture other = new ExportFixture(major, access)) {
        Tables.small(other);
        Tables.detach(other);
        ExportedPartition same =
            new ExportedPartition(
                subject.parent(),
                subject.partition(),
                subject.oid(),
                ExportFixture.LOWER,
                ExportFixture.UPPER);
        PartitionExport export = new PartitionExport(new ExportLocations(access));
        assertThatThrownBy(() -> other.work(same, export, place))
            .hasMessageContaining("give each database a location of its own");
      }
    }
  }
}
