"""§2.8: quota, storage type, versioning, ACL; §3.1, §3.2, §3.6, §3.7 where these are given."""

import page
from rules.case import OzoneCase, acl, quoted

BIG = "For input string: "

QUOTAS = [  # text, shown
    ("10TB", ("TB", 10)),
    ("1024GB", ("TB", 1)),
    ("1023GB", ("GB", 1023)),
    ("1024MB", ("GB", 1)),
    ("1536MB", ("MB", 1536)),
    ("1048576bytes", ("MB", 1)),
    ("1048577BYTES", ("BYTES", 1048577)),
    ("1 0\t0 Mb", ("MB", 100)),
    ("+5GB", ("GB", 5)),
    ("000000000000000000000000000007MB", ("MB", 7)),
    ("-0MB", ("TB", 0)),
    ("+0BYTES", ("TB", 0)),
    ("3000000000BYTES", ("BYTES", 3000000000)),                    # Decision 21
    ("9223372036854775807BYTES", ("BYTES", 9223372036854775807)),
    ("8388607TB", ("TB", 8388607)),
    ("8796093022207MB", ("MB", 8796093022207)),
    ("undefined", ("TB", 1048576)),
]
BAD_QUOTAS = [  # text, message
    ("", page.QUOTA_EMPTY),
    ("   ", page.QUOTA_UNIT),
    ("10", page.QUOTA_UNIT),
    ("10KB", page.QUOTA_UNIT),
    ("10PB", page.QUOTA_UNIT),
    ("10B", page.QUOTA_UNIT),
    ("MB1000", page.QUOTA_UNIT),
    ("NaN", page.QUOTA_UNIT),
    ("UNDEFINED", page.QUOTA_UNIT),
    ("Undefined", page.QUOTA_UNIT),
    ("-1MB", page.QUOTA_NEGATIVE),
    ("-9999999BYTES", page.QUOTA_NEGATIVE),
    ("bytes", BIG + '""'),
    ("1.5GB", BIG + '"1.5"'),
    ("1e3MB", BIG + '"1E3"'),
    ("0x10MB", BIG + '"0X10"'),
    ("1 000 mbMB", BIG + '"1000MB"'),
    ("--1MB", BIG + '"--1"'),
    ("1_000MB", BIG + '"1_000"'),
    ("9223372036854775808BYTES", BIG + '"9223372036854775808"'),
    ("99999999999999999999999999MB", BIG + '"99999999999999999999999999"'),
    ("8388608TB", BIG + '"8388608"'),
    ("8796093022208MB", BIG + '"8796093022208"'),
]


class TestQuota(OzoneCase):
    def test_taken(self):
        changed = self.volume()
        for text, (unit, size) in QUOTAS:
            with self.subTest(text=text):
                volume = self.volume(quota=quoted(text))
                self.assertEqual(self.info(volume)["quota"], {"unit": unit, "size": size})
                self.done(200, "PUT", f"{changed}?quota={quoted(text)}", user=None)
                if text != "undefined":
                    self.assertEqual(self.info(changed)["quota"], {"unit": unit, "size": size})

    def test_refused(self):
        volume = self.volume(quota="5GB")
        for text, message in BAD_QUOTAS:
            for method, target in (("POST", "/" + self.fresh("vol")), ("PUT", volume)):
                with self.subTest(text=text, method=method):
                    self.refused("malformedQuota", message, method,
                                 f"{target}?quota={quoted(text)}")
        self.assertEqual(self.info(volume)["quota"], {"unit": "GB", "size": 5})

    def test_remove(self):
        """Decision 22."""
        for text in ("remove", "Remove", "REMOVE", " re move"):
            with self.subTest(text=text):
                volume = self.volume(quota="5GB")
                self.done(200, "PUT", f"{volume}?quota={quoted(text)}", user=None)
                self.assertEqual(self.info(volume)["quota"], page.NO_QUOTA)
                self.refused("malformedQuota", page.QUOTA_REMOVE, "POST",
                             f"/{self.fresh('vol')}?quota={quoted(text)}")

    def test_undefined_is_not_given(self):
        volume = self.volume(quota="5GB")
        self.done(200, "PUT", volume + "?quota=undefined", user=None)
        self.done(200, "PUT", volume + "?quota=undefined", user="frodo")
        info = self.info(volume)
        self.assertEqual((info["quota"], info["owner"]), ({"unit": "GB", "size": 5},
                                                          {"name": "frodo"}))


