"""§2.3: paths, volume and bucket names, key names; §5 traps 12, 13, 15."""

import page
from rules.case import OzoneCase, quoted

# The table of the page, and where two checks fail, the earlier one.
BAD_NAMES = [
    ("a", page.NAME_LENGTH),
    ("ab", page.NAME_LENGTH),
    ("-", page.NAME_LENGTH),
    ("A_", page.NAME_LENGTH),
    ("a" * 64, page.NAME_LENGTH),
    ("-" + "A" * 63, page.NAME_LENGTH),
    ("ää", page.NAME_LENGTH),  # characters are counted, not bytes
    ("-abc", page.NAME_START),
    (".abc", page.NAME_START),
    ("-abc-", page.NAME_START),
    ("-A_c", page.NAME_START),
    ("abc-", page.NAME_END),
    ("abc.", page.NAME_END),
    ("a_B.", page.NAME_END),
    ("a..b-", page.NAME_END),
    ("aBc", page.NAME_UPPER),
    ("aYc", page.NAME_UPPER),
    ("aB_", page.NAME_UPPER),
    ("aB..c", page.NAME_UPPER),
    ("aAc", page.NAME_CHARACTER + "A"),
    ("aZc", page.NAME_CHARACTER + "Z"),
    ("a_Bc", page.NAME_CHARACTER + "_"),
    ("a b", page.NAME_CHARACTER + " "),
    ("a#b", page.NAME_CHARACTER + "#"),
    ("aäb", page.NAME_CHARACTER + "ä"),
    ("a_..b", page.NAME_CHARACTER + "_"),
    ("12_34", page.NAME_CHARACTER + "_"),
    ("a..b", page.NAME_PERIODS),
    ("a..B", page.NAME_PERIODS),
    ("a..-b", page.NAME_PERIODS),
    ("1..2", page.NAME_PERIODS),
    ("a-.b", page.NAME_PERIOD_AFTER_DASH),
    ("a-._", page.NAME_PERIOD_AFTER_DASH),
    ("a.-b", page.NAME_DASH_AFTER_PERIOD),
    ("a.-B", page.NAME_DASH_AFTER_PERIOD),
    ("123", page.NAME_NUMERIC),
    ("1.2", page.NAME_NUMERIC),
    ("256.1.1.1.1", page.NAME_NUMERIC),
]
GOOD_NAMES = ["abc", "a" * 63, "a--b", "1-2", "1a2", "a.b.c", "0.0.0.a", "xn--a"]


class TestVolumeAndBucketNames(OzoneCase):
    def test_bad_volume_names(self):
        for name, message in BAD_NAMES:
            for method in ("POST", "PUT", "DELETE", "GET"):
                with self.subTest(name=name, method=method):
                    reply = self.refused("invalidVolumeName", message, method, "/" + quoted(name))
                    self.assertEqual(reply.json()["resource"], name)

    def test_bad_bucket_names(self):
        volume = self.volume()
        for name, message in BAD_NAMES:
            for method in ("POST", "PUT", "DELETE", "GET"):
                with self.subTest(name=name, method=method):
                    self.refused("invalidBucketName", message, method, f"{volume}/{quoted(name)}")

    def test_bad_bucket_names_of_keys(self):
        volume = self.volume()
        for name, message in BAD_NAMES:
            with self.subTest(name=name):
                self.refused("invalidBucketName", message, "GET", f"{volume}/{quoted(name)}/k")

    def test_good_names(self):
        volume = self.volume()
        for name in GOOD_NAMES:
            with self.subTest(name=name):
                self.done(201, "POST", f"{volume}/{name}")
                self.done(201, "POST", f"/{name}")
                self.assertEqual(self.info(f"/{name}")["volumeName"], name)
                self.done(200, "DELETE", f"/{name}")

    def test_an_invalid_byte_counts_as_one_character(self):
        self.refused("invalidVolumeName", page.NAME_CHARACTER + "\ufffd", "GET", "/a%FFb")
        self.refused("invalidVolumeName", page.NAME_LENGTH, "GET", "/%FF%FF")
        self.refused("invalidBucketName", page.NAME_CHARACTER + "\ufffd", "GET", "/abc/a%FFb")

    def test_both_forms_of_a_volume(self):
        volume = self.volume()
        self.assertEqual(self.get_json(volume + "/?info=volume"), self.info(volume))
        self.done(200, "PUT", volume + "/?quota=1GB", user=None)
        self.assertEqual(self.info(volume)["quota"], {"unit": "GB", "size": 1})
        self.done(200, "DELETE", volume + "/")
        self.missing("info volume", "volumeNotFound", "GET", volume + "?info=volume")


