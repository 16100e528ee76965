"""§6: the upstream tests worth porting, one test a row, named after it.

A row for several upstream tests is several here. The row of the seed's curl lines is the scenario
seed-curl of the replay.
"""

import os

import page
import support
from recording import pattern
from rules.case import OzoneCase, quoted, standard

CREATED = 201


class TestQuota(OzoneCase):
    def test_parse_quota(self):
        for text in ("10TB", "1 TB", "0MB", "0 TB", "    1000MB   ", "1024 bytes", "1bytes",
                     "0bytes", "10000 BYTES"):
            with self.subTest(text=text):
                self.volume(quota=quoted(text))
        for text in ("    1000MBMB   ", "    1000MB00   ", "1000ZMB", "MB1000", "9999", "1",
                     "remove", "1UNDEFINED", "", "-1000MB", "BYTESbytes", "bytes"):
            with self.subTest(text=text):
                reply = self.call("POST", f"/{self.fresh('vol')}?quota={quoted(text)}")
                self.assertEqual((reply.status, reply.json()["shortMessage"]),
                                 (400, "malformedQuota"))

    def test_verify_quota(self):
        for text, unit, size in (("10TB", "TB", 10), ("10MB", "MB", 10), ("10GB", "GB", 10),
                                 ("10BYTES", "BYTES", 10)):
            shown = self.info(self.volume(quota=text))["quota"]
            self.assertEqual(shown, {"unit": unit, "size": size})


class TestUtils(OzoneCase):
    def test_valid_bucket_names(self):
        volume = self.volume()
        for name in ("bucket-.ozone.self", "bucket.-ozone.self", ".bucket.ozone.self",
                     "bucket.ozone.self.", "bucket..ozone.self", "192.1.1.1", "ab", "n" * 90,
                     "bucket@$", "BUCKET", "bucket .ozone.self", "  bucket.ozone.self",
                     "bucket.ozone.self-", "-bucket.ozone.self"):
            with self.subTest(name=name):
                reply = self.call("POST", f"{volume}/{quoted(name)}")
                self.assertEqual((reply.status, reply.json()["shortMessage"]),
                                 (400, "invalidBucketName"))
        for name in ("bucket", "bucket.ozone.self", "bucket-name.ozone.self",
                     "bucket.1.ozone.self"):
            self.done(CREATED, "POST", f"{volume}/{name}")

    def test_request_id_is_random(self):
        ids = {self.call("GET", "/")["x-ozone-request-id"] for _ in range(1000)}
        self.assertEqual(len(ids), 1000)


class TestErrorCode(OzoneCase):
    def test_error_code(self):
        reply = self.call("GET", "/no-volume")
        error = reply.json()
        self.assertEqual((error["hostName"], error["shortMessage"]),
                         (reply["x-ozone-server-name"], "volumeNotFound"))


class TestOzoneWebAccess(OzoneCase):
    def test_ozone_request(self):
        self.done(CREATED, "POST", "/" + self.fresh("vol"), auth="hdfs", user="hdfs",
                  headers=[("Date", "Mon, 26 Jun 2017 04:23:30 +0000")])


class TestOzoneHelper(OzoneCase):
    def test_create_volumes_with_quota(self):
        self.done(CREATED, "POST", f"/{self.fresh('vol')}?quota=10TB", auth="hdfs")

    def test_create_volumes_with_invalid_quota(self):
        self.refused("malformedQuota", page.QUOTA_UNIT, "POST", "/some-volume?quota=NaN",
                     auth="hdfs")

    def test_create_volumes_with_invalid_user(self):
        self.refused("userNotFound", None, "POST", "/some-volume", user=None)

    def test_create_volumes_with_out_admin_rights(self):
        self.refused("accessDenied", None, "POST", "/some-volume?quota=NaN", auth="bilbo")

    def test_create_volumes_in_loop(self):
        for i in range(1000):
            connection = support.Connection(self.address)
            connection.send(support.request_bytes(
                "POST", "/" + self.fresh("vol"), standard(user=f"user-{i}")))
            self.assertEqual(connection.reply().status, CREATED)
            connection.close()

    def test_get_volumes_by_user(self):
        self.done(200, "GET", "/", auth="hdfs", user=None)

    def test_get_volumes_of_another_user(self):
        self.done(200, "GET", "/", auth="root", user="hdfs")

    def test_get_volumes_of_another_user_should_fail(self):
        self.volume(owner="hdfs")
        body = self.get_json("/", auth=self.fresh("stranger"), user="hdfs")
        self.assertEqual(body, {"volumes": []})

    def test_list_key_on_empty_bucket(self):
        self.assertEqual(self.keys(self.bucket()), [])


