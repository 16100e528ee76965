#!/usr/bin/env python3
"""`ozone sh` of an installed Ozone 0.4.0-alpha, with http URIs.

usage: ozone_sh.py FOLDER OZONE [unittest options]      OZONE is bin/ozone of the release
"""

import json
import os
import re
import sys

import outsider

REFUSED = 255
DATE = re.compile(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT")


class OzoneSh(outsider.Outsider):
    ozone = None

    def sh(self, command, path, *words, user="hdfs", code=0):
        """Of `command`, «volume create» say, for `path` of our server: what it says."""
        run = self.run_program(self.ozone, "sh", *command.split(), self.url + path, *words,
                               env=os.environ | {"HADOOP_USER_NAME": user, "LC_ALL": "C.UTF-8"})
        self.assertEqual(run.returncode, code, (command, path, run.stdout, run.stderr))
        return (run.stdout if code == 0 else run.stderr).decode()

    def told(self, *words):
        """The objects that a command prints, after a look at their dates."""
        def check_dates(fields):
            for name in {"createdOn", "modifiedOn"} & fields.keys():
                self.assertRegex(fields.pop(name), DATE)
            return fields
        return json.loads(self.sh(*words), object_hook=check_dates)

    def assert_refused(self, message, *words, **options):
        self.assertIn(f"OzoneException: {message}\n", self.sh(*words, code=REFUSED, **options))

    def test_volumes(self):
        def info(owner, size, unit="TB"):
            return {"owner": {"name": owner}, "quota": {"unit": unit, "size": size},
                    "volumeName": "shire", "createdBy": owner}
        self.sh("volume create", "/shire", "--user", "merry", "--quota", "100TB", "--root")
        self.assertEqual(self.told("volume info", "/shire"), info("merry", 100))
        self.assertEqual(self.told("volume list", "/", "--user", "merry"), [info("merry", 100)])
        self.assertEqual(self.told("volume update", "/shire",
                                   "--user", "pippin", "--quota", "10GB"),
                         info("pippin", 10, "GB"))
        self.assertEqual(self.told("volume list", "/", "--user", "merry"), [])
        self.assert_refused("Volume creation failed, error:VOLUME_ALREADY_EXISTS",
                            "volume create", "/shire", "--user", "sam")
        self.assert_refused("Access denied.", "volume create", "/bree", user="bilbo")
        self.assertEqual(self.sh("volume delete", "/shire"), "Volume shire is deleted\n")
        self.assert_refused("Info Volume failed, error:VOLUME_NOT_FOUND", "volume info", "/shire")

    def test_buckets(self):
        def info(*acls):
            return {"volumeName": "rohan", "bucketName": "edoras", "acls": list(acls),
                    "versioning": "DISABLED", "storageType": "DISK", "encryptionKeyName": "N/A"}
        frodo = {"type": "USER", "name": "frodo", "rights": "READ_WRITE"}
        samwise = {"type": "GROUP", "name": "samwise", "rights": "READ"}
        self.sh("volume create", "/rohan")
        self.sh("bucket create", "/rohan/edoras")
        self.assertEqual(self.told("bucket info", "/rohan/edoras"), info())
        self.assertEqual(self.told("bucket update", "/rohan/edoras",
                                   "--addAcl", "user:frodo:rw,group:samwise:r"),
                         info(frodo, samwise))
        self.assertEqual(self.told("bucket update", "/rohan/edoras",
                                   "--removeAcl", "user:frodo:rw"), info(samwise))
        self.sh("bucket create", "/rohan/isengard")
        self.assertEqual(self.told("bucket list", "/rohan", "--length", "1"), [info(samwise)])
        self.assert_refused("Bucket creation failed, error: BUCKET_ALREADY_EXISTS",
                            "bucket create", "/rohan/edoras")
        self.assert_refused("Delete Volume failed, error:VOLUME_NOT_EMPTY",
                            "volume delete", "/rohan")
        self.sh("bucket delete", "/rohan/edoras")
        self.assert_refused("Info Bucket failed, error: BUCKET_NOT_FOUND",
                            "bucket info", "/rohan/edoras")

    def test_keys(self):
        def info(name):
            return {"version": 0, "md5hash": None, "size": len(content), "keyName": name,
                    "type": None}
        content = os.urandom(5_000_000)
        source, got = (os.path.join(self.scratch, name) for name in ("source", "got"))
        with open(source, "wb") as file:
            file.write(content)
        self.make_bucket("/gondor/keys")
        for key in ("/gondor/keys/a/1", "/gondor/keys/a 2+ä%"):
            self.sh("key put", key, source)
        self.assertEqual(self.told("key list", "/gondor/keys"), [info("a 2+ä%"), info("a/1")])
        self.assertEqual(self.told("key list", "/gondor/keys", "--prefix", "a/"), [info("a/1")])
        details = self.told("key info", "/gondor/keys/a/1")
        self.assertEqual(sum(block["length"] for block in details.pop("keyLocations")),
                         len(content))
        self.assertEqual(details, info("a/1") | {"fileEncryptionInfo": None})
        self.sh("key rename", "/gondor/keys", "a 2+ä%", "b")
        self.sh("key get", "/gondor/keys/b", got)
        with open(got, "rb") as file:
            self.assertEqual(file.read(), content)
        self.assert_refused("Delete Bucket failed, error:BUCKET_NOT_EMPTY",
                            "bucket delete", "/gondor/keys")
        self.sh("key delete", "/gondor/keys/b")
        self.assert_refused("Lookup key failed, error:KEY_NOT_FOUND", "key info", "/gondor/keys/b")
        self.assertEqual(self.told("key list", "/gondor/keys"), [info("a/1")])


if __name__ == "__main__":
    OzoneSh.ozone = sys.argv.pop(2)
    outsider.main()
