"""§4.13: what a FILE_SYSTEM_OPTIMIZED bucket does otherwise."""

import page
import support
from rules.case import OzoneCase, quoted, standard

NOT_NORMAL = ["/", "//", "/a", "a//", "a//b", ".", "..", "./", "./a", "../a", "a/.", "a/..", "a/./b",
              "a/../b", "a/b/.."]
EMPTY = "A directory has no bytes."


class TreeCase(OzoneCase):
    def tree(self, *names, volume=None):
        """A bucket with these keys, directories where they end in a slash."""
        bucket = self.bucket(volume, headers=[("x-ozone-bucket-layout", "FILE_SYSTEM_OPTIMIZED")])
        for name in names:
            self.put(f"{bucket}/{name}", b"" if name.endswith("/") else name.encode())
        return bucket

    def everything(self, bucket, query=""):
        return self.keys(bucket, "?directories=true" + query)

    def in_the_way(self, stem, method, target, body=None):
        self.missing(stem, "keyAlreadyExists", method, target, body)

    def not_a_name(self, stem, method, target, body=None):
        self.refused("invalidKey", page.STEMS[stem] + page.INVALID_KEY_NAME, method, target, body)


class TestPut(TreeCase):
    def test_parents_are_made(self):
        bucket = self.tree("a/b/c", "d")
        self.assertEqual(self.keys(bucket), ["a/b/c", "d"])
        self.assertEqual(self.everything(bucket), ["a/", "a/b/", "a/b/c", "d"])
        self.assertEqual(self.done(200, "GET", bucket + "/a/b/c").body, b"a/b/c")
        listed, = self.get_json(bucket.rsplit("/", 1)[0])["buckets"]
        self.assertEqual((listed["keyCount"], listed["bytesUsed"]), (2, 6))

    def test_names_that_are_not_normal(self):
        bucket = self.tree("a/b")
        for name in NOT_NORMAL:
            with self.subTest(name=name):
                target = f"{bucket}/{quoted(name)}"
                self.not_a_name("put key", "PUT", target, b"")
                self.not_a_name("look up key", "GET", target)
                self.not_a_name("look up key", "GET", target + "?info=key")
                self.not_a_name("delete key", "DELETE", target)
                self.not_a_name("rename key", "POST", target + "?toKey=new")
                self.not_a_name("rename key", "POST", f"{bucket}/a/b?toKey={quoted(name)}")
                self.refused("invalidKey", page.STEMS["put key"] + page.INVALID_KEY_NAME, "PUT",
                             target, headers=[("x-ozone-copy-source", bucket + "/a/b")])
        self.assertEqual(self.everything(bucket), ["a/", "a/b"])
        plain = self.bucket()
        for name in NOT_NORMAL:
            self.put(f"{plain}/{quoted(name)}")
        self.assertEqual(self.keys(plain), sorted(NOT_NORMAL))

    def test_names_that_are(self):
        names = ["...", "..a", "a..", "a/...", "a/.b", "ä/ /c"]
        bucket = self.bucket(headers=[("x-ozone-bucket-layout", "FILE_SYSTEM_OPTIMIZED")])
        for name in names:
            self.put(f"{bucket}/{quoted(name)}")
        self.assertEqual(self.keys(bucket), sorted(names, key=str.encode))

    def test_keys_and_directories_exclude_each_other(self):
        bucket = self.tree("key", "dir/")
        self.in_the_way("put key", "PUT", bucket + "/key/", b"")
        self.in_the_way("put key", "PUT", bucket + "/key/below", b"x")
        self.in_the_way("put key", "PUT", bucket + "/key/far/below/", b"")
        self.in_the_way("put key", "PUT", bucket + "/dir", b"x")
        for target in ("/dir", "/key/", "/key/below"):
            self.missing("look up key", "keyNotFound", "GET", bucket + target)
        self.assertEqual(self.everything(bucket), ["dir/", "key"])
        self.assertEqual(self.done(200, "GET", bucket + "/key").body, b"key")

    def test_before_the_body(self):
        """§2.10, §4.7."""
        bucket = self.tree("key", "dir/")
        volume = bucket.rsplit("/", 1)[0]
        self.done(200, "PUT", volume + "?quota=0BYTES", user=None)
        for name, headers, short_message in [
                ("key/below", [], "keyAlreadyExists"), ("dir", [], "keyAlreadyExists"),
                ("dir", [("If-Match", "*")], "keyAlreadyExists"), ("a//b", [], "invalidKey"),
                ("dir/", [], "invalidRequest"), ("new/", [], "invalidRequest"),
                ("new", [], "quotaExceeded")]:
            with self.subTest(name=name):
                head = support.request_bytes("PUT", f"{bucket}/{name}", standard(headers=[
                    ("Content-Length", "5"), ("Expect", "100-continue"), *headers]))
                reply = self.exchange(head)
                self.assertEqual((reply.interim, reply.json()["shortMessage"]),
                                 ([], short_message))

    def test_decided_again_by_the_commit(self):
        bucket = self.tree()
        late = self.begin(bucket + "/a", b"late")
        self.put(bucket + "/a/b")
        self.assert_error(self.end(late, b"late"), "keyAlreadyExists",
                          "Create key failed, error:KEY_ALREADY_EXISTS")

    def test_copies(self):
        bucket = self.tree("key", "dir/")
        source = [("x-ozone-copy-source", bucket + "/key")]
        self.done(201, "PUT", bucket + "/a/b", headers=source)
        self.assertEqual(self.everything(bucket), ["a/", "a/b", "dir/", "key"])
        for target, short_message in (("/dir", "keyAlreadyExists"), ("/a/b/c", "keyAlreadyExists")):
            self.refused(short_message, "Create key failed, error:KEY_ALREADY_EXISTS", "PUT",
                         bucket + target, headers=source)
        self.refused("keyNotFound", "Create key failed, error:KEY_NOT_FOUND", "PUT",
                     bucket + "/new", headers=[("x-ozone-copy-source", bucket + "/dir/")])