class TestOzoneClient(OzoneCase):
    def create(self, connection, headers=()):
        connection.send(support.request_bytes("POST", "/" + self.fresh("vol"),
                                              standard(headers=headers)))
        self.assertEqual(connection.reply().status, CREATED)

    def test_new_connection_per_request(self):
        for _ in range(5):
            connection = support.Connection(self.address)
            self.create(connection)
            connection.close()

    def test_reuse_with_connection_pooling(self):
        pool = [support.Connection(self.address) for _ in range(2)]
        for i in range(5):
            self.create(pool[i % 2])
        for connection in pool:
            connection.close()

    def test_reuse_with_netty(self):
        connection = support.Connection(self.address)
        for _ in range(5):
            self.create(connection, [("Content-Type", "application/json")])
        connection.close()


class TestVolume(OzoneCase):
    def test_create_volume(self):
        volume = self.volume(owner="bilbo", quota="100TB", auth="hdfs")
        info = self.info(volume)
        self.assertEqual((info["owner"], info["createdBy"], info["quota"]),
                         ({"name": "bilbo"}, "hdfs", {"unit": "TB", "size": 100}))
        self.assertGreaterEqual(page.seconds(info["createdOn"]), int(self.started))
        self.refused("invalidVolumeName", page.NAME_CHARACTER + "#", "POST", "/bad%23name")

    def test_change_quota_on_volume(self):
        volume = self.volume()
        before = self.info(volume)
        self.done(200, "PUT", volume + "?quota=1000MB", user=None)
        self.assertEqual(self.info(volume), before | {"quota": {"unit": "MB", "size": 1000}})

    def test_change_owner_on_volume(self):
        volume = self.volume(owner="bilbo")
        before = self.info(volume)
        self.done(200, "PUT", volume, user="frodo")
        self.assertEqual(self.info(volume), before | {"owner": {"name": "frodo"}})

    def test_list_volumes(self):
        """And TestOzoneShell.testListVolume, sorted (Decision 17)."""
        even, odd = self.fresh("a"), self.fresh("b")
        end = "-" + self.fresh("x")
        for i in range(20):
            self.done(CREATED, "POST", f"/test-vol{i}{end}", user=odd if i % 2 else even)

        def numbers(user, query=""):
            return [int(name[8:-len(end)]) for name in self.volumes(user, query)]

        shown = self.get_json("/", user=even)["volumes"]
        self.assertEqual([volume["owner"]["name"] for volume in shown], [even] * 10)
        self.assertEqual(len(numbers(even, "?max-keys=2")), 2)
        self.assertEqual(numbers(even, "?prefix=test-vol10"), [10])
        self.assertEqual(sorted(numbers(even, "?prefix=test-vol1")), [10, 12, 14, 16, 18])
        self.assertEqual(numbers(odd, f"?prev-key=test-vol15{end}"), [17, 19, 3, 5, 7, 9])

    def test_list_volume_pagination(self):
        user = self.fresh("user")
        names = [f"page-{i:04}-{user}" for i in range(2000)]
        data = [support.request_bytes("POST", "/" + name, standard(user=user)) for name in names]
        for i in range(0, 2000, 500):  # pipelined
            connection = support.Connection(self.address)
            connection.send(b"".join(data[i:i + 500]))
            self.assertEqual([connection.reply().status for _ in range(500)], [CREATED] * 500)
            connection.close()
        pages, prev = [], ""
        while not pages or pages[-1]:
            pages.append(self.volumes(user, f"?max-keys=100&prev-key={prev}"))
            prev = pages[-1][-1] if pages[-1] else prev
        self.assertEqual([len(names) for names in pages], [100] * 20 + [0])
        self.assertEqual([name for names in pages for name in names], names)


