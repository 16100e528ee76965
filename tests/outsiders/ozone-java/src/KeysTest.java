import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.hadoop.hdds.client.OzoneQuota;
import org.apache.hadoop.hdds.client.ReplicationType;
import org.apache.hadoop.ozone.client.ObjectStore;
import org.apache.hadoop.ozone.client.OzoneBucket;
import org.apache.hadoop.ozone.client.OzoneKey;
import org.apache.hadoop.ozone.client.OzoneKeyDetails;
import org.apache.hadoop.ozone.client.OzoneKeyLocation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeysTest {
  private static final byte[] LARGE = content(5_000_000);
  private static final byte[] SMALL = content(5);

  private final ObjectStore store = Client.connect();
  private final OzoneBucket bucket = Client.newBucket(store);

  KeysTest() throws IOException {}

  private static byte[] content(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private List<String> listed(String prefix, String previous) {
    return Client.names(bucket.listKeys(prefix, previous), OzoneKey::getName);
  }

  private void assertMissing(String key) {
    Client.assertRefused(404, "keyNotFound", "Lookup key failed, error:KEY_NOT_FOUND",
        () -> bucket.getKey(key));
  }

  @Test
  void fiveMegabytesThereAndBack() throws IOException {
    Client.put(bucket, "large", LARGE);
    assertArrayEquals(LARGE, Client.get(bucket, "large"));
  }

  @Test
  void ofUnknownSize() throws IOException {
    Client.put(bucket, "chunked", LARGE, -1);
    assertArrayEquals(LARGE, Client.get(bucket, "chunked"));
  }

  @Test
  void empty() throws IOException {
    Client.put(bucket, "empty", new byte[0]);
    assertEquals(0, Client.get(bucket, "empty").length);
    assertEquals(List.of(), bucket.getKey("empty").getOzoneKeyLocations());
  }

  @Test
  void replaced() throws IOException {
    Client.put(bucket, "key", LARGE);
    long created = bucket.getKey("key").getCreationTime();
    for (byte[] content : List.of(SMALL, LARGE)) {
      Client.put(bucket, "key", content);
      assertArrayEquals(content, Client.get(bucket, "key"));
      assertEquals(content.length, bucket.getKey("key").getDataSize());
    }
    assertEquals(created, bucket.getKey("key").getCreationTime());
    assertEquals(List.of("key"), listed(null, null));
  }

  @Test
  void details() throws IOException {
    long second = System.currentTimeMillis() / 1000;
    Client.put(bucket, "key", LARGE);
    OzoneKeyDetails key = bucket.getKey("key");
    assertEquals("key", key.getName());
    assertEquals(LARGE.length, key.getDataSize());
    assertEquals(ReplicationType.STAND_ALONE, key.getReplicationType());
    assertTrue(key.getCreationTime() / 1000 >= second);
    assertEquals(key.getCreationTime(), key.getModificationTime());
    long offset = 0;
    for (OzoneKeyLocation block : key.getOzoneKeyLocations()) {
      assertTrue(block.getContainerID() > 0 && block.getLocalID() > 0);
      assertEquals(offset, block.getOffset());
      offset += block.getLength();
    }
    assertEquals(LARGE.length, offset);
  }

  @Test
  void listedInPages() throws IOException {
    for (int i : IntStream.range(0, 11).toArray()) {
      Client.put(bucket, "a/" + i, new byte[i]);
    }
    Client.put(bucket, "b", SMALL);
    List<String> all = listed(null, null);
    assertEquals(12, all.size());
    assertEquals(List.of("a/0", "a/1", "a/10", "a/2", "a/3"), all.subList(0, Client.PAGE));
    assertEquals(all.subList(0, 11), listed("a/", null));
    assertEquals(List.of("a/1", "a/10"), listed("a/1", null));
    assertEquals(List.of("a/8", "a/9"), listed("a/", "a/7"));
    assertEquals(List.of(), listed("none", null));
    OzoneKey row = bucket.listKeys("a/10").next();
    assertEquals(10, row.getDataSize());
    assertEquals(ReplicationType.STAND_ALONE, row.getReplicationType());
  }

  @Test
  void renamed() throws IOException {
    Client.put(bucket, "old", LARGE);
    bucket.renameKey("old", "new/name");
    assertArrayEquals(LARGE, Client.get(bucket, "new/name"));
    assertMissing("old");
  }

  @Test
  void deleted() throws IOException {
    Client.put(bucket, "key", SMALL);
    bucket.deleteKey("key");
    assertMissing("key");
    assertEquals(List.of(), listed(null, null));
    store.getVolume(bucket.getVolumeName()).deleteBucket(bucket.getName());
  }

  @ParameterizedTest
  @ValueSource(strings = {" ", "a b", " a ", "+", "a+b", "100%", "%41", "%zz", "a?b#c",
      "a&b=c;d,e", "ä ö ü", "日本語", "\uD83D\uDE00", "\"\\'", "|{}^`[]<>", "a/b/", "./a/../b", "~",
      "\t\n"})
  void oddName(String key) throws IOException {
    byte[] content = key.getBytes("UTF-8");
    Client.put(bucket, key, content);
    assertArrayEquals(content, Client.get(bucket, key));
    assertEquals(key, bucket.getKey(key).getName());
    assertEquals(List.of(key), listed(key, null));
    bucket.renameKey(key, key + key);
    assertEquals(List.of(key + key), listed(null, null));
    bucket.deleteKey(key + key);
    assertMissing(key);
  }

  @Test
  void missing() {
    assertMissing("key");
    Client.assertRefused(404, "keyNotFound", "Lookup key failed, error:KEY_NOT_FOUND",
        () -> bucket.readKey("key"));
    Client.assertRefused(404, "keyNotFound", "Delete key failed, error:KEY_NOT_FOUND",
        () -> bucket.deleteKey("key"));
    Client.assertRefused(404, "keyNotFound", "Rename key failed, error:KEY_NOT_FOUND",
        () -> bucket.renameKey("key", "new"));
  }

  @Test
  void inAMissingBucket() throws IOException {
    store.getVolume(bucket.getVolumeName()).deleteBucket(bucket.getName());
    Client.assertRefused(404, "bucketNotFound", "Create key failed, error:BUCKET_NOT_FOUND",
        () -> Client.put(bucket, "key", SMALL));
    Client.assertRefused(404, "bucketNotFound", "Lookup key failed, error:BUCKET_NOT_FOUND",
        () -> bucket.getKey("key"));
    Client.assertRefused(404, "bucketNotFound", "List Keys failed, error: BUCKET_NOT_FOUND",
        () -> listed(null, null));
  }

  @Test
  void refusedWhileItIsSent() throws IOException {
    store.getVolume(bucket.getVolumeName()).deleteBucket(bucket.getName());
    Client.assertRefused(404, "bucketNotFound", "Create key failed, error:BUCKET_NOT_FOUND",
        () -> Client.put(bucket, "key", content(1_000_000))); // of more the reply may be lost
  }

  @Test
  void overTheQuota() throws IOException {
    Client.put(bucket, "key", SMALL);
    store.getVolume(bucket.getVolumeName()).setQuota(OzoneQuota.parseQuota("8BYTES"));
    Client.assertRefused(403, "quotaExceeded", "Create key failed, error:QUOTA_EXCEEDED",
        () -> Client.put(bucket, "second", SMALL));
    assertEquals(List.of("key"), listed(null, null));
  }

  @Test
  void renamedOntoAnother() throws IOException {
    Client.put(bucket, "key", SMALL);
    Client.put(bucket, "other", LARGE);
    Client.assertRefused(409, "keyAlreadyExists", "Rename key failed, error:KEY_ALREADY_EXISTS",
        () -> bucket.renameKey("key", "other"));
    assertArrayEquals(SMALL, Client.get(bucket, "key"));
    assertArrayEquals(LARGE, Client.get(bucket, "other"));
  }

  @Test
  void renamedToNothing() throws IOException {
    Client.put(bucket, "key", SMALL);
    Client.assertRefused(400, "invalidKey", "Rename key failed, error:INVALID_KEY_NAME",
        () -> bucket.renameKey("key", ""));
  }

  @Test
  void nameTooLong() throws IOException {
    Client.put(bucket, "k".repeat(1024), SMALL);
    Client.assertRefused(400, "invalidKey", "Invalid key.",
        () -> Client.put(bucket, "k".repeat(1025), SMALL));
  }
}
