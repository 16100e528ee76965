"""What needs a server of its own: settings, that is §2.4 (ACLs, administrators), §2.6 and §4.1
(server name), Decision 9; and a disk that is full or has lost something (§2.9)."""

import json
import mmap
import os

import page
import support
from rules.case import OzoneCase, dumps


class SettingsCase(OzoneCase):
    settings = ()

    @classmethod
    def setUpClass(cls):
        cls.server = support.Server(cls.program, cls.settings)
        cls.address = cls.server.address

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()


class TestKeySize(SettingsCase):
    """§3.11: a configured size limit gives 413."""

    settings = ["ozone.key_size=100KiB"]
    MOST = 100 << 10

    def put_fixed(self, path, size):
        return self.call("PUT", path, bytes(size))

    def put_chunked(self, path, size):
        return self.chunked(path, b"%x\r\n" % size + bytes(size) + b"\r\n0\r\n\r\n")

    def test_one_byte_too_many(self):
        path = self.bucket() + "/k"
        for put in (self.put_fixed, self.put_chunked):
            self.assertEqual(put(path, self.MOST).status, 201)
            self.assert_error(put(path, self.MOST + 1), "entityTooLarge", "Entity too large.")
            self.assertEqual(len(self.done(200, "GET", path).body), self.MOST)


class TestEnforcedAcls(SettingsCase):
    """§2.4. Callers, as (auth name, x-ozone-user)."""

    settings = ["ozone.acl.enabled=true"]
    ADMIN, OWNER, OWNER_BY_HEADER = ("root", None), ("bilbo", None), ("", "Bilbo")
    READER, WRITER, BOTH = ("reader", None), ("WRITER", None), ("", "both")
    MEMBER, STRANGER, NOBODY = ("member", None), ("gollum", "bilbo"), ("", None)
    EVERYBODY = [ADMIN, OWNER, OWNER_BY_HEADER, READER, WRITER, BOTH, MEMBER, STRANGER, NOBODY]
    OWNERS = [ADMIN, OWNER, OWNER_BY_HEADER]
    ACLS = "ADD user:reader:r,user:Writer:w,user:both:rw,group:member:rw"

    def acl_bucket(self, acls=ACLS):
        return self.bucket(headers=[("x-ozone-acls", acls)])

    def allowed(self, callers, method, target, body=None, headers=()):
        """`target()`: what is asked for. Callers that are not in the list are refused."""
        for auth, user in self.EVERYBODY:
            with self.subTest(method=method, auth=auth, user=user):
                reply = self.call(method, target(), body, auth=auth, user=user, headers=headers)
                if (auth, user) in callers:
                    self.assertLess(reply.status, 300, reply)
                else:
                    self.assertEqual(reply.status, 403, reply)
                    if method != "HEAD":
                        self.assert_error(reply, "accessDenied", "Access denied.")

    def test_reading(self):
        bucket = self.acl_bucket()
        self.put(bucket + "/k")
        for query in ("", "/", "?delimiter=/", "?info=bucket", "?stream", "/k", "/k?info=key",
                      "/k?info=key-detail"):
            for method in ("GET", "HEAD"):
                self.allowed(self.OWNERS + [self.READER, self.BOTH], method,
                             lambda query=query: bucket + query)

    def test_writing(self):
        bucket = self.acl_bucket()
        self.put(bucket + "/k")
        writers = self.OWNERS + [self.WRITER, self.BOTH]
        self.allowed(writers, "PUT", lambda: bucket + "/new", b"x")
        self.allowed(writers, "POST", lambda: bucket + "/k?toKey=k")
        self.allowed(writers, "DELETE", lambda: self.put(bucket + "/old"))

    def test_uploads(self):
        """§4.8: to read them is to read the bucket, all else is to write."""
        bucket = self.acl_bucket()
        path = bucket + "/k"
        readers = self.OWNERS + [self.READER, self.BOTH]
        writers = self.OWNERS + [self.WRITER, self.BOTH]

        def started():
            return self.done(200, "POST", path + "?uploads").json()["uploadID"]

        def with_part():
            upload = started()
            self.done(201, "PUT", f"{path}?partNumber=1&uploadId={upload}", b"x")
            return f"{path}?uploadId={upload}"

        upload = started()
        self.allowed(writers, "POST", lambda: path + "?uploads")
        self.allowed(writers, "PUT", lambda: f"{path}?partNumber=1&uploadId={upload}", b"x")
        parts = dumps({"parts": [{"partNumber": 1, "etag": page.md5_hex(b"x")}]})
        self.allowed(writers, "POST", with_part, parts)
        self.allowed(writers, "DELETE", with_part)
        for method in ("GET", "HEAD"):
            self.allowed(readers, method, lambda: f"{path}?uploadId={upload}")
        self.allowed(readers, "GET", lambda: bucket + "?uploads")

    def test_copies(self):
        """§4.9: the source is read, the target written."""
        readable, writable = self.acl_bucket("ADD user:reader:r,user:both:r"), self.acl_bucket()
        path = self.put(readable + "/k")
        source = [("x-ozone-copy-source", path)]
        both = self.OWNERS + [self.BOTH]
        self.allowed(both, "PUT", lambda: writable + "/copy", headers=source)
        self.allowed(self.OWNERS, "PUT", lambda: path, headers=source)

    def test_batches(self):
        bucket = self.acl_bucket()
        body = dumps({"keys": ["k"]})
        self.allowed(self.OWNERS + [self.WRITER, self.BOTH], "POST", lambda: bucket + "?delete",
                     body)
        self.allowed(self.OWNERS + [self.WRITER, self.BOTH], "DELETE",
                     lambda: self.put(bucket + "/k") + "?recursive=true")

    def test_everything_else(self):
        bucket = self.acl_bucket()
        volume = bucket.rsplit("/", 1)[0]
        self.allowed(self.OWNERS, "PUT", lambda: bucket)
        self.allowed(self.OWNERS, "DELETE", self.acl_bucket)
        self.allowed(self.OWNERS, "POST", lambda: f"{volume}/{self.fresh('buc')}")
        self.allowed(self.EVERYBODY, "GET", lambda: volume)

    def test_the_world(self):
        bucket = self.acl_bucket("ADD world::r")
        self.put(bucket + "/k")
        self.allowed(self.EVERYBODY, "GET", lambda: bucket + "/k")
        self.allowed(self.OWNERS, "PUT", lambda: bucket + "/k", b"x")
        self.done(200, "PUT", bucket, headers=[("x-ozone-acls", "ADD world::w")])
        self.allowed(self.EVERYBODY, "PUT", lambda: bucket + "/k", b"x")

    def test_existence_first(self):
        """§2.10 step 9."""
        who = {"auth": "gollum", "user": None}
        volume = self.volume()
        self.missing("list keys", "bucketNotFound", "GET", volume + "/none", **who)
        self.missing("look up key", "volumeNotFound", "GET", "/no-volume/none/k", **who)
        self.missing("put key", "bucketNotFound", "PUT", volume + "/none/k", b"x", **who)
        self.missing("update bucket", "bucketNotFound", "PUT", volume + "/none", **who)
        self.missing("create bucket", "volumeNotFound", "POST", "/no-volume/none", **who)