class TestMake(TreeCase):
    def test_make(self):
        """201 without ETag; again: nothing changes."""
        bucket = self.tree("a/b")
        reply = self.done(201, "PUT", bucket + "/new/dir/", b"")
        self.assertEqual((reply["ETag"], reply.body), (None, b""))
        before = self.get_json(bucket + "?directories=true")
        self.assertEqual([key["keyName"] for key in before["keyList"]],
                         ["a/", "a/b", "new/", "new/dir/"])
        self.next_second()
        for target in ("/new/dir/", "/new/", "/a/"):
            self.assertIsNone(self.done(201, "PUT", bucket + target, b"")["ETag"])
        head = support.request_bytes("PUT", bucket + "/chunked/", standard(
            headers=[("Transfer-Encoding", "chunked")]))
        self.assertIsNone(self.exchange(head + b"0\r\n\r\n")["ETag"])
        self.done(200, "DELETE", bucket + "/chunked/")
        self.assertEqual(self.get_json(bucket + "?directories=true"), before)

    def test_with_a_body(self):
        bucket = self.tree("old/")
        for name in ("old/", "new/"):
            self.refused("invalidRequest", EMPTY, "PUT", f"{bucket}/{name}", b"x")
            head = support.request_bytes("PUT", f"{bucket}/{name}", standard(
                headers=[("Transfer-Encoding", "chunked")]))
            self.assert_error(self.exchange(head + b"1\r\nx\r\n0\r\n\r\n"), "invalidRequest", EMPTY)
        self.assertEqual(self.everything(bucket), ["old/"])

    def test_conditions(self):
        bucket = self.tree()
        create, replace = [("If-None-Match", "*")], [("If-Match", "*")]
        self.refused("preconditionFailed", None, "PUT", bucket + "/dir/", b"", headers=replace)
        self.done(201, "PUT", bucket + "/dir/", b"", headers=create)
        self.refused("preconditionFailed", None, "PUT", bucket + "/dir/", b"", headers=create)
        self.done(201, "PUT", bucket + "/dir/", b"", headers=replace)

    def test_read(self):
        """As a key of no bytes and without a digest."""
        path = self.tree("a/b") + "/a/"
        info = self.info(path)
        self.assertEqual(list(info), ["version", "md5hash", "createdOn", "modifiedOn", "size",
                                      "keyName", "type"])
        self.assertEqual((info["version"], info["md5hash"], info["size"], info["keyName"]),
                         (0, None, 0, "a/"))
        self.assertEqual(self.get_json(path + "?info=key-detail"), info | {"keyLocations": []})
        for method in ("GET", "HEAD"):
            reply = self.done(200, method, path)
            self.assertEqual((reply.body, reply["Content-Length"], reply["ETag"]),
                             (b"", "0", None))
            self.assertEqual(reply["Last-Modified"], info["modifiedOn"])
        self.refused("invalidRange", None, "GET", path, headers=[("Range", "bytes=0-")])

    def test_without_the_layout(self):
        """A key like others."""
        bucket = self.bucket()
        reply = self.done(201, "PUT", bucket + "/a/", b"content")
        self.assertEqual(reply["ETag"], f'"{page.md5_hex(b"content")}"')
        self.put(bucket + "/a/b")
        self.put(bucket + "/a")
        self.assertEqual(self.everything(bucket), ["a", "a/", "a/b"])
        self.assertEqual(self.keys(bucket), ["a", "a/", "a/b"])
        self.done(200, "DELETE", bucket + "/a/?recursive=true")
        self.assertEqual(self.keys(bucket), ["a", "a/b"])


