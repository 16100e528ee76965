"""§4.13: layout and replication of a bucket."""

from rules.case import OzoneCase

LAYOUT, REPLICATION = "x-ozone-bucket-layout", "x-ozone-replication"
FIXED = "Layout and replication of a bucket cannot be changed."


class TestLayouts(OzoneCase):
    def kind(self, target, method="GET"):
        reply = self.done(200, method, target)
        return reply[LAYOUT], reply[REPLICATION]

    def create(self, *headers):
        return self.bucket(headers=headers)

    def test_create(self):
        for headers, layout in [
                ([], "OBJECT_STORE"), ([(LAYOUT, "OBJECT_STORE")], "OBJECT_STORE"),
                ([(LAYOUT, "File_System_Optimized")], "FILE_SYSTEM_OPTIMIZED"),
                ([(LAYOUT, "object_store"), (REPLICATION, "ratis/one")], "OBJECT_STORE"),
                ([(LAYOUT, "FILE_SYSTEM_OPTIMIZED"), (LAYOUT, "x")], "FILE_SYSTEM_OPTIMIZED")]:
            bucket = self.create(*headers)
            self.assertEqual(self.kind(bucket), (layout, "RATIS/ONE"), headers)

    def test_are_shown(self):
        """On every GET and HEAD of the bucket; no body has more fields than before."""
        bucket = self.create((LAYOUT, "FILE_SYSTEM_OPTIMIZED"))
        for query in ("", "/", "?info=bucket", "?info=key", "?delimiter=/", "?stream", "?uploads"):
            self.assertEqual(self.kind(bucket + query), ("FILE_SYSTEM_OPTIMIZED", "RATIS/ONE"))
        self.assertEqual(self.kind(bucket, "HEAD"), ("FILE_SYSTEM_OPTIMIZED", "RATIS/ONE"))
        self.assertEqual(list(self.info(bucket)), ["volumeName", "bucketName", "createdOn", "acls",
                                                   "versioning", "storageType"])
        volume = bucket.rsplit("/", 1)[0]
        self.assertEqual(self.kind(volume), (None, None))
        self.assertEqual(self.kind(self.put(bucket + "/k")), (None, None))

    def test_values_that_are_none(self):
        volume = self.volume()
        for name, values in ((LAYOUT, ("", "x", "LEGACY", "OBJECT STORE", "DEFAULT")),
                             (REPLICATION, ("", "x", "ONE", "RATIS", "RATIS/TWO", "RATIS/1",
                                            "STAND_ALONE/ONE"))):
            for value in values:
                with self.subTest(name=name, value=value):
                    self.refused("invalidRequest", f"Unrecognized {name}", "POST",
                                 volume + "/new-bucket", headers=[(name, value)])
                    self.refused("invalidRequest", f"Unrecognized {name}", "PUT",
                                 volume + "/new-bucket", headers=[(name, value)])
        self.assertEqual(self.buckets(volume), [])

    def test_more_copies_than_nodes(self):
        """This server has one."""
        volume = self.volume()
        self.refused("invalidRequest", "There are fewer storage nodes than copies.", "POST",
                     volume + "/new-bucket", headers=[(REPLICATION, "RATIS/THREE")])
        self.assertEqual(self.buckets(volume), [])

    def test_cannot_be_changed(self):
        bucket = self.create((LAYOUT, "FILE_SYSTEM_OPTIMIZED"))
        before = self.info(bucket)
        storage = ("x-ozone-storage-type", "SSD")
        for header in ((LAYOUT, "OBJECT_STORE"), (REPLICATION, "RATIS/THREE")):
            self.refused("invalidRequest", FIXED, "PUT", bucket, headers=[header, storage])
        self.assertEqual(self.info(bucket), before)
        self.done(200, "PUT", bucket, headers=[(LAYOUT, "file_system_optimized"),
                                               (REPLICATION, "RATIS/ONE"), storage])
        self.assertEqual(self.info(bucket), before | {"storageType": "SSD"})
        self.assertEqual(self.kind(bucket), ("FILE_SYSTEM_OPTIMIZED", "RATIS/ONE"))