class TestOzoneRestClient(OzoneCase):
    def test_volume_already_exist(self):
        volume = self.volume()
        self.refused("volumeAlreadyExists", "Volume creation failed, error:VOLUME_ALREADY_EXISTS",
                     "POST", volume)

    def test_create_volume_with_quota(self):
        volume = self.volume(quota="1000000000+BYTES")
        self.assertEqual(self.info(volume)["quota"], {"unit": "BYTES", "size": 1000000000})

    def test_set_volume_quota(self):
        volume = self.volume()
        self.done(200, "PUT", volume + "?quota=100000000+BYTES", user=None)
        self.assertEqual(self.info(volume)["quota"], {"unit": "BYTES", "size": 100000000})

    def test_delete_volume(self):
        volume = self.volume()
        self.done(200, "DELETE", volume)
        reply = self.call("GET", volume + "?info=volume")
        self.assertIn("Info Volume failed, error", reply.json()["message"])

    def test_delete_bucket(self):
        bucket = self.bucket()
        self.done(200, "DELETE", bucket)
        reply = self.call("GET", bucket + "?info=bucket")
        self.assertIn("Info Bucket failed, error", reply.json()["message"])

    def test_delete_key(self):
        path = self.put(self.bucket() + "/k")
        self.done(200, "DELETE", path)
        reply = self.call("GET", path + "?info=key-detail")
        self.assertIn("Lookup key failed, error", reply.json()["message"])

    def test_bucket_properties(self):
        """The bucket tests: versioning, storage type, ACL; set on creation and afterwards."""
        properties = [("x-ozone-bucket-versioning", "ENABLED"), ("x-ozone-storage-type", "SSD"),
                      ("x-ozone-acls", "ADD USER:test:rw")]
        made, changed = self.bucket(headers=properties), self.bucket()
        self.done(200, "PUT", changed, headers=properties)
        entry = {"type": "USER", "name": "test", "rights": "READ_WRITE"}
        for bucket in (made, changed):
            info = self.info(bucket)
            self.assertEqual((info["versioning"], info["storageType"], info["acls"]),
                             ("ENABLED", "SSD", [entry]))
        self.done(200, "PUT", made, headers=[("x-ozone-acls", "REMOVE USER:test:rw")])
        self.assertEqual(self.info(made)["acls"], [])

    def test_get_key_details(self):
        data = os.urandom(1234)
        path = self.put(self.bucket() + "/k", data)
        location, = self.get_json(path + "?info=key-detail")["keyLocations"]
        self.assertEqual(location["length"], len(data))

    def test_rename_key(self):
        """And TestOzoneManager.testRenameKey."""
        bucket = self.bucket()
        self.put(bucket + "/from", b"value")
        self.put(bucket + "/existing")
        self.done(200, "POST", bucket + "/from?toKey=to")
        self.assertEqual(self.done(200, "GET", bucket + "/to").body, b"value")
        for query, code in (("from?toKey=x", "KEY_NOT_FOUND"),
                            ("to?toKey=existing", "KEY_ALREADY_EXISTS"),
                            ("to?toKey=", "INVALID_KEY_NAME")):
            reply = self.call("POST", f"{bucket}/{query}")
            self.assertEqual(reply.json()["message"], "Rename key failed, error:" + code)
        self.missing("look up key", "keyNotFound", "GET", bucket + "/from")
        self.refused("invalidKey", None, "POST", bucket + "/?toKey=x")


