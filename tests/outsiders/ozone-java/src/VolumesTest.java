import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.hdds.client.OzoneQuota;
import org.apache.hadoop.ozone.client.ObjectStore;
import org.apache.hadoop.ozone.client.OzoneVolume;
import org.apache.hadoop.ozone.client.VolumeArgs;
import org.junit.jupiter.api.Test;

class VolumesTest {
  private final ObjectStore store = Client.connect();
  private final String name = Client.newName();

  VolumesTest() throws IOException {}

  private void create(String volume, String owner, String quota) throws IOException {
    store.createVolume(volume, VolumeArgs.newBuilder().setOwner(owner).setQuota(quota).build());
  }

  private List<String> ofUser(String user, String prefix, String previous) throws IOException {
    return Client.names(store.listVolumesByUser(user, prefix, previous), OzoneVolume::getName);
  }

  @Test
  void createdWithOwnerAndQuota() throws IOException {
    long second = System.currentTimeMillis() / 1000;
    create(name, "bilbo", "100TB");
    OzoneVolume volume = store.getVolume(name);
    assertEquals(name, volume.getName());
    assertEquals("bilbo", volume.getOwner());
    assertEquals(Client.USER, volume.getAdmin());
    assertEquals(100 * Client.TB, volume.getQuota());
    assertTrue(volume.getCreationTime() / 1000 >= second);
  }

  @Test
  void createdWithNothingSaid() throws IOException {
    store.createVolume(name);
    assertEquals(Client.USER, store.getVolume(name).getOwner());
    assertEquals((1L << 20) * Client.TB, store.getVolume(name).getQuota());
  }

  @Test
  void quotaOfBytesWithABlank() throws IOException {
    create(name, "bilbo", "1000000000 BYTES");
    assertEquals(1_000_000_000, store.getVolume(name).getQuota());
  }

  @Test
  void ownerAndQuotaChange() throws IOException {
    create(name, "bilbo", "100TB");
    OzoneVolume before = store.getVolume(name);
    before.setOwner("frodo-of-" + name);
    before.setQuota(OzoneQuota.parseQuota("1000 MB"));
    OzoneVolume after = store.getVolume(name);
    assertEquals("frodo-of-" + name, after.getOwner());
    assertEquals(1000 * Client.MB, after.getQuota());
    assertEquals(Client.USER, after.getAdmin());
    assertEquals(before.getCreationTime(), after.getCreationTime());
    assertEquals(List.of(name), ofUser("frodo-of-" + name, null, null));
  }

  @Test
  void listedInPagesByOwner() throws IOException {
    String user = "owner-of-" + name;
    for (int i = 11; i >= 0; i--) {
      create(name + "-a" + i, user, null);
      create(name + "-b" + i, "nobody-else", null);
    }
    List<String> all = ofUser(user, null, null);
    assertEquals(12, all.size());
    assertEquals(List.of(name + "-a0", name + "-a1", name + "-a10", name + "-a11", name + "-a2"),
        all.subList(0, Client.PAGE));
    assertEquals(all.subList(1, 4), ofUser(user, name + "-a1", null));
    assertEquals(all.subList(10, 12), ofUser(user, null, name + "-a7"));
    assertEquals(List.of(), ofUser(user, name + "-b", null));
    OzoneVolume first = store.listVolumesByUser(user, null, null).next();
    assertEquals(List.of(user, Client.USER), List.of(first.getOwner(), first.getAdmin()));
  }

  @Test
  void oneSeesOnesOwn() throws Exception {
    String user = "lonely-of-" + name;
    create(name, user, null);
    assertEquals(List.of(name),
        Client.names(Client.connectAs(user).listVolumes(null), OzoneVolume::getName));
  }

  @Test
  void deletedByItsOwner() throws Exception {
    create(name, "bilbo", null);
    Client.connectAs("bilbo").deleteVolume(name);
    Client.assertRefused(404, "volumeNotFound", "Info Volume failed, error:VOLUME_NOT_FOUND",
        () -> store.getVolume(name));
  }

  @Test
  void missing() {
    Client.assertRefused(404, "volumeNotFound", "Info Volume failed, error:VOLUME_NOT_FOUND",
        () -> store.getVolume(name));
    Client.assertRefused(404, "volumeNotFound", "Delete Volume failed, error:VOLUME_NOT_FOUND",
        () -> store.deleteVolume(name));
    Client.assertRefused(404, "volumeNotFound",
        "Volume owner change failed, error:VOLUME_NOT_FOUND",
        () -> store.getClientProxy().setVolumeOwner(name, "frodo"));
    Client.assertRefused(404, "volumeNotFound",
        "Volume quota change failed, error:VOLUME_NOT_FOUND",
        () -> store.getClientProxy().setVolumeQuota(name, OzoneQuota.parseQuota("1GB")));
  }

  @Test
  void thereAlready() throws IOException {
    create(name, "bilbo", null);
    Client.assertRefused(409, "volumeAlreadyExists",
        "Volume creation failed, error:VOLUME_ALREADY_EXISTS", () -> create(name, "sam", null));
    assertEquals("bilbo", store.getVolume(name).getOwner());
  }

  @Test
  void notEmpty() throws IOException {
    store.createVolume(name);
    store.getVolume(name).createBucket("bucket");
    Client.assertRefused(409, "volumeNotEmpty", "Delete Volume failed, error:VOLUME_NOT_EMPTY",
        () -> store.deleteVolume(name));
  }

  @Test
  void badQuota() {
    Client.assertRefused(400, "malformedQuota",
        "Quota unit not recognized. Supported values are BYTES, MB, GB and TB.",
        () -> create(name, "bilbo", "1PX"));
  }

  @Test
  void madeByAdministratorsAlone() throws Exception {
    ObjectStore strangers = Client.connectAs("bilbo");
    Client.assertRefused(403, "accessDenied", "Access denied.",
        () -> strangers.createVolume(name));
    create(name, "frodo", null);
    Client.assertRefused(403, "accessDenied", "Access denied.", () -> strangers.getVolume(name));
    Client.assertRefused(403, "accessDenied", "Access denied.",
        () -> strangers.deleteVolume(name));
  }
}