class TestDelete(TreeCase):
    def test_directories_stay(self):
        bucket = self.tree("a/b/c")
        self.done(200, "DELETE", bucket + "/a/b/c")
        self.assertEqual(self.keys(bucket), [])
        self.assertEqual(self.everything(bucket), ["a/", "a/b/"])
        self.done(200, "DELETE", bucket)  # it has no keys

    def test_delete(self):
        bucket = self.tree("a/b/c", "a/d/")
        for target in ("/a/", "/a/b/", "/a/?recursive=false"):
            self.refused("directoryNotEmpty", None, "DELETE", bucket + target)
        self.done(200, "DELETE", bucket + "/a/d/")
        self.missing("delete key", "keyNotFound", "DELETE", bucket + "/a/d/")
        self.done(200, "DELETE", bucket + "/a/b/c")
        self.done(200, "DELETE", bucket + "/a/b/")
        self.assertEqual(self.everything(bucket), ["a/"])
        for target in ("/a", "/b/", "/a/x"):
            self.missing("delete key", "keyNotFound", "DELETE", bucket + target)

    def test_recursive(self):
        """At once invisible; what it held counts no more."""
        volume = self.volume(quota="10BYTES")
        bucket = self.tree("a/b/c", "a/d/", volume=volume)
        self.missing("put key", "quotaExceeded", "PUT", bucket + "/e", b"1234567890")
        self.done(200, "DELETE", bucket + "/a/?recursive=true")
        self.assertEqual(self.everything(bucket), [])
        for name in ("a/", "a/b/", "a/b/c", "a/d/"):
            self.missing("look up key", "keyNotFound", "GET", f"{bucket}/{name}")
        listed, = self.get_json(volume)["buckets"]
        self.assertEqual((listed["keyCount"], listed["bytesUsed"]), (0, 0))
        self.put(bucket + "/a/b/e", b"1234567890")
        self.assertEqual(self.everything(bucket), ["a/", "a/b/", "a/b/e"])
        self.done(200, "DELETE", bucket + "/a/b/e?recursive=true")
        self.done(200, "DELETE", bucket + "/a/b/?recursive=true")
        self.assertEqual(self.everything(bucket), ["a/"])

    def test_recursive_or_not(self):
        bucket = self.tree("a/b")
        for value in ("", "1", "yes", "TRUE"):
            self.refused("invalidQueryParam", None, "DELETE", f"{bucket}/a/?recursive={value}")
        self.assertEqual(self.everything(bucket), ["a/", "a/b"])

    def test_the_bucket_is_no_directory(self):
        """§2.3."""
        bucket = self.tree("a/b")
        for query in ("", "?recursive=true"):
            self.refused("invalidKey", None, "DELETE", f"{bucket}/{query}")
        self.refused("invalidKey", None, "PUT", bucket + "/", b"")
        self.missing("delete bucket", "bucketNotEmpty", "DELETE", bucket + "?recursive=true")
        self.assertEqual(self.everything(bucket), ["a/", "a/b"])


