"""§4.11: listings with a delimiter."""

import random

import page
from rules.case import OzoneCase, quoted

NAMES = ["a", "a/", "a/b", "a/b/c", "a/c", "a0", "b", "b/x", "b//y", "c-d", "c/", "d", "ä/ö", "ä/ü",
         "z"]


class TestDelimiter(OzoneCase):
    def filled(self, names=NAMES, **who):
        bucket = self.bucket(**who)
        for name in names:
            self.put(f"{bucket}/{quoted(name)}", name.encode())
        return bucket

    def asked(self, bucket, **query):
        text = "&".join(f"{name.replace('_', '-')}={quoted(str(value))}"
                        for name, value in query.items())
        return self.get_json(f"{bucket}?{text}")

    def page_of(self, bucket, **query):
        """Keys, common prefixes, truncated."""
        listed = self.asked(bucket, **query)
        self.assertLessEqual(len(listed["keyList"]) + len(listed["commonPrefixes"]),
                             listed["maxKeys"])
        return ([key["keyName"] for key in listed["keyList"]], listed["commonPrefixes"],
                listed["truncated"])

    def test_body(self):
        """The body of §3.15, and two fields at its end."""
        bucket = self.filled()
        listed = self.asked(bucket, delimiter="/", prefix="a")
        self.assertEqual(list(listed), ["name", "prefix", "maxKeys", "truncated", "keyList",
                                        "delimiter", "commonPrefixes"])
        self.assertEqual(listed | {"keyList": []}, {
            "name": bucket.rsplit("/", 1)[1], "prefix": "a", "maxKeys": 1024, "truncated": False,
            "keyList": [], "delimiter": "/", "commonPrefixes": ["a/"]})
        whole = {key["keyName"]: key for key in self.get_json(bucket)["keyList"]}
        self.assertEqual(listed["keyList"], [whole["a"], whole["a0"]])

    def test_rolled_up(self):
        bucket = self.filled()
        for query, keys, prefixes in [
                ({}, ["a", "a0", "b", "c-d", "d", "z"], ["a/", "b/", "c/", "ä/"]),
                ({"prefix": "a/"}, ["a/", "a/b", "a/c"], ["a/b/"]),
                ({"prefix": "a/b"}, ["a/b"], ["a/b/"]),
                ({"prefix": "b/"}, ["b/x"], ["b//"]),
                ({"prefix": "b//"}, ["b//y"], []),
                ({"prefix": "x"}, [], []),
                ({"delimiter": "-"}, [n for n in NAMES if n != "c-d"], ["c-"]),
                ({"delimiter": "/b"}, ["a", "a/", "a/c", "a0", "b", "b//y", "b/x", "c-d", "c/", "d",
                                       "z", "ä/ö", "ä/ü"], ["a/b"]),
                ({"delimiter": "//"}, [n for n in NAMES if n != "b//y"], ["b//"]),
                ({"delimiter": "/ö"}, [n for n in NAMES if n != "ä/ö"], ["ä/ö"])]:
            with self.subTest(**query):
                query = {"delimiter": "/"} | query
                self.assertEqual(self.page_of(bucket, **query),
                                 (sorted(keys, key=str.encode), prefixes, False))

    def test_without_one(self):
        """The body is exactly that of §3.15."""
        bucket = self.filled()
        plain = self.done(200, "GET", bucket).body
        for query in ("delimiter=", "delimiter", "Delimiter=/"):
            self.assertEqual(self.done(200, "GET", f"{bucket}?{query}").body, plain)
        self.assertNotIn(b"commonPrefixes", plain)

    def test_previous(self):
        """A common prefix skips all that is under it; a key under it does not."""
        bucket = self.filled()
        for previous, keys, prefixes in [
                ("a/", ["a0", "b", "c-d", "d", "z"], ["b/", "c/", "ä/"]),
                ("a/b", ["a0", "b", "c-d", "d", "z"], ["a/", "b/", "c/", "ä/"]),
                ("a/zz", ["a0", "b", "c-d", "d", "z"], ["b/", "c/", "ä/"]),
                ("c/", ["d", "z"], ["ä/"]), ("ä/", [], []), ("zz", [], ["ä/"])]:
            with self.subTest(previous=previous):
                self.assertEqual(self.page_of(bucket, delimiter="/", prev_key=previous),
                                 (keys, prefixes, False))

    def test_both_count(self):
        bucket = self.filled(["a/1", "a/2", "b", "c/1", "d"])
        for most, keys, prefixes, truncated in [
                (1, [], ["a/"], True), (2, ["b"], ["a/"], True), (3, ["b"], ["a/", "c/"], True),
                (4, ["b", "d"], ["a/", "c/"], False)]:
            self.assertEqual(self.page_of(bucket, delimiter="/", max_keys=most),
                             (keys, prefixes, truncated))
        self.done(200, "DELETE", bucket + "/d")
        self.assertEqual(self.page_of(bucket, delimiter="/", max_keys=3),
                         (["b"], ["a/", "c/"], False))

    def walk(self, bucket, names, **query):
        """Page after page, as §4.11 says."""
        found, previous = [], ""
        while True:
            wanted = page.rolled_up(names, {n.replace("_", "-"): v for n, v in query.items()}
                                    | {"prev-key": previous})
            got = self.page_of(bucket, prev_key=previous, **query)
            self.assertEqual(got, wanted, (query, previous))
            entries = got[0] + got[1]
            found += entries
            if not got[2]:
                return found
            previous = max(entries, key=str.encode)

    def test_pages_are_the_whole(self):
        """Random names: each page is as the page of the specification has it."""
        seed = random.randrange(1 << 32)
        chance = random.Random(seed)
        names = sorted({"".join(chance.choices("ab/-ä", k=chance.randint(1, 6)))
                        for _ in range(80)})
        bucket = self.bucket()
        self.many((201, "PUT", f"{bucket}/{quoted(name)}", b"") for name in names)
        for delimiter in ("/", "a", "//", "-a"):
            for prefix in ("", "a", "a/", "/"):
                with self.subTest(seed=seed, delimiter=delimiter, prefix=prefix):
                    query = {"delimiter": delimiter, "prefix": prefix}
                    whole = self.page_of(bucket, **query)
                    for most in ("1", "2", "7"):
                        found = self.walk(bucket, names, max_keys=most, **query)
                        self.assertEqual(sorted(found), sorted(whole[0] + whole[1]))

    def test_errors(self):
        volume = self.volume()
        self.missing("list keys", "bucketNotFound", "GET", volume + "/none?delimiter=/")
        self.refused("invalidQueryParam", page.max_keys_message(0), "GET",
                     self.bucket() + "?delimiter=/&max-keys=0")
        self.refused("invalidRequest", None, "GET", self.bucket() + "?delimiter=%FF")