class TestOzoneManager(OzoneCase):
    def test_change_volume_quota(self):
        volume = self.volume(quota="1GB")
        self.done(200, "PUT", volume + "?quota=2GB", user=None)
        self.assertEqual(self.info(volume)["quota"], {"unit": "GB", "size": 2})
        self.done(200, "PUT", volume + "?quota=remove", user=None)
        shown = self.info(volume)["quota"]
        self.assertEqual(shown["size"] * page.UNITS[shown["unit"]], 1 << 60)

    def test_failed_delete_volume(self):
        bucket = self.bucket()
        volume = bucket.rsplit("/", 1)[0]
        reply = self.call("DELETE", volume)
        self.assertIn("VOLUME_NOT_EMPTY", reply.json()["message"])
        self.info(volume)

    def test_delete_volume(self):
        shorter = self.volume()
        longer = shorter + "x"
        self.done(CREATED, "POST", longer)
        self.done(200, "DELETE", shorter)
        self.info(longer)
        self.missing("info volume", "volumeNotFound", "GET", shorter + "?info=volume")

    def test_list_buckets(self):
        volume = self.volume()
        archives = {"abucket-0", "abucket-5", "bbucket-3", "bbucket-9"}
        names = [f"{letter}bucket-{i}" for letter in "ab" for i in range(10)]
        for name in names:
            headers = [("x-ozone-storage-type", "ARCHIVE")] if name in archives else []
            self.done(CREATED, "POST", f"{volume}/{name}", headers=headers)
        shown = self.get_json(volume)["buckets"]
        archived = {b["bucketName"] for b in shown if b["storageType"] == "ARCHIVE"}
        self.assertEqual(archived, archives)
        self.assertEqual(self.buckets(volume, "?prefix=abucket"), names[:10])
        self.assertEqual(self.buckets(volume, "?max-keys=3"), names[:3])
        self.assertEqual(self.buckets(volume, "?prev-key=bbucket-3&max-keys=2"),
                         ["bbucket-4", "bbucket-5"])
        self.assertEqual(self.buckets(volume, "?prev-key=bbucket-7&prefix=b&max-keys=5"),
                         ["bbucket-8", "bbucket-9"])
        self.assertEqual(self.buckets(volume, "?prev-key=unknown"), [])
        reply = self.call("GET", volume + "?max-keys=-1")
        self.assertIn("the value must be in range (0, 1024]", reply.json()["message"])
        reply = self.call("GET", "/no-volume")
        self.assertIn("VOLUME_NOT_FOUND", reply.json()["message"])

    def test_list_keys(self):
        bucket = self.bucket()
        for i in range(20):
            self.put(f"{bucket}/{'b' if i % 2 else 'a'}Key{i}")
        self.assertEqual(self.keys(bucket, "?max-keys=3"), ["aKey0", "aKey10", "aKey12"])
        self.assertEqual(self.keys(bucket, "?prev-key=bKey1&max-keys=2"), ["bKey11", "bKey13"])
        self.assertEqual(self.keys(bucket, "?prev-key=invalid_start_key"), [])

    def test_delete_key(self):
        path = self.put(self.bucket() + "/k")
        self.done(200, "DELETE", path)
        reply = self.call("DELETE", path)
        self.assertIn("KEY_NOT_FOUND", reply.json()["message"])

    def test_delete_non_empty_bucket(self):
        bucket = self.bucket()
        self.put(bucket + "/k")
        reply = self.call("DELETE", bucket)
        self.assertIn("BUCKET_NOT_EMPTY", reply.json()["message"])


