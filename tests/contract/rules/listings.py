"""§2.11, §3.5, §3.10, §3.15, §4.14: listings, their order, pages and parameters."""

import functools
import json

import page
from rules.case import OzoneCase, quoted, standard
import support

# One listing a level, made by `Level`: names are put in this order, to be shown in byte order.
NAMES = ["b-2", "a-10", "c-1", "a-1", "a-2", "b-1", "a.1", "a-1x", "abc", "0-a"]


class Level:
    """A listing of NAMES on one of the three levels, and how to ask for it."""

    def __init__(self, case, level):
        self.case = case
        self.level = level
        if level == "volumes":
            # Names of volumes are the whole server's, so they are told apart by their end.
            self.user, self.end = case.fresh("user"), "-" + case.fresh("l")
            for name in NAMES:
                case.done(201, "POST", "/" + name + self.end, user=self.user)
        elif level == "buckets":
            self.path, self.end = case.volume(), ""
            for name in NAMES:
                case.done(201, "POST", f"{self.path}/{name}")
        else:
            self.path, self.end = case.bucket(), ""
            for name in NAMES:
                case.put(f"{self.path}/{name}")

    def names(self, **query):
        text = "?" + "&".join(f"{name.replace('_', '-')}={value}" for name, value in query.items())
        if self.level == "volumes":
            listed = self.case.volumes(self.user, text)
            return [name[:-len(self.end)] for name in listed]
        lister = self.case.buckets if self.level == "buckets" else self.case.keys
        return lister(self.path, text)

    def refused(self, message, query):
        if self.level == "volumes":
            self.case.refused("invalidQueryParam", message, "GET", "/" + query, user=self.user)
        else:
            self.case.refused("invalidQueryParam", message, "GET", self.path + query)


def on_each_level(test):
    @functools.wraps(test)
    def run(self):
        for level in ("volumes", "buckets", "keys"):
            with self.subTest(level=level):
                test(self, Level(self, level))
    return run


class TestListings(OzoneCase):
    """§2.11 on all three levels."""

    @on_each_level
    def test_order(self, level):
        wanted = sorted(NAMES, key=lambda name: name + level.end)
        self.assertEqual(level.names(), wanted)

    @on_each_level
    def test_prefix(self, level):
        everything = level.names()
        for prefix in ("a", "a-", "a-1", "a.", "0", "zzz", "A", "%C3%A4", "a%20", "a%2F", ""):
            wanted = [name for name in everything if name.startswith(prefix)]
            self.assertEqual(level.names(prefix=prefix), wanted, prefix)

    @on_each_level
    def test_prev_key(self, level):
        """Decision 17: strictly greater; it need not exist, nor be a name, nor match the prefix."""
        everything = level.names()
        for i, name in enumerate(everything):
            self.assertEqual(level.names(prev_key=name + level.end), everything[i + 1:])
        for prev in ("a-11", "Bad_Name", "%20", "zzz", "a", "%C3%A4"):
            after = [n for n in everything if n + level.end > prev.replace("%20", " ").replace(
                "%C3%A4", "ä")]
            self.assertEqual(level.names(prev_key=prev), after, prev)
        self.assertEqual(level.names(prev_key=""), everything)
        b_names = [name for name in everything if name.startswith("b")]
        self.assertEqual(level.names(prefix="b", prev_key="a-1"), b_names)
        self.assertEqual(level.names(prefix="b", prev_key="c"), [])
        self.assertEqual(level.names(prefix="b", prev_key="a-1", max_keys=1), b_names[:1])

    @on_each_level
    def test_prev_key_of_what_is_gone(self, level):
        everything = level.names()
        path = "/" if level.level == "volumes" else level.path + "/"
        self.done(200, "DELETE", path + everything[3] + level.end)
        self.assertEqual(level.names(prev_key=everything[3] + level.end), everything[4:])

    def test_what_goes_between_two_pages(self):
        bucket = self.bucket()
        volume = bucket.rsplit("/", 1)[0]
        self.put(bucket + "/a")
        self.assertEqual(self.keys(bucket, "?max-keys=1"), ["a"])
        self.done(200, "DELETE", bucket + "/a")
        self.assertEqual(self.keys(bucket, "?max-keys=1&prev-key=a"), [])
        self.done(200, "DELETE", bucket)
        self.missing("list keys", "bucketNotFound", "GET", bucket + "?prev-key=a")
        self.done(200, "DELETE", volume)
        self.missing("list buckets", "volumeNotFound", "GET", volume + "?prev-key=a")

    @on_each_level
    def test_pages_are_the_whole(self, level):
        everything = level.names()
        for size in (1, 3, len(everything) - 1, len(everything), len(everything) + 1):
            pages, prev = [], ""
            while True:
                names = level.names(max_keys=size, prev_key=prev and prev + level.end)
                if not names:
                    break
                pages.append(names)
                prev = names[-1]
            self.assertEqual([name for names in pages for name in names], everything)
            self.assertTrue(all(len(names) == size for names in pages[:-1]), pages)

    @on_each_level
    def test_max_keys(self, level):
        """Decision 26."""
        everything = level.names()
        for text, count in (("1", 1), ("02", 2), ("1024", 10), ("", 10), ("0000000000003", 3)):
            self.assertEqual(level.names(max_keys=text), everything[:count], text)
        for text in ("0", "-1", "1025", "2147483647", "-2147483648"):
            level.refused(page.max_keys_message(int(text)), f"?max-keys={text}")
        for text in ("abc", "1.5", "%2B2", "+2", "0x2", "1e2", "2147483648", "99999999999",
                     "%202", "2%20", "-", "--1", "%D9%A2"):
            level.refused(page.ERRORS["invalidQueryParam"][1], f"?max-keys={text}")

    @on_each_level
    def test_unknown_parameters(self, level):
        self.assertEqual(level.names(foo=1, max_keys=1, root="x"), level.names(max_keys=1))