class TestRename(TreeCase):
    def rename(self, bucket, name, to):
        self.done(200, "POST", f"{bucket}/{name}?toKey={quoted(to)}")

    def test_directories(self):
        """Whatever they hold."""
        bucket = self.tree("a/b/c", "a/d/", "e")
        self.rename(bucket, "a/", "new/place/")
        self.assertEqual(self.everything(bucket), ["e", "new/", "new/place/", "new/place/b/",
                                                   "new/place/b/c", "new/place/d/"])
        self.assertEqual(self.done(200, "GET", bucket + "/new/place/b/c").body, b"a/b/c")
        self.missing("look up key", "keyNotFound", "GET", bucket + "/a/b/c")
        before = self.get_json(bucket + "?directories=true")
        self.rename(bucket, "new/", "new/")
        self.assertEqual(self.get_json(bucket + "?directories=true"), before)

    def test_keys(self):
        bucket = self.tree("a/b", "c/")
        self.rename(bucket, "a/b", "x/y/z")
        self.assertEqual(self.everything(bucket), ["a/", "c/", "x/", "x/y/", "x/y/z"])

    def test_into_itself(self):
        bucket = self.tree("a/b/c", "k")
        for name, to in (("a/", "a/b/"), ("a/", "a/new/"), ("a/", "a/b/new/"), ("a/", "new"),
                         ("k", "new/")):
            self.not_a_name("rename key", "POST", f"{bucket}/{name}?toKey={quoted(to)}")
        self.assertEqual(self.everything(bucket), ["a/", "a/b/", "a/b/c", "k"])

    def test_target_exists(self):
        bucket = self.tree("a/b", "c/d", "k")
        for name, to in (("a/", "c/"), ("a/", "k/"), ("a/", "k/new/"), ("k", "a"), ("k", "a/b"),
                         ("c/", "a/b/"), ("a/b", "k/new")):
            with self.subTest(name=name, to=to):
                self.in_the_way("rename key", "POST", f"{bucket}/{name}?toKey={quoted(to)}")
        self.assertEqual(self.everything(bucket), ["a/", "a/b", "c/", "c/d", "k"])

    def test_missing(self):
        bucket = self.tree("a/b", "k")
        for name in ("b/", "k/", "a", "a/c/"):
            self.missing("rename key", "keyNotFound", "POST",
                         f"{bucket}/{name}?toKey=new{'/' if name.endswith('/') else ''}")

    def test_too_long_below(self):
        """A name that it would give to a key is none of 1 to 1024 bytes."""
        bucket = self.tree("a/" + "k" * 1000)
        self.not_a_name("rename key", "POST", f"{bucket}/a/?toKey={'b' * 24}/")
        self.rename(bucket, "a/", "b" * 23 + "/")
        self.assertEqual(self.keys(bucket), ["b" * 23 + "/" + "k" * 1000])