class TestStorageType(OzoneCase):
    NAMES = ("x-ozone-storage-type", "x-ozone-storage-class")

    def test_taken(self):
        """Decision 2."""
        for header in self.NAMES:
            for sent, shown in (("DISK", "DISK"), ("SSD", "SSD"), ("RAM_DISK", "RAM_DISK"),
                                ("ARCHIVE", "ARCHIVE"), ("ssd", "SSD"), ("Ram_Disk", "RAM_DISK"),
                                ("DEFAULT", "DISK"), ("default", "DISK")):
                with self.subTest(header=header, sent=sent):
                    bucket = self.bucket(headers=[(header, sent)])
                    self.assertEqual(self.info(bucket)["storageType"], shown)
                    other = self.bucket(headers=[(header, "ARCHIVE")])
                    self.done(200, "PUT", other, headers=[(header, sent)])
                    self.assertEqual(self.info(other)["storageType"], shown)
        self.assertEqual(self.info(self.bucket())["storageType"], "DISK")

    def test_refused(self):
        bucket = self.bucket()
        for method, target in (("POST", bucket + "x"), ("PUT", bucket)):
            for header in self.NAMES:
                for sent in ("", "FLOPPY", "DISK,SSD", "RAM DISK", "SSDX"):
                    with self.subTest(method=method, sent=sent):
                        self.refused("malformedStorageType", None, method, target,
                                     headers=[(header, sent)])
            one, other = self.NAMES
            for first, second, value in [(one, one, "SSD"), (one, one, "DISK"), (one, one, "X"),
                                         (other, other, "SSD"), (other, other, "DISK"),
                                         (one, other, "DISK"), (other, one, "DISK")]:
                with self.subTest(first=first, second=second, value=value):
                    self.refused("malformedStorageType",
                                 "Exactly one storage class header required", method, target,
                                 headers=[(first, value), (second, "SSD")])


class TestVersioning(OzoneCase):
    HEADER = "x-ozone-bucket-versioning"

    def listed(self, bucket):
        volume, name = bucket.rsplit("/", 1)
        return self.get_json(f"{volume}?prefix={name}")["buckets"][0]["versioning"]

    def test_taken(self):
        """Decisions 2, 6."""
        for sent, info, listed in (("ENABLED", "ENABLED", "ENABLED"),
                                   ("enabled", "ENABLED", "ENABLED"),
                                   ("Disabled", "DISABLED", "DISABLED"),
                                   ("NOT_DEFINED", "DISABLED", None),
                                   ("not_defined", "DISABLED", None)):
            with self.subTest(sent=sent):
                made = self.bucket(headers=[(self.HEADER, sent)])
                changed = self.bucket()
                self.assertEqual(self.listed(changed), None)
                self.done(200, "PUT", changed, headers=[(self.HEADER, sent)])
                for bucket in (made, changed):
                    self.assertEqual(self.info(bucket)["versioning"], info)
                    self.assertEqual(self.listed(bucket), listed)

    def test_stays(self):
        """Trap 7."""
        bucket = self.bucket(headers=[(self.HEADER, "ENABLED")])
        for headers in ([], [("x-ozone-storage-type", "SSD")], [("x-ozone-acls", "ADD user:a:r")],
                        [(self.HEADER, "NOT_DEFINED")]):
            self.done(200, "PUT", bucket, headers=headers)
            self.assertEqual(self.info(bucket)["versioning"], "ENABLED")

    def test_refused(self):
        bucket = self.bucket()
        for method, target in (("POST", bucket + "x"), ("PUT", bucket)):
            for sent in ("", "true", "ENABLED,ENABLED", "NOT DEFINED"):
                with self.subTest(method=method, sent=sent):
                    self.refused("malformedBucketVersion", None, method, target,
                                 headers=[(self.HEADER, sent)])
            for first in ("ENABLED", "DISABLED", "true"):
                self.refused("malformedBucketVersion", "Exactly one bucket version header required",
                             method, target,
                             headers=[(self.HEADER, first), (self.HEADER, "ENABLED")])