class TestKeyList(OzoneCase):
    def test_head_of_the_list(self):
        """Decision 10."""
        bucket = self.bucket()
        name = bucket.rsplit("/", 1)[1]
        for key in ("a", "b1", "b2", "b3"):
            self.put(f"{bucket}/{key}")
        for query, prefix, limit, truncated, count in [
                ("", None, 1024, False, 4),
                ("?max-keys=3", None, 3, True, 3),
                ("?max-keys=4", None, 4, False, 4),
                ("?prefix=", None, 1024, False, 4),
                ("?prefix=b", "b", 1024, False, 3),
                ("?prefix=b&max-keys=2", "b", 2, True, 2),
                ("?prefix=b&max-keys=2&prev-key=b1", "b", 2, False, 2),
                ("?prefix=b&max-keys=1&prev-key=b2", "b", 1, False, 1),
                ("?prefix=a&max-keys=1", "a", 1, False, 1),
                ("?prefix=%C3%A4", "ä", 1024, False, 0),
                ("?prev-key=b3&max-keys=1", None, 1, False, 0)]:
            with self.subTest(query=query):
                body = self.get_json(bucket + query)
                rows = body.pop("keyList")
                self.assertEqual(list(body.items()), [
                    ("name", name), ("prefix", prefix), ("maxKeys", limit),
                    ("truncated", truncated)])
                self.assertEqual(len(rows), count)

    def test_default_is_1024(self):
        """Decision 11."""
        bucket = self.bucket()
        names = [f"k{i:04}" for i in range(1030)]
        self.many((201, "PUT", f"{bucket}/{name}", b"") for name in names)
        body = self.get_json(bucket)
        self.assertEqual([key["keyName"] for key in body["keyList"]], names[:1024])
        self.assertEqual((body["maxKeys"], body["truncated"]), (1024, True))
        self.assertEqual(self.keys(bucket, "?prev-key=" + names[1023]), names[1024:])
        self.assertEqual(self.keys(bucket, "?max-keys=1024"), names[:1024])

    def test_order_of_bytes(self):
        """By UTF-8, not by UTF-16: a surrogate pair sorts after U+FFFD."""
        bucket = self.bucket()
        names = ["\U0001f600", "\ufffd", "\u20ac", "ä", "z", "a/b", "a", "a b", "a\x01", "Z", "~"]
        for name in names:
            self.put(f"{bucket}/{quoted(name)}")
        wanted = sorted(names, key=str.encode)
        self.assertEqual(self.keys(bucket), wanted)
        for i, name in enumerate(wanted):
            self.assertEqual(self.keys(bucket, "?prev-key=" + quoted(name)), wanted[i + 1:])
            self.assertEqual(self.keys(bucket, "?prefix=" + quoted(name)),
                             [other for other in wanted if other.startswith(name)])

    def test_a_prefix_may_end_inside_a_name_of_any_length(self):
        """Trap 12: names beyond a key of the store."""
        bucket = self.bucket()
        names = ["n" * length for length in (1, 400, 510, 511, 512, 513, 1000, 1024)]
        names += ["n" * 511 + "m" * 5, "n" * 600 + "z", "m", "o"]
        for name in names:
            self.put(f"{bucket}/{name}")
        wanted = sorted(names)
        self.assertEqual(self.keys(bucket), wanted)
        for length in (399, 400, 401, 511, 512, 600, 1023, 1024):
            prefix = "n" * length
            self.assertEqual(self.keys(bucket, "?prefix=" + prefix),
                             [name for name in wanted if name.startswith(prefix)], length)
            self.assertEqual(self.keys(bucket, "?prev-key=" + prefix),
                             [name for name in wanted if name > prefix], length)

    def test_info_key_is_the_listing(self):
        bucket = self.bucket()
        self.put(bucket + "/k")
        self.assertEqual(self.get_json(bucket + "?info=key"), self.get_json(bucket))
        self.assertEqual(self.get_json(bucket)["keyList"], [self.info(bucket + "/k")])

    def test_no_entries(self):
        bucket = self.bucket()
        self.assertEqual(self.get_json(bucket)["keyList"], [])
        self.assertEqual(self.get_json(self.volume()), {"buckets": []})
        self.assertEqual(self.get_json("/", user=self.fresh("user")), {"volumes": []})