class TestOzoneShell(OzoneCase):
    def test_update_bucket(self):
        bucket = self.bucket()
        adds = [("x-ozone-acls", "ADD user:frodo:rw"), ("x-ozone-acls", "ADD group:samwise:r")]
        self.done(200, "PUT", bucket, headers=adds)
        frodo = {"type": "USER", "name": "frodo", "rights": "READ_WRITE"}
        samwise = {"type": "GROUP", "name": "samwise", "rights": "READ"}
        self.assertEqual(self.info(bucket)["acls"], [frodo, samwise])
        self.done(200, "PUT", bucket, headers=[("x-ozone-acls", "REMOVE user:frodo:rw")])
        self.assertEqual(self.info(bucket)["acls"], [samwise])
        reply = self.call("PUT", bucket + "x", headers=adds)
        self.assertIn("BUCKET_NOT_FOUND", reply.json()["message"])

    def test_list_bucket(self):
        volume = self.volume()
        for i in range(11):
            self.done(CREATED, "POST", f"{volume}/test-bucket{i}")

        def numbers(query=""):
            return [int(name[11:]) for name in self.buckets(volume, query)]

        self.assertEqual(numbers(), [0, 1, 10, 2, 3, 4, 5, 6, 7, 8, 9])
        self.assertEqual(numbers("?max-keys=3"), [0, 1, 10])
        self.assertEqual(numbers("?prefix=test-bucket1"), [1, 10])
        self.assertEqual(numbers("?prev-key=test-bucket7"), [8, 9])

    def test_info_dir_key(self):
        bucket = self.bucket()
        self.put(bucket + "/test/", b"")
        self.assertEqual(self.info(bucket + "/test/")["keyName"], "test/")
        self.missing("look up key", "keyNotFound", "GET", bucket + "/test?info=key")

    def test_acceptance_suite(self):
        volume = self.volume(owner="bilbo", quota="100TB")
        self.done(200, "PUT", volume + "?quota=10TB", user="bill")
        info = self.info(volume)
        self.assertEqual((info["owner"]["name"], info["quota"]["size"]), ("bill", 10))
        bucket = self.bucket(volume)
        self.assertEqual(self.info(bucket)["storageType"], "DISK")
        self.done(200, "PUT", bucket, headers=[("x-ozone-acls", "ADD user:frodo:rw"),
                                               ("x-ozone-acls", "ADD group:samwise:r")])
        types = {entry["type"] for entry in self.info(bucket)["acls"]}
        self.assertEqual(types, {"GROUP", "USER"})
        path = self.put(bucket + "/key1", b"NOTICE")
        self.assertEqual(self.done(200, "GET", path).body, b"NOTICE")
        self.assertEqual(self.info(path)["keyName"], "key1")
        self.assertEqual(self.keys(bucket), ["key1"])
        for target in (path, bucket, volume):
            self.done(200, "DELETE", target)


class TestBuckets(OzoneCase):
    def test_list_bucket(self):
        volume = self.volume()
        for i in range(10):
            self.done(CREATED, "POST", f"{volume}/listbucket-test-{i}")
        for prev, following in (("4", "5"), ("3", "6")):
            shown = self.buckets(volume, f"?prev-key=listbucket-test-{prev}")
            self.assertIn(f"listbucket-test-{following}", shown)
        self.assertEqual(self.buckets(volume, "?prev-key=listbucket-test-4&max-keys=1"),
                         ["listbucket-test-5"])


class TestKeys(OzoneCase):
    def test_put_and_list_key(self):
        bucket = self.bucket()
        for name in [f"list-key{i}" for i in range(10)] + ["another"]:
            self.put(f"{bucket}/{name}")
        self.assertEqual(len(self.keys(bucket)), 11)
        self.assertEqual(len(self.keys(bucket, "?max-keys=1")), 1)
        self.assertEqual(len(self.keys(bucket, "?prefix=list-key&prev-key=list-key4")), 5)
        self.assertEqual(len(self.keys(bucket, "?prefix=list-key2")), 1)
        self.missing("list keys", "bucketNotFound", "GET", bucket + "x")


class TestOzoneRestWithMiniCluster(OzoneCase):
    def test_put_and_get(self):
        path = self.bucket() + "/k"
        half = 1 << 19
        for size in (0, 6 * half, 5 * half, 3 * half, 7 * half):
            data = pattern(size)
            self.put(path, data)
            self.assertEqual(self.done(200, "GET", path).body, data)