class TestNames(SettingsCase):
    settings = ["server.name=dob1.example", "ozone.admins=Gandalf,sam",
                "ozone.rest.key-type-field=false"]

    def test_server_name(self):
        """§2.6, §2.9, §4.1."""
        reply = self.call("GET", "/no-volume")
        self.assertEqual((reply["x-ozone-server-name"], reply.json()["hostName"]),
                         ("dob1.example", "dob1.example"))
        listed, = self.done(200, "GET", "/serviceList").json()
        self.assertEqual(listed["hostname"], "dob1.example")

    def test_administrators(self):
        """§2.4: names have no case."""
        for name in ("gandalf", "GANDALF", "Sam", "root", "hdfs"):
            self.volume(auth=name)
        self.refused("accessDenied", None, "POST", "/abc", auth="frodo")

    def test_no_type_field(self):
        """Decision 9: it is left away everywhere."""
        bucket = self.bucket()
        path = self.put(bucket + "/k")
        lines = self.done(200, "GET", bucket + "?stream").body.splitlines()
        for shown in (self.info(path), self.get_json(path + "?info=key-detail"),
                      self.get_json(bucket)["keyList"][0], json.loads(lines[0])):
            self.assertNotIn("type", shown)
            self.assertEqual(shown["keyName"], "k")


class TestFullDisk(SettingsCase):
    """§2.9: 503 with `Retry-After`."""

    settings = ["store.free_watermark=1000TiB"]

    def test_writes_are_refused(self):
        reply = self.refused("serviceUnavailable", None, "POST", "/" + self.fresh("vol"))
        self.assertGreater(int(reply["Retry-After"]), 0)
        self.done(200, "GET", "/")


class TestDamage(SettingsCase):
    """§2.9: 500, no internals in the message."""

    def flip_a_byte_of(self, content):
        blocks = os.path.join(self.server.data, "blocks")
        for name in os.listdir(blocks):
            path = os.path.join(blocks, name)
            with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0) as data:
                at = data.find(content)
                if at >= 0:
                    data[at] ^= 1
                    return
        self.fail("the bytes are in no container")

    def test_only_the_damaged_key_fails(self):
        bucket = self.bucket()
        damaged, whole = self.put(bucket + "/a", b"damaged"), self.put(bucket + "/b", b"whole")
        self.flip_a_byte_of(b"damaged")
        self.refused("internalServerError", None, "GET", damaged)
        self.assertEqual(self.done(200, "GET", whole).body, b"whole")
        self.assertEqual(self.info(damaged)["size"], len(b"damaged"))