class TestPaths(OzoneCase):
    def test_bucket_with_a_trailing_slash(self):
        """Decision 29."""
        bucket = self.bucket()
        self.put(bucket + "/k")
        self.assertEqual(self.keys(bucket + "/"), ["k"])
        self.assertEqual(self.get_json(bucket + "/?info=bucket"), self.info(bucket))
        self.done(200, "HEAD", bucket + "/")
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            self.refused("invalidKey", None, method, bucket + "/")
        self.refused("invalidKey", None, "PUT", bucket + "/", b"data")
        self.refused("invalidKey", None, "POST", bucket + "/?toKey=x")
        self.assertEqual(self.keys(bucket), ["k"])

    def test_escaped_slashes_split_nothing(self):
        bucket = self.bucket()
        self.put(bucket + "/a%2Fb", b"1")
        self.assertEqual(self.done(200, "GET", bucket + "/a/b").body, b"1")
        self.put(bucket + "/a/b", b"2")
        self.assertEqual(self.keys(bucket), ["a/b"])
        volume, name = bucket[1:].split("/")
        self.refused("invalidVolumeName", page.NAME_CHARACTER + "/", "GET", f"/{volume}%2F{name}")
        self.refused("invalidBucketName", page.NAME_CHARACTER + "/", "GET", f"{bucket}%2Fk/x")

    def test_escapes_are_decoded_once(self):
        bucket = self.bucket()
        self.put(bucket + "/a%252Fb")
        self.assertEqual(self.keys(bucket), ["a%2Fb"])
        self.assertEqual(self.keys(bucket, "?prefix=a%25"), ["a%2Fb"])
        self.refused("invalidVolumeName", page.NAME_CHARACTER + "%", "GET", "/a%2562c")

    def test_double_slashes_make_empty_names(self):
        volume = self.volume()
        for target in ("//", "//bucket", "//bucket/k", "///", "//" + volume[1:]):
            self.refused("invalidVolumeName", page.NAME_LENGTH, "GET", target)
        for target in (volume + "//", volume + "//k", volume + "///k"):
            for method in ("GET", "DELETE"):
                self.refused("invalidBucketName", page.NAME_LENGTH, method, target)

    def test_semicolons_cut_nothing(self):
        volume = self.volume()
        self.refused("invalidVolumeName", page.NAME_CHARACTER + ";", "GET", volume + ";x=1")
        self.refused("invalidBucketName", page.NAME_CHARACTER + ";", "POST", volume + "/buc;x")

    def test_plus_is_a_plus_in_a_path_and_a_blank_in_a_query(self):
        bucket = self.bucket()
        self.put(bucket + "/a+b")
        self.put(bucket + "/a%20b")
        self.assertEqual(self.keys(bucket), ["a b", "a+b"])
        self.assertEqual(self.keys(bucket, "?prefix=a+"), ["a b"])
        self.assertEqual(self.keys(bucket, "?prefix=a%2B"), ["a+b"])

    def test_nothing_is_normalised(self):
        bucket = self.bucket()
        names = ["/", "//", "/a", ".", "..", "../a", "./a", "a", "a/", "a/.", "a/../b", "a//",
                 "a//b"]
        for name in names:
            self.put(f"{bucket}/{name}", name.encode())
        self.assertEqual(self.keys(bucket), sorted(names))
        for name in names:
            self.assertEqual(self.done(200, "GET", f"{bucket}/{name}").body, name.encode())

    def test_a_fragment_ends_the_target(self):
        bucket = self.bucket()
        self.put(bucket + "/k#frag")
        self.assertEqual(self.keys(bucket + "#?prefix=x"), ["k"])
        self.assertEqual(self.keys(bucket, "?prefix=k#x"), ["k"])

    def test_the_absolute_form(self):
        bucket = self.bucket()
        self.put("http://elsewhere:1" + bucket + "/k?x=1")
        self.assertEqual(self.done(200, "GET", "http://elsewhere" + bucket + "/k").body, b"content")
        for target in ("http://elsewhere", "http://elsewhere?max-keys=1"):
            self.assertEqual(list(self.get_json(target)), ["volumes"])

    def test_a_target_without_a_slash(self):
        self.refused("invalidRequest", None, "GET", "volume")
        self.refused("invalidRequest", None, "GET", "*")

    def test_unescaped_characters(self):
        """Decision 30; trap 15."""
        bucket = self.bucket()
        name = "|{}^;+&=:@,$!*'()~"
        self.put(f"{bucket}/{name}")
        self.assertEqual(self.keys(bucket), [name])

    def test_bad_escapes(self):
        bucket = self.bucket()
        for bad in ("%", "%4", "%zz", "%4g", "%-1", "a%"):
            with self.subTest(bad=bad):
                self.refused("invalidRequest", None, "GET", f"/{bad}")
                self.refused("invalidRequest", None, "GET", f"/abc/{bad}")
                self.refused("invalidKey", None, "GET", f"{bucket}/{bad}")
                self.refused("invalidKey", None, "PUT", f"{bucket}/{bad}", b"x")
                self.refused("invalidRequest", None, "GET", f"{bucket}?prefix={bad}")
                self.refused("invalidRequest", None, "GET", f"{bucket}?{bad}=1")

    def test_invalid_utf8(self):
        bucket = self.bucket()
        for bad in ("%FF", "%C3", "%C3%28", "%C0%80", "%ED%A0%80", "%F4%90%80%80", "%80"):
            with self.subTest(bad=bad):
                self.refused("invalidKey", None, "PUT", f"{bucket}/{bad}", b"x")
                self.refused("invalidRequest", None, "GET", f"{bucket}?prefix={bad}")
                self.refused("invalidRequest", None, "GET", f"{bucket}?{bad}=1")

    def test_pages_of_the_server_hide_no_volume(self):
        """Trap 13."""
        for name in ("metrics", "healthz", "application.wadl", "service"):
            self.done(201, "POST", "/" + name)
            self.assertEqual(self.info("/" + name)["volumeName"], name)
            self.done(200, "DELETE", "/" + name)

    def test_the_query(self):
        bucket = self.bucket()
        for name in ("a", "b"):
            self.put(f"{bucket}/{name}")
        self.assertEqual(self.keys(bucket, "?prefix=b&prefix=a"), ["b"])
        self.assertEqual(self.keys(bucket, "?PREFIX=b"), ["a", "b"])
        self.assertEqual(self.keys(bucket, "?unknown=1&&=x&prefix=b&"), ["b"])
        self.assertEqual(self.keys(bucket, "?%70refix=%62"), ["b"])
        self.assertEqual(self.keys(bucket, "?prefix"), ["a", "b"])


