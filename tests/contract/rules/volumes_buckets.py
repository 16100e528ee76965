"""§3.1 to §3.9 and §4.1, §4.4 for volumes and buckets."""

import concurrent.futures

import page
import support
from rules.case import OzoneCase, standard


class TestVolumes(OzoneCase):
    def test_create_and_info(self):
        """§3.1, §3.4."""
        name = self.fresh("vol")
        self.done(201, "POST", f"/{name}?quota=10GB", user="Frodo")
        info = self.get_json(f"/{name}?info=volume")
        self.assertEqual(list(info), ["owner", "quota", "volumeName", "createdOn", "createdBy"])
        self.assertEqual(info | {"createdOn": ""}, {
            "owner": {"name": "frodo"}, "quota": {"unit": "GB", "size": 10}, "volumeName": name,
            "createdOn": "", "createdBy": "root"})
        self.assertGreaterEqual(page.seconds(info["createdOn"]), int(self.started))

    def test_of_concurrent_creates_one_succeeds(self):
        path = "/" + self.fresh("vol")
        data = support.request_bytes("POST", path, standard())
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            connections = [support.Connection(self.address) for _ in range(16)]
            for connection in connections:
                pool.submit(connection.send, data)
            statuses = sorted(pool.map(lambda c: c.reply().status, connections))
        for connection in connections:
            connection.close()
        self.assertEqual(statuses, [201] + [409] * 15)

    def test_update(self):
        """§3.2."""
        volume = self.volume(owner="bilbo", quota="1TB")
        before = self.info(volume)
        self.next_second()
        self.done(200, "PUT", volume, user="John")
        self.assertEqual(self.info(volume), before | {"owner": {"name": "john"}})
        self.done(200, "PUT", volume + "?quota=2GB", user=None)
        after = before | {"owner": {"name": "john"}, "quota": {"unit": "GB", "size": 2}}
        self.assertEqual(self.info(volume), after)
        self.done(200, "PUT", volume, user=None)
        self.done(200, "PUT", volume, user="john")
        self.assertEqual(self.info(volume), after)
        self.done(200, "PUT", volume + "?quota=remove", user="frodo", auth="hdfs")
        self.assertEqual(self.info(volume), before | {"owner": {"name": "frodo"},
                                                      "quota": page.NO_QUOTA})

    def test_update_all_or_nothing(self):
        """Decision 23."""
        volume = self.volume(quota="1TB")
        before = self.info(volume)
        self.refused("malformedQuota", page.QUOTA_UNIT, "PUT", volume + "?quota=xx", user="frodo")
        self.assertEqual(self.info(volume), before)

    def test_a_quota_below_the_use(self):
        """§3.2: accepted; it blocks later writes."""
        bucket = self.bucket()
        volume = bucket.rsplit("/", 1)[0]
        self.put(bucket + "/k", b"12345")
        self.done(200, "PUT", volume + "?quota=4BYTES", user=None)
        self.missing("put key", "quotaExceeded", "PUT", bucket + "/l", b"1")
        self.missing("put key", "quotaExceeded", "PUT", bucket + "/k", b"12345")
        self.put(bucket + "/k", b"1234")

    def test_delete(self):
        """§3.3: 200, never 204."""
        bucket = self.bucket()
        volume = bucket.rsplit("/", 1)[0]
        self.missing("delete volume", "volumeNotEmpty", "DELETE", volume)
        self.info(volume)
        self.done(200, "DELETE", bucket)
        self.done(200, "DELETE", volume)
        self.missing("delete volume", "volumeNotFound", "DELETE", volume)
        self.done(201, "POST", volume)
        self.assertEqual(self.get_json(volume), {"buckets": []})

    def test_info_and_list_parameters(self):
        """§3.4: ignored, but for a prefix."""
        volume = self.volume()
        info = volume + "?info=volume"
        for query in ("&max-keys=0", "&max-keys=x", "&prev-key=x", "&prefix=", "&prefix"):
            self.assertEqual(self.get_json(info + query), self.info(volume))
        self.refused("invalidQueryParam", None, "GET", info + "&prefix=x")

    def test_bodies_are_ignored(self):
        """§2.1."""
        volume = "/" + self.fresh("vol")
        bucket = volume + "/buc"
        for method, target, status in (("POST", volume, 201), ("PUT", volume, 200),
                                       ("POST", bucket, 201), ("PUT", bucket, 200),
                                       ("GET", volume, 200), ("DELETE", bucket, 200),
                                       ("DELETE", volume, 200)):
            self.done(status, method, target, b'{"ignored": "GET / HTTP/1.1\\r\\n\\r\\n"}')

    def test_chunked_bodies_are_ignored(self):
        volume = "/" + self.fresh("vol")
        for method, target, status in (("POST", volume, 201), ("POST", volume + "/buc", 201),
                                       ("PUT", volume + "/buc", 200)):
            head = support.request_bytes(method, target, standard(
                headers=[("Transfer-Encoding", "chunked")]))
            reply = self.exchange(head + b"5\r\nGET /\r\n0\r\n\r\n", method)
            self.assertEqual((reply.status, reply["Connection"]), (status, "keep-alive"))