FORMAT = "ACLs are not in expected format"
EMPTY = "ACLs cannot be null or empty"
NO_NAME = "User or group name is required"
RIGHTS = "ACL right is not recognized"
WORLD_NAME = "Unexpected name part in world type"


class TestAcl(OzoneCase):
    def acls(self, bucket):
        return [":".join(entry.values()) for entry in self.info(bucket)["acls"]]

    def update(self, bucket, *values, name="x-ozone-acls"):
        self.done(200, "PUT", bucket, headers=[(name, value) for value in values])

    def test_items(self):
        """Decision 34."""
        for sent, shown in [
                ("ADD user:peregrin:rw", "USER:peregrin:READ_WRITE"),
                ("ADD USER:frodo:r", "USER:frodo:READ"),
                ("add User:frodo:W", "USER:frodo:WRITE"),
                ("ADD group:samwise:wr", "GROUP:samwise:READ_WRITE"),
                ("ADD user:frodo:RW", "USER:frodo:READ_WRITE"),
                ("ADD user:frodo:a", "USER:frodo:READ_WRITE"),
                ("ADD user:frodo:A", "USER:frodo:READ_WRITE"),
                ("ADD user:frodo:rw[ACCESS]", "USER:frodo:READ_WRITE"),
                ("ADD WORLD::r", "WORLD::READ"),
                ("ADD world:WORLD:w", "WORLD::WRITE"),
                ("ADDuser:a:r", "USER:a:READ"),
                ("ADD \t user:a:r", "USER:a:READ"),
                ("ADD user: A b :r", "USER: A b :READ"),
                ("ADD user:addie:r", "USER:addie:READ")]:
            with self.subTest(sent=sent):
                bucket = self.bucket(headers=[("x-ozone-acls", sent)])
                self.assertEqual(self.acls(bucket), [shown])
                other = self.bucket()
                self.update(other, sent)
                self.assertEqual(self.acls(other), [shown])

    def test_refused(self):
        bucket = self.bucket()
        for sent, message in [
                ("ADD", EMPTY), ("REMOVE", EMPTY), ("ADD  ", EMPTY),
                ("ADD user:a", FORMAT), ("ADD user", FORMAT), ("ADD user:a:", FORMAT),
                ("ADD user:a:[ACCESS]", FORMAT), ("ADD user:a:r,,user:b:r", FORMAT),
                (",ADD user:a:r", None), (",", None),
                ("ADD user::r", NO_NAME), ("ADD group::rw", NO_NAME),
                ("ADD user:a:x", RIGHTS), ("ADD user:a:rr", RIGHTS), ("ADD user:a:rwx", RIGHTS),
                ("ADD user:a:b:r", RIGHTS), ("ADD user:a:r;user:b:w", RIGHTS),
                ("ADD world:x:r", WORLD_NAME), ("ADD world:Frodo:r", WORLD_NAME),
                ("user:a:r", None), ("DELETE user:a:r", None), ("ADD robot:a:r", None),
                ("ADD :a:r", None),
                ("ADD user:a:r,user:b:q", RIGHTS), ("ADD user:a:r,", FORMAT),
                ("user:b:r,ADD user:a:r", None)]:
            with self.subTest(sent=sent):
                headers = [("x-ozone-acls", sent)]
                self.refused("malformedACL", message, "PUT", bucket, headers=headers)
                if "REMOVE" not in sent:
                    self.refused("malformedACL", message, "POST", bucket + "x", headers=headers)
        self.assertEqual(self.acls(bucket), [])

    def test_one_bad_item_refuses_all(self):
        bucket = self.bucket()
        headers = [("x-ozone-acls", "ADD user:good:r"), ("x-ozone-acls", "ADD user:e:q"),
                   ("x-ozone-storage-type", "SSD")]
        self.refused("malformedACL", RIGHTS, "PUT", bucket, headers=headers)
        info = self.info(bucket)
        self.assertEqual((info["acls"], info["storageType"]), ([], "DISK"))

    def test_lists(self):
        for sent, shown in [
                ("ADD user:a:r,user:b:w", ["USER:a:READ", "USER:b:WRITE"]),
                ("ADD user:a:r, group:b:w ,world::r", ["USER:a:READ", "GROUP:b:WRITE",
                                                       "WORLD::READ"]),
                ("ADD user:a:r,add user:b:w", ["USER:a:READ", "USER:b:WRITE"])]:
            with self.subTest(sent=sent):
                self.assertEqual(self.acls(self.bucket(headers=[("x-ozone-acls", sent)])), shown)
        bucket = self.bucket()
        self.update(bucket, "ADD user:a:r,user:b:w,user:c:rw")
        self.update(bucket, "REMOVE user:a:r,user:c:rw,ADD user:d:r,user:e:r")
        self.assertEqual(self.acls(bucket), ["USER:b:WRITE", "USER:d:READ", "USER:e:READ"])

    def test_empty_header_is_no_acl(self):
        bucket = self.bucket(headers=[("x-ozone-acls", "")])
        self.update(bucket, "")
        self.assertEqual(self.acls(bucket), [])

    def test_both_header_names(self):
        """Decision 2: the lists are joined."""
        headers = [("x-ozone-acls", "ADD user:a:r"), ("x-ozone-acl", "ADD user:b:r")]
        self.assertCountEqual(self.acls(self.bucket(headers=headers)),
                              ["USER:a:READ", "USER:b:READ"])
        seed = self.bucket(headers=[("x-ozone-acl", "ADD user:peregrin:rw")])
        self.assertEqual(self.info(seed)["acls"], [acl("USER:peregrin:READ_WRITE")])

    def test_remove_on_create(self):
        bucket = self.bucket()
        for sent in ("REMOVE user:a:r", "remove user:a:r", "ADD user:a:r,REMOVE user:b:r"):
            self.refused("malformedACL", "Invalid Remove ACLs", "POST", bucket + "x",
                         headers=[("x-ozone-acls", sent)])

    def test_equal_entries_once(self):
        """Decision 35; equal: type, name and rights."""
        headers = [("x-ozone-acls", value) for value in (
            "ADD user:a:r", "ADD USER:a:R", "ADD group:a:r", "ADD user:A:r", "ADD user:a:rw",
            "ADD user:a:wr")]
        bucket = self.bucket(headers=headers)
        entries = ["USER:a:READ", "GROUP:a:READ", "USER:A:READ", "USER:a:READ_WRITE"]
        self.assertEqual(self.acls(bucket), entries)
        self.update(bucket, "ADD user:a:r", "ADD group:a:r")
        self.assertEqual(self.acls(bucket), entries)

    def test_removals_first_then_additions(self):
        """§3.7."""
        bucket = self.bucket(headers=[("x-ozone-acls", "ADD user:frodo:rw,user:b:r")])
        self.update(bucket, "ADD user:frodo:r")
        self.update(bucket, "REMOVE user:frodo:r")
        self.assertEqual(self.acls(bucket), ["USER:frodo:READ_WRITE", "USER:b:READ"])
        self.update(bucket, "REMOVE user:absent:r")
        for values in (("ADD user:x:r", "REMOVE user:x:r"), ("REMOVE user:y:r", "ADD user:y:r")):
            self.update(bucket, *values)
        self.assertEqual(self.acls(bucket), ["USER:frodo:READ_WRITE", "USER:b:READ", "USER:x:READ",
                                             "USER:y:READ"])
        self.update(bucket, "ADD user:frodo:rw", "REMOVE user:frodo:rw")
        self.assertEqual(self.acls(bucket)[-1], "USER:frodo:READ_WRITE")