class TestKeyNames(OzoneCase):
    def test_length_in_bytes(self):
        """Decision 31; trap 12: longer than a key of the store, and still in order."""
        bucket = self.bucket()
        names = ["n" * 500, "n" * 511, "n" * 512, "n" * 1023, "n" * 1024, "n" * 600 + "m",
                 "n" * 600 + "o", "ä" * 512, "n" * 510 + "ä"]
        for name in names:
            self.put(f"{bucket}/{quoted(name)}", name.encode())
        self.assertEqual(self.keys(bucket), sorted(names, key=str.encode))
        for name in names:
            self.assertEqual(self.done(200, "GET", f"{bucket}/{quoted(name)}").body, name.encode())
        for name in ("n" * 1025, "ä" * 512 + "n", "n" * 3000):
            self.refused("invalidKey", None, "PUT", f"{bucket}/{quoted(name)}", b"x")

    def test_no_nul(self):
        bucket = self.bucket()
        for name in ("%00", "a%00", "a%00b"):
            for method, body in (("PUT", b"x"), ("GET", None), ("DELETE", None)):
                self.refused("invalidKey", None, method, f"{bucket}/{name}", body)
        self.put(bucket + "/a")
        self.refused("invalidKey", "Rename key failed, error:INVALID_KEY_NAME",
                     "POST", f"{bucket}/a?toKey=b%00")

    def test_blanks_are_names(self):
        bucket = self.bucket()
        for name in (" ", "  ", "\t", "\n", "\x7f", "\u00a0"):
            self.put(f"{bucket}/{quoted(name)}", name.encode())
        self.assertEqual(self.keys(bucket), ["\t", "\n", " ", "  ", "\x7f", "\u00a0"])

    def test_json_of_odd_names(self):
        """§2.7: what is not ASCII is escaped, controls as usual, a slash is not."""
        bucket = self.bucket()
        name = 'q"b\\c/\u00e4\u20ac\U0001f600\n\x01'
        self.put(f"{bucket}/{quoted(name)}")
        reply = self.done(200, "GET", f"{bucket}/{quoted(name)}?info=key")
        self.assertEqual(reply.json()["keyName"], name)
        self.assertIn(rb'q\"b\\c/\u00e4\u20ac\ud83d\ude00\n\u0001'.lower(), reply.body.lower())