class TestBuckets(OzoneCase):
    def test_create_and_info(self):
        """§3.6, §3.9, Decision 15."""
        bucket = self.bucket(headers=[("x-ozone-acls", "ADD user:peregrin:rw"),
                                      ("x-ozone-storage-type", "SSD"),
                                      ("x-ozone-bucket-versioning", "ENABLED")])
        info = self.info(bucket)
        self.assertEqual(list(info), ["volumeName", "bucketName", "createdOn", "acls",
                                      "versioning", "storageType"])
        volume, name = bucket[1:].split("/")
        self.assertEqual(info | {"createdOn": ""}, {
            "volumeName": volume, "bucketName": name, "createdOn": "",
            "acls": [{"type": "USER", "name": "peregrin", "rights": "READ_WRITE"}],
            "versioning": "ENABLED", "storageType": "SSD"})
        self.assertEqual(self.info(self.bucket()) | {"volumeName": "", "bucketName": "",
                                                     "createdOn": ""}, {
            "volumeName": "", "bucketName": "", "createdOn": "", "acls": [],
            "versioning": "DISABLED", "storageType": "DISK"})

    def test_update_changes_what_is_given(self):
        """§3.7."""
        bucket = self.bucket(headers=[("x-ozone-acls", "ADD user:a:r")])
        shown = self.info(bucket)
        self.next_second()
        changes = [([], {}), ([("x-ozone-storage-type", "SSD")], {"storageType": "SSD"}),
                   ([("x-ozone-bucket-versioning", "ENABLED")], {"versioning": "ENABLED"}),
                   ([("x-ozone-acls", "REMOVE user:a:r")], {"acls": []}),
                   ([("x-ozone-storage-class", "DEFAULT"), ("x-ozone-acl", "ADD world::r"),
                     ("x-ozone-bucket-versioning", "DISABLED")],
                    {"storageType": "DISK", "versioning": "DISABLED",
                     "acls": [{"type": "WORLD", "name": "", "rights": "READ"}]})]
        for headers, change in changes:
            self.done(200, "PUT", bucket, headers=headers)
            shown |= change
            self.assertEqual(self.info(bucket), shown)

    def test_update_all_or_nothing(self):
        bucket = self.bucket()
        shown = self.info(bucket)
        self.refused("malformedStorageType", None, "PUT", bucket, headers=[
            ("x-ozone-storage-type", "FLOPPY"), ("x-ozone-bucket-versioning", "ENABLED"),
            ("x-ozone-acls", "ADD user:a:r")])
        self.assertEqual(self.info(bucket), shown)

    def test_delete(self):
        """§3.8."""
        bucket = self.bucket()
        self.put(bucket + "/k")
        self.missing("delete bucket", "bucketNotEmpty", "DELETE", bucket)
        self.done(200, "DELETE", bucket + "/k")
        self.done(200, "DELETE", bucket)
        self.missing("delete bucket", "bucketNotFound", "DELETE", bucket)
        self.done(201, "POST", bucket)
        self.assertEqual(self.keys(bucket), [])


class TestHead(OzoneCase):
    """§4.4, Decision 42: existence only."""

    def test_volumes_and_buckets(self):
        bucket = self.bucket()
        volume = bucket.rsplit("/", 1)[0]
        for target in ("/", volume, volume + "/", bucket, bucket + "/", bucket + "?max-keys=1"):
            with self.subTest(target=target):
                reply = self.done(200, "HEAD", target)
                self.assertIsNone(reply["Content-Length"])
                self.assertIsNone(reply["Transfer-Encoding"])
                self.assertEqual(reply["Connection"], "keep-alive")

    def test_errors(self):
        """Without a body, but with its length; the checks of §2.10 apply."""
        volume = self.volume()
        for status, target, who in [
                (404, "/no-volume", {}), (404, volume + "/none", {}), (404, "/no-volume/none", {}),
                (400, "/A", {}), (400, volume, {"drop": ["Authorization"]}),
                (400, volume, {"drop": ["x-ozone-version"]}), (400, "/", {"drop": ["Date"]}),
                (404, "/", {"auth": "", "user": None}),
                (401, "/?root-scan=true", {"auth": "sam", "user": None})]:
            with self.subTest(target=target, who=who):
                reply = self.done(status, "HEAD", target, **who)
                shown = self.call("GET", target, **who)
                self.assertEqual(shown.status, status)
                self.assertGreater(int(reply["Content-Length"]), 0)


class TestServiceList(OzoneCase):
    """§4.1."""

    def test_list(self):
        for target in ("/serviceList", "/serviceList?x=1", "/serviceList?info=zz"):
            reply = self.exchange(support.request_bytes("GET", target, [("Host", "x")]))
            self.assertEqual((reply.status, reply["Content-Type"]),
                             (200, "application/json;charset=utf-8"))
            self.assertEqual(reply.json(), [{"nodeType": "DATANODE",
                                             "hostname": "localhost",  # it listens there alone
                                             "ports": {"HTTP": self.address[1]}}])

    def test_head(self):
        length = self.done(200, "GET", "/serviceList")["Content-Length"]
        reply = self.done(200, "HEAD", "/serviceList")
        self.assertEqual((reply["Content-Length"], reply["Content-Type"]),
                         (length, "application/json;charset=utf-8"))

    def test_other_spellings_are_volumes(self):
        self.refused("invalidVolumeName", page.NAME_UPPER, "GET", "/serviceList/")
        self.missing("list buckets", "volumeNotFound", "GET", "/servicelist")
        self.refused("invalidVolumeName", page.NAME_UPPER, "GET", "/serviceList/abc")
