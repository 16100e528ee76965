import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.OutputStream;
import java.security.PrivilegedExceptionAction;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.apache.hadoop.hdds.conf.OzoneConfiguration;
import org.apache.hadoop.ozone.client.ObjectStore;
import org.apache.hadoop.ozone.client.OzoneBucket;
import org.apache.hadoop.ozone.client.OzoneClientFactory;
import org.apache.hadoop.ozone.client.rest.OzoneException;
import org.apache.hadoop.ozone.om.OMConfigKeys;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.function.Executable;

/** The original's client as its users have it, and what all tests do with it. */
final class Client {
  static final String USER = "hdfs"; // HADOOP_USER_NAME in pom.xml; an administrator
  static final int PAGE = 5; // of the client's listings: names in one answer
  static final long MB = 1 << 20;
  static final long TB = 1L << 40;

  private static final String RUN = Long.toString(System.currentTimeMillis(), 36);
  private static int volumes;

  private Client() {}

  /** A client that finds the server as the page says: by the address in one setting. */
  static ObjectStore connect() throws IOException {
    OzoneConfiguration settings = new OzoneConfiguration();
    String key = OMConfigKeys.OZONE_OM_HTTP_ADDRESS_KEY;
    settings.set(key, System.getProperty(key));
    settings.setInt("ozone.client.list.cache", PAGE);
    settings.set("ozone.client.socket.timeout", "60s"); // of its own 5 s a busy machine is no proof
    return OzoneClientFactory.getRestClient(settings).getObjectStore();
  }

  static ObjectStore connectAs(String user) throws Exception {
    PrivilegedExceptionAction<ObjectStore> connect = Client::connect;
    return UserGroupInformation.createRemoteUser(user).doAs(connect);
  }

  /** A name that no other test uses, on this server now or before. */
  static synchronized String newName() {
    return "run-" + RUN + "-" + ++volumes;
  }

  static OzoneBucket newBucket(ObjectStore store) throws IOException {
    String volume = newName();
    store.createVolume(volume);
    store.getVolume(volume).createBucket("bucket");
    return store.getVolume(volume).getBucket("bucket");
  }

  static void put(OzoneBucket bucket, String key, byte[] content) throws IOException {
    put(bucket, key, content, content.length);
  }

  static void put(OzoneBucket bucket, String key, byte[] content, long declared)
      throws IOException {
    try (OutputStream out = bucket.createKey(key, declared)) {
      out.write(content);
    }
  }

  static byte[] get(OzoneBucket bucket, String key) throws IOException {
    try (var in = bucket.readKey(key)) {
      return in.readAllBytes();
    }
  }

  /** All that an iterator of the client brings, page after page. */
  static <T> List<String> names(Iterator<? extends T> rows, Function<T, String> name) {
    List<String> names = new ArrayList<>();
    rows.forEachRemaining(row -> names.add(name.apply(row)));
    return names;
  }

  /** What the client makes of a refusal: its exception has the server's fields and words. */
  static void assertRefused(int status, String code, String message, Executable call) {
    Throwable thrown = assertThrows(Exception.class, call);
    while (!(thrown instanceof OzoneException)) {
      if (thrown.getCause() == null) {
        fail("not a refusal of the server", thrown);
      }
      thrown = thrown.getCause();
    }
    OzoneException refusal = (OzoneException) thrown;
    assertEquals(status, refusal.getHttpCode());
    assertEquals(code, refusal.getShortMessage());
    assertEquals(message, refusal.getMessage());
  }
}
