import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.ozone.OzoneAcl;
import org.apache.hadoop.ozone.client.BucketArgs;
import org.apache.hadoop.ozone.client.ObjectStore;
import org.apache.hadoop.ozone.client.OzoneBucket;
import org.apache.hadoop.ozone.client.OzoneClientUtils;
import org.apache.hadoop.ozone.client.OzoneVolume;
import org.apache.hadoop.ozone.client.VolumeArgs;
import org.apache.hadoop.ozone.web.utils.JsonUtils;
import org.junit.jupiter.api.Test;

/** What `ozone sh` prints: objects of the client, written by the client's own printer. */
class ShellTest {
  private final ObjectStore store = Client.connect();
  private final String name = Client.newName();

  ShellTest() throws IOException {}

  /** The printed text without its times and block numbers, one line. */
  private static String printed(Object object) throws IOException {
    return JsonUtils.toJsonString(object)
        .replaceAll("\"\\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT\"", "TIME")
        .replaceAll("(\"containerID\"|\"localID\"):[1-9]\\d*", "$1:N");
  }

  @Test
  void volumeInfo() throws IOException {
    store.createVolume(name, VolumeArgs.newBuilder().setOwner("bilbo").setQuota("100TB").build());
    OzoneVolume volume = store.getVolume(name);
    assertEquals("{\"owner\":{\"name\":\"bilbo\"},\"quota\":{\"unit\":\"TB\",\"size\":100},"
        + "\"volumeName\":\"" + name + "\",\"createdOn\":TIME,\"createdBy\":\"bilbo\"}",
        printed(OzoneClientUtils.asVolumeInfo(volume)));
  }

  @Test
  void bucketInfo() throws IOException {
    store.createVolume(name);
    store.getVolume(name).createBucket("bucket", BucketArgs.newBuilder()
        .setAcls(List.of(OzoneAcl.parseAcl("group:samwise:r"))).build());
    OzoneBucket bucket = store.getVolume(name).getBucket("bucket");
    assertEquals("{\"volumeName\":\"" + name + "\",\"bucketName\":\"bucket\",\"createdOn\":TIME,"
        + "\"acls\":[{\"type\":\"GROUP\",\"name\":\"samwise\",\"rights\":\"READ\"}],"
        + "\"versioning\":\"DISABLED\",\"storageType\":\"DISK\",\"encryptionKeyName\":\"N/A\"}",
        printed(OzoneClientUtils.asBucketInfo(bucket)));
  }

  @Test
  void keyInfo() throws IOException {
    OzoneBucket bucket = Client.newBucket(store);
    Client.put(bucket, "key", new byte[5]);
    assertEquals("{\"version\":0,\"md5hash\":null,\"createdOn\":TIME,\"modifiedOn\":TIME,"
        + "\"size\":5,\"keyName\":\"key\",\"type\":null,\"keyLocations\":"
        + "[{\"containerID\":N,\"localID\":N,\"length\":5,\"offset\":0}],"
        + "\"fileEncryptionInfo\":null}",
        printed(OzoneClientUtils.asKeyInfoDetails(bucket.getKey("key"))));
  }
}