class TestBucketList(OzoneCase):
    def test_entry(self):
        """The object of §3.9 and its usage (Decision 8)."""
        bucket = self.bucket(headers=[("x-ozone-acls", "ADD user:a:r"),
                                      ("x-ozone-bucket-versioning", "ENABLED")])
        volume = bucket.rsplit("/", 1)[0]
        self.put(bucket + "/a", b"12345")
        self.put(bucket + "/b", b"123")
        entry = self.get_json(volume)["buckets"][0]
        self.assertEqual(list(entry.items()), list((self.info(bucket) | {
            "bytesUsed": 8, "keyCount": 2}).items()))

    def test_usage_follows_the_keys(self):
        bucket = self.bucket()
        volume = bucket.rsplit("/", 1)[0]

        def usage():
            entry = self.get_json(volume)["buckets"][0]
            return entry["bytesUsed"], entry["keyCount"]

        self.assertEqual(usage(), (0, 0))
        self.put(bucket + "/a", b"1234567890")
        self.assertEqual(usage(), (10, 1))
        self.put(bucket + "/a", b"123")
        self.assertEqual(usage(), (3, 1))
        self.put(bucket + "/b", b"")
        self.assertEqual(usage(), (3, 2))
        self.done(200, "POST", bucket + "/a?toKey=c")
        self.assertEqual(usage(), (3, 2))
        self.done(200, "DELETE", bucket + "/c")
        self.assertEqual(usage(), (0, 1))


