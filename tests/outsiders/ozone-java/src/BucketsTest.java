import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.hdds.protocol.StorageType;
import org.apache.hadoop.ozone.OzoneAcl;
import org.apache.hadoop.ozone.client.BucketArgs;
import org.apache.hadoop.ozone.client.ObjectStore;
import org.apache.hadoop.ozone.client.OzoneBucket;
import org.apache.hadoop.ozone.client.OzoneVolume;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BucketsTest {
  private static final OzoneAcl FRODO = OzoneAcl.parseAcl("user:frodo:rw");
  private static final OzoneAcl SAMWISE = OzoneAcl.parseAcl("group:samwise:r");
  private static final OzoneAcl WORLD = OzoneAcl.parseAcl("world::w");

  private final ObjectStore store = Client.connect();
  private final String name = Client.newName();
  private OzoneVolume volume;

  BucketsTest() throws IOException {}

  @BeforeEach
  void makeVolume() throws IOException {
    store.createVolume(name);
    volume = store.getVolume(name);
  }

  private List<String> listed(String prefix, String previous) {
    return Client.names(volume.listBuckets(prefix, previous), OzoneBucket::getName);
  }

  @Test
  void createdWithNothingSaid() throws IOException {
    long second = System.currentTimeMillis() / 1000;
    volume.createBucket("bucket");
    OzoneBucket bucket = volume.getBucket("bucket");
    assertEquals(List.of(name, "bucket"), List.of(bucket.getVolumeName(), bucket.getName()));
    assertEquals(List.of(), bucket.getAcls());
    assertEquals(StorageType.DISK, bucket.getStorageType());
    assertEquals(false, bucket.getVersioning());
    assertTrue(bucket.getCreationTime() / 1000 >= second);
  }

  @Test
  void createdWithAll() throws IOException {
    volume.createBucket("bucket", BucketArgs.newBuilder().setAcls(List.of(FRODO, SAMWISE, WORLD))
        .setStorageType(StorageType.SSD).setVersioning(true).build());
    OzoneBucket listed = volume.listBuckets(null).next();
    for (OzoneBucket bucket : List.of(volume.getBucket("bucket"), listed)) {
      assertEquals(List.of(FRODO, SAMWISE, WORLD), bucket.getAcls());
      assertEquals(StorageType.SSD, bucket.getStorageType());
      assertEquals(true, bucket.getVersioning());
    }
  }

  @Test
  void changedOneThingAtATime() throws IOException {
    volume.createBucket("bucket");
    OzoneBucket bucket = volume.getBucket("bucket");
    bucket.setVersioning(true);
    bucket.setStorageType(StorageType.ARCHIVE);
    bucket.addAcls(List.of(FRODO, SAMWISE));
    bucket.removeAcls(List.of(FRODO));
    OzoneBucket after = volume.getBucket("bucket");
    assertEquals(true, after.getVersioning());
    assertEquals(StorageType.ARCHIVE, after.getStorageType());
    assertEquals(List.of(SAMWISE), after.getAcls());
    assertEquals(bucket.getCreationTime(), after.getCreationTime());
  }

  @Test
  void listedInPages() throws IOException {
    for (int i : IntStream.range(0, 11).toArray()) {
      volume.createBucket("bucket-" + i);
    }
    volume.createBucket("other");
    List<String> all = listed(null, null);
    assertEquals(12, all.size());
    assertEquals(List.of("bucket-0", "bucket-1", "bucket-10", "bucket-2", "bucket-3"),
        all.subList(0, Client.PAGE));
    assertEquals(all.subList(0, 11), listed("bucket-", null));
    assertEquals(List.of("bucket-1", "bucket-10"), listed("bucket-1", null));
    assertEquals(List.of("bucket-8", "bucket-9"), listed("bucket-", "bucket-7"));
    assertEquals(List.of(), listed("none", null));
  }

  @Test
  void deleted() throws IOException {
    volume.createBucket("bucket");
    volume.deleteBucket("bucket");
    assertEquals(List.of(), listed(null, null));
    store.deleteVolume(name);
  }

  @Test
  void missing() {
    Client.assertRefused(404, "bucketNotFound", "Info Bucket failed, error: BUCKET_NOT_FOUND",
        () -> volume.getBucket("bucket"));
    Client.assertRefused(404, "bucketNotFound", "Delete Bucket failed, error:BUCKET_NOT_FOUND",
        () -> volume.deleteBucket("bucket"));
    Client.assertRefused(404, "bucketNotFound",
        "Setting bucket property failed, error: BUCKET_NOT_FOUND",
        () -> store.getClientProxy().addBucketAcls(name, "bucket", List.of(FRODO)));
  }

  @Test
  void inAMissingVolume() {
    String none = Client.newName();
    Client.assertRefused(404, "volumeNotFound", "Bucket creation failed, error: VOLUME_NOT_FOUND",
        () -> store.getClientProxy().createBucket(none, "bucket"));
    Client.assertRefused(404, "volumeNotFound", "Info Bucket failed, error: VOLUME_NOT_FOUND",
        () -> store.getClientProxy().getBucketDetails(none, "bucket"));
    Client.assertRefused(404, "volumeNotFound", "List Buckets failed, error: VOLUME_NOT_FOUND",
        () -> store.getClientProxy().listBuckets(none, null, null, 1));
  }

  @Test
  void thereAlready() throws IOException {
    volume.createBucket("bucket");
    Client.assertRefused(409, "bucketAlreadyExists",
        "Bucket creation failed, error: BUCKET_ALREADY_EXISTS",
        () -> volume.createBucket("bucket"));
  }

  @Test
  void notEmpty() throws IOException {
    volume.createBucket("bucket");
    Client.put(volume.getBucket("bucket"), "key", new byte[1]);
    Client.assertRefused(409, "bucketNotEmpty", "Delete Bucket failed, error:BUCKET_NOT_EMPTY",
        () -> volume.deleteBucket("bucket"));
  }

  @Test
  void wrongName() {
    Client.assertRefused(400, "invalidBucketName",
        "Bucket or Volume length is illegal, valid length is 3-63 characters",
        () -> store.getClientProxy().listKeys(name, "b", null, null, 1));
  }

  @Test
  void pageTooLong() {
    Client.assertRefused(400, "invalidQueryParam",
        "Illegal max number of keys specified, the value must be in range (0, 1024], "
            + "actual : 1025.",
        () -> store.getClientProxy().listBuckets(name, null, null, 1025));
  }
}