class TestListing(TreeCase):
    KEYS = ["a-b", "a.b", "a/b/c", "a/b.c", "a/d", "a0", "b/c", "x"]
    ALL = sorted([*KEYS, "a/", "a/b/", "b/", "empty/", "empty/too/"])

    def setUp(self):
        super().setUp()
        self.path = self.tree(*self.KEYS, "empty/too/")

    def streamed(self, query):
        lines = self.done(200, "GET", f"{self.path}?stream{query}").body.splitlines()
        return [line.split(b'"keyName":"')[1].split(b'"')[0].decode() for line in lines[:-1]]

    def test_keys_alone(self):
        """As old clients see it."""
        for query in ("", "?directories=false"):
            self.assertEqual(self.keys(self.path, query), self.KEYS_IN_ORDER)
        self.assertEqual(self.streamed(""), self.KEYS_IN_ORDER)
        self.assertEqual(self.keys(self.path, "?prefix=empty"), [])

    def test_with_directories(self):
        self.assertEqual(self.everything(self.path), self.ALL)
        self.assertEqual(self.streamed("&directories=true"), self.ALL)
        row = self.get_json(self.path + "?directories=true&prefix=empty/t")["keyList"][0]
        self.assertEqual(row, self.info(self.path + "/empty/too/"))

    def test_parameters(self):
        """A listing of names like others."""
        for names, query in ((self.KEYS, {}), (self.ALL, {"directories": "true"})):
            for prefix in ("", "a", "a/", "a/b", "a/b/", "e", "z"):
                for previous in ("", "a", "a/", "a/b", "a/b/", "a/b/c", "a/z", "b", "empty/"):
                    for delimiter in ("", "/", "b"):
                        for most in ("1", "3", ""):
                            self.check(names, query | {
                                "prefix": prefix, "prev-key": previous, "delimiter": delimiter,
                                "max-keys": most})

    def check(self, names, query):
        text = "&".join(f"{name}={quoted(value)}" for name, value in query.items())
        listed = self.get_json(f"{self.path}?{text}")
        got = ([key["keyName"] for key in listed["keyList"]], listed.get("commonPrefixes", []),
               listed["truncated"])
        self.assertEqual(got, page.rolled_up(names, query), query)

    def test_directories_or_not(self):
        for value in ("", "1", "TRUE"):
            for query in ("", "&stream", "&delimiter=/"):
                self.refused("invalidQueryParam", None, "GET",
                             f"{self.path}?directories={value}{query}")

    KEYS_IN_ORDER = sorted(KEYS)


class TestFarApart(TreeCase):
    """Two keys on either side of very many directories without any."""

    EMPTY = 8000

    def test_listings(self):
        self.path = self.tree("a", "z/k")
        self.many((201, "PUT", f"{self.path}/e{i:04}/", b"") for i in range(self.EMPTY))
        self.assertEqual(self.keys(self.path), ["a", "z/k"])
        self.assertEqual(self.keys(self.path, "?prev-key=a"), ["z/k"])
        self.assertEqual(self.keys(self.path, "?prefix=e"), [])
        listed = self.get_json(self.path + "?max-keys=1")
        self.assertEqual((listed["keyList"][0]["keyName"], listed["truncated"]), ("a", True))
        listed = self.get_json(self.path + "?delimiter=/&prev-key=a")
        self.assertEqual((listed["keyList"], listed["commonPrefixes"]), ([], ["z/"]))
        lines = self.done(200, "GET", self.path + "?stream").body.splitlines()
        self.assertEqual((len(lines), lines[-1]), (3, b'{"end":true,"count":2}'))
        self.assertEqual(len(self.everything(self.path, "&max-keys=1000")), 1000)
        self.check_scanned()

    def check_scanned(self):
        """More than limits::waiting_scans are refused."""
        data = support.request_bytes("GET", self.path, standard())
        replies = support.replies_at_once(self.address, data, 600)
        self.assertEqual({reply.status for reply in replies}, {200, 503})
        refused = next(reply for reply in replies if reply.status == 503)
        self.assert_error(refused, "serviceUnavailable", "Service unavailable.")