class TestVolumeList(OzoneCase):
    def test_entry(self):
        user = self.fresh("user")
        volume = self.volume(owner=user, quota="3GB", auth="hdfs")
        entry = self.get_json("/", user=user)["volumes"]
        self.assertEqual(entry, [self.info(volume)])
        self.assertEqual(entry[0]["createdBy"], "hdfs")  # Decision 13

    def test_a_new_owner(self):
        """§3.2: listings follow at once."""
        first, second = self.fresh("user"), self.fresh("user")
        volume = self.volume(owner=first)
        self.done(200, "PUT", volume, user=second)
        self.assertEqual((self.volumes(first), self.volumes(second)), ([], [volume[1:]]))
        self.done(200, "PUT", volume, user=second)  # Decision 24
        self.assertEqual(self.volumes(second), [volume[1:]])
        self.done(200, "DELETE", volume)
        self.assertEqual(self.volumes(second), [])


class TestStream(OzoneCase):
    """§4.14."""

    def stream(self, target):
        reply = self.done(200, "GET", target)
        self.assertEqual((reply["Transfer-Encoding"], reply["Content-Type"]),
                         ("chunked", "application/x-ndjson"))
        self.assertIsNone(reply["Content-Length"])
        self.assertTrue(reply.body.endswith(b"\n"))
        rows = [json.loads(line) for line in reply.body.splitlines()]
        end = rows.pop()
        self.assertEqual(list(end.items()), [("end", True), ("count", len(rows))])
        return rows

    def test_is_the_listing(self):
        bucket = self.bucket()
        for name in ("b", "a", "c/d", "%C3%A4"):
            self.put(f"{bucket}/{name}", name.encode())
        self.assertEqual(self.stream(bucket + "?stream"), self.get_json(bucket)["keyList"])
        self.assertEqual(self.stream(bucket + "/?stream="), self.get_json(bucket)["keyList"])

    def test_parameters(self):
        bucket = self.bucket()
        names = [f"{letter}{i}" for letter in "ab" for i in range(5)]
        for name in names:
            self.put(f"{bucket}/{name}")

        def streamed(query):
            return [row["keyName"] for row in self.stream(f"{bucket}?stream&{query}")]

        self.assertEqual(streamed("prefix=b"), names[5:])
        self.assertEqual(streamed("prev-key=a3"), names[4:])
        self.assertEqual(streamed("prefix=b&prev-key=a3"), names[5:])
        self.assertEqual(streamed("max-keys=3"), names[:3])
        self.assertEqual(streamed("max-keys=9223372036854775807"), names)
        self.assertEqual(streamed("max-keys=5000"), names)
        self.assertEqual(streamed("prefix=z"), [])
        for text in ("0", "-1", "x", "9223372036854775808"):
            reply = self.call("GET", f"{bucket}?stream&max-keys={text}")
            self.assertEqual((reply.status, reply.json()["shortMessage"]),
                             (400, "invalidQueryParam"), text)

    def test_more_than_a_page(self):
        bucket = self.bucket()
        names = [f"k{i:04}" for i in range(3000)]
        self.many((201, "PUT", f"{bucket}/{name}", b"") for name in names)
        self.assertEqual([row["keyName"] for row in self.stream(bucket + "?stream")], names)

    def test_the_connection_stays(self):
        bucket = self.bucket()
        self.put(bucket + "/k")
        self.stream(bucket + "?stream")
        before = self.connection
        self.stream(bucket + "?stream")
        self.assertIs(self.connection, before)

    def test_http_1_0_ends_with_the_connection(self):
        bucket = self.bucket()
        self.put(bucket + "/k")
        reply = self.exchange(support.request_bytes("GET", bucket + "?stream", standard(),
                                                    version="HTTP/1.0"))
        self.assertEqual((reply.status, reply["Transfer-Encoding"], reply["Connection"]),
                         (200, None, "close"))
        last = reply.body.splitlines()[-1]
        self.assertEqual(json.loads(last), {"end": True, "count": 1})

    def test_errors_before_the_first_byte(self):
        volume = self.volume()
        self.missing("list keys", "bucketNotFound", "GET", volume + "/none?stream")
        self.missing("list keys", "volumeNotFound", "GET", "/no-volume/none?stream")
