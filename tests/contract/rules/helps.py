"""§4.12: small helps: x-ozone-date, x-ozone-truncated, metadata of keys."""

from rules.case import DATE, OzoneCase

MOST = 8 << 10  # bytes of metadata


class TestDate(OzoneCase):
    def test_without_a_date(self):
        volume = self.volume()
        for value in (DATE, "Mon, Apr 4, 2016 06:22:00 GMT", "Thu, 01 Jan 1970 00:00:41 +0000"):
            self.done(200, "GET", volume, drop=["Date"], headers=[("x-ozone-date", value)])
        for value in ("", "yesterday", DATE + " x"):
            self.refused("badDate", f'Unparseable date: "{value}"', "GET", volume, drop=["Date"],
                         headers=[("X-Ozone-Date", value)])
        self.refused("missingDate", None, "GET", volume, drop=["Date"])

    def test_beside_a_date(self):
        """It is not looked at."""
        volume = self.volume()
        self.done(200, "GET", volume, headers=[("x-ozone-date", "yesterday")])
        self.refused("badDate", 'Unparseable date: "x"', "GET", volume,
                     headers=[("x-ozone-date", DATE), ("Date", "x")])


class TestTruncated(OzoneCase):
    def check(self, target, count, **who):
        for query, truncated in (("", "false"), (f"?max-keys={count}", "false"),
                                 (f"?max-keys={count - 1}", "true"), ("?prefix=none", "false")):
            self.assertEqual(self.done(200, "GET", target + query, **who)["x-ozone-truncated"],
                             truncated, query)
        self.assertIsNone(self.done(200, "HEAD", target, **who)["x-ozone-truncated"])

    def test_volumes(self):
        user = self.fresh("user")
        names = sorted(self.volume(owner=user)[1:] for _ in range(3))
        self.check("/", 3, user=user)
        self.assertEqual(self.done(200, "GET", f"/?max-keys=1&prev-key={names[1]}", user=user)
                         ["x-ozone-truncated"], "false")
        for most, truncated in (("1", "true"), ("1024", "false")):
            reply = self.done(200, "GET", f"/?root-scan=true&max-keys={most}&prefix={names[0][:3]}")
            self.assertEqual(reply["x-ozone-truncated"], truncated)

    def test_buckets(self):
        volume = self.volume()
        for _ in range(3):
            self.bucket(volume)
        self.check(volume, 3)

    def test_keys(self):
        bucket = self.bucket()
        for name in ("a", "b/c", "b/d"):
            self.put(f"{bucket}/{name}")
        self.check(bucket, 3)
        for most, truncated in ((1, "true"), (2, "false")):
            reply = self.done(200, "GET", f"{bucket}?delimiter=/&max-keys={most}")
            self.assertEqual(reply["x-ozone-truncated"], truncated)
        for query in ("?info=bucket", "?stream"):
            self.assertIsNone(self.done(200, "GET", bucket + query)["x-ozone-truncated"])


class TestMetadata(OzoneCase):
    def metadata(self, path, method="GET", status=200, **who):
        prefix = "x-ozone-meta-"
        reply = self.done(status, method, path, **who)
        return {name[len(prefix):]: value for name, value in reply.headers
                if name.startswith(prefix)}

    def put_with(self, path, **metadata):
        return self.put(path, headers=[(f"x-ozone-meta-{name}", value)
                                       for name, value in metadata.items()])

    def test_is_kept(self):
        """Names without case, values as they are."""
        path = self.put_with(self.bucket() + "/k", Colour="Dark  Green;=,", Empty="", size="ÿ")
        kept = {"colour": "Dark  Green;=,", "empty": "", "size": "ÿ"}
        self.assertEqual(self.metadata(path), kept)
        self.assertEqual(self.metadata(path, "HEAD"), kept)
        self.assertEqual(self.metadata(path, status=206, headers=[("Range", "bytes=1-2")]), kept)
        self.assertEqual(self.metadata(path, status=304, headers=[("If-None-Match", "*")]), {})
        for query in ("?info=key", "?info=key-detail"):
            self.assertEqual(self.metadata(path + query), {})

    def test_names(self):
        """Of a header that comes twice, the first counts; without a name it is unknown."""
        path = self.put(self.bucket() + "/k", headers=[
            ("X-OZONE-META-A", "1"), ("x-ozone-meta-a", "2"), ("x-ozone-meta-", "3"),
            ("x-ozone-metadata", "4"), ("x-ozone-meta-x-ozone-meta-b", "5")])
        self.assertEqual(self.metadata(path), {"a": "1", "x-ozone-meta-b": "5"})

    def test_is_dropped_with_the_content(self):
        path = self.put_with(self.bucket() + "/k", a="1", b="2")
        self.put_with(path, b="3", c="4")
        self.assertEqual(self.metadata(path), {"b": "3", "c": "4"})
        self.put(path)
        self.assertEqual(self.metadata(path), {})

    def test_goes_along(self):
        """Rename and copy keep it; what is sent with a copy is not looked at."""
        bucket = self.bucket()
        self.put_with(bucket + "/a", colour="green")
        self.done(200, "POST", bucket + "/a?toKey=b")
        self.assertEqual(self.metadata(bucket + "/b"), {"colour": "green"})
        self.put_with(bucket + "/c", size="4")
        self.done(201, "PUT", bucket + "/c", headers=[("x-ozone-copy-source", bucket + "/b"),
                                                      ("x-ozone-meta-colour", "red")])
        self.assertEqual(self.metadata(bucket + "/c"), {"colour": "green"})
        self.assertEqual(self.metadata(bucket + "/b"), {"colour": "green"})

    def test_how_much(self):
        """8 KiB in all of names and values."""
        path = self.bucket() + "/k"
        good = {"a": "x" * (MOST // 2 - 1), "bcd": "y" * (MOST // 2 - 3)}
        self.put_with(path, **good)
        self.assertEqual(self.metadata(path), good)
        for more in ({"bcd": good["bcd"] + "y"}, {"e": ""}):
            headers = [(f"x-ozone-meta-{n}", v) for n, v in (good | more).items()]
            self.refused("invalidRequest", "Too much metadata, at most 8192 bytes", "PUT", path,
                         b"x", headers=headers)
        self.assertEqual(self.metadata(path), good)
