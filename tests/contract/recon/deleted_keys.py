"""§4.9, §4.10, §8.3 «deleted keys search», «deleted dirs»: what is deleted and waits.

It does not wait for long: a scenario that a round of giving space back has come across is played
again."""

from recon.case import OwnServerCase, asked

SHALLOW = "Invalid startPrefix: Path must be at the bucket level or deeper."
ROW = ["metadata", "objectID", "updateID", "parentObjectID", "volumeName", "bucketName", "keyName",
       "dataSize", "keyLocationVersions", "creationTime", "modificationTime", "replicationConfig",
       "fileChecksum", "fileName", "ownerName", "acls", "tags", "expectedDataGeneration",
       "generation", "path", "file", "latestVersionLocations", "hsync", "replicatedSize",
       "deletedKeyCommitted", "fileEncryptionInfo", "objectInfo"]
DIRECTORY = ["key", "path", "inStateSince", "size", "replicatedSize", "replicationInfo",
             "creationTime", "modificationTime", "isKey"]
ATTEMPTS = 100


class Moved(Exception):
    """A row has gone on to the next stage of its deletion."""


def until_at_rest(scenario):
    def play(self):
        for _ in range(ATTEMPTS):
            try:
                return scenario(self)
            except Moved:
                pass
        self.fail("rows never stay while they are looked at")
    return play


class DeletedCase(OwnServerCase):
    def deleted(self, volume, keys, tree=False):
        """Puts keys of these sizes, "bucket/name", and deletes them at once, in this order."""
        for bucket in sorted({key.partition("/")[0] for key in keys}):
            self.bucket(volume, bucket, tree)
        for key, size in keys.items():
            self.key(volume, *key.split("/", 1), size)
        for key in keys:
            self.made("DELETE", f"/{volume}/{key}", status=200)

    def page(self, **query):
        reply = self.call(asked("/keys/deletePending", query))
        if reply.status == 204:
            return None
        self.assertEqual(reply.status, 200, reply)
        page = reply.json()
        self.assertEqual(list(page), ["lastKey", "replicatedDataSize", "unreplicatedDataSize",
                                      "deletedKeyInfo", "status", "replicatedTotal",
                                      "unreplicatedTotal", "deletedkeyinfo"])
        self.assertEqual(page["deletedkeyinfo"], page["deletedKeyInfo"])
        rows = [row for each in page["deletedKeyInfo"] for row in each["omKeyInfoList"]]
        for row in rows:
            self.assertEqual(list(row), ROW)
        self.assertEqual([page["unreplicatedDataSize"], page["unreplicatedTotal"]],
                         [sum(row["dataSize"] for row in rows)] * 2)
        self.assertEqual([page["replicatedDataSize"], page["replicatedTotal"]],
                         [sum(row["replicatedSize"] for row in rows)] * 2)
        self.last_key = page["lastKey"]
        return page

    def names(self, **query):
        page = self.page(**query)
        return page and [row["keyName"] for each in page["deletedKeyInfo"]
                         for row in each["omKeyInfoList"]]


class TestKeys(DeletedCase):
    KEYS = {**{f"bucketb1/fileb{i}": 1000 for i in range(7)},
            **{f"bucketc1/{key}": 10 for key in (
                "filec1", "filec2", "filec3", "dirc1/filec4", "dirc1/filec5", "dirc1/dirc11/filec6",
                "dirc1/dirc11/filec7", "dirc2/filec8", "dirc2/filec9")}}

    def played(self):
        volume = self.volume()
        self.deleted(volume, self.KEYS)
        return volume

    def at_rest(self, volume, count=16):
        if len(self.names(startPrefix=f"/{volume}/bucket") or []) != count:
            raise Moved

    @until_at_rest
    def test_prefixes(self):
        volume = self.played()
        found = {prefix: self.names(startPrefix=f"/{volume}/{prefix}") for prefix in (
            "bucketb1", "bucketc1", "bucketc1/dirc1", "bucketc1/dirc1/dirc11/", "bucketc1/filec1",
            "bucketb", "none", "bucketc1/x", "bucketb1/fileb1/x")}
        without_slash = self.names(startPrefix=f"{volume}/bucketb1")
        doubled = self.names(startPrefix=f"/{volume}//bucketb1")
        none = [self.names(startPrefix=f"/{volume}/bucketb1", limit=limit) for limit in (0, -2)]
        self.at_rest(volume)
        self.assertEqual({prefix: names and len(names) for prefix, names in found.items()}, {
            "bucketb1": 7, "bucketc1": 9, "bucketc1/dirc1": 4, "bucketc1/dirc1/dirc11/": 2,
            "bucketc1/filec1": 1, "bucketb": 7, "none": None, "bucketc1/x": None,
            "bucketb1/fileb1/x": None})
        self.assertEqual([without_slash, doubled, *none], [None] * 4)

    @until_at_rest
    def test_pages(self):
        volume = self.played()
        prefix, cursor, pages = f"/{volume}/bucketb1", "", []
        while (names := self.names(startPrefix=prefix, limit=2, prevKey=cursor)) is not None:
            pages.append(names)
            cursor = self.last_key
        whole = self.page(startPrefix=prefix, limit=-1)
        self.at_rest(volume)
        self.assertEqual([len(page) for page in pages], [2, 2, 2, 1])
        self.assertEqual(sum(pages, []), [f"fileb{i}" for i in range(7)])
        self.assertEqual((whole["replicatedTotal"], whole["unreplicatedTotal"]), (7000, 7000))

    @until_at_rest
    def test_counts(self):
        """§8.3 «clusterState», §5.1: of all that wait."""
        self.played()
        before = self.names(limit=-1)
        state = self.get("/clusterState")
        summary = self.get("/keys/deletePending/summary")
        page = self.page(limit=-1)
        if page is None or self.names(limit=-1) != before:
            raise Moved
        self.assertEqual(state["keysPendingDeletion"], len(before))
        self.assertEqual(list(summary.items()), [
            ("totalUnreplicatedDataSize", page["unreplicatedTotal"]),
            ("totalReplicatedDataSize", page["replicatedTotal"]),
            ("totalDeletedKeys", len(before))])

    @until_at_rest
    def test_row(self):
        volume = self.volume()
        self.deleted(volume, {"bucket/a//b": 7})
        bucket = self.get("/keys/deletePending", startPrefix=f"/{volume}/bucket")
        self.at_rest(volume, 1)
        each, = bucket["deletedKeyInfo"]
        self.assertEqual(list(each), ["omKeyInfoList", "bucketId", "totalSize"])
        self.assertEqual(each["totalSize"], {"7": 7})
        self.assertGreater(each["bucketId"], 1 << 48)
        row, = each["omKeyInfoList"]
        self.assertEqual(bucket["lastKey"], f"/{volume}/bucket/a//b/{row['objectID']}")
        version, = row["keyLocationVersions"]
        location, = version["locationList"]
        self.assertEqual((location["length"], location["partNumber"]), (7, 0))
        self.assertEqual(row["latestVersionLocations"], version)
        self.assertEqual(row["objectInfo"], (
            f"OMKeyInfo{{volume='{volume}', bucket='bucket', key='a//b', owner='null', "
            f"dataSize='7', creationTime='{row['creationTime']}', objectID='{row['objectID']}', "
            "parentID='0', replication='RATIS/ONE', fileChecksum='null}"))
        fixed = {"metadata": {"CKDEL": "true"}, "volumeName": volume, "bucketName": "bucket",
                 "keyName": "a//b", "dataSize": 7, "fileChecksum": None, "fileName": "b",
                 "ownerName": None, "acls": [], "tags": {}, "path": "0/b", "file": True,
                 "hsync": False, "replicatedSize": 7, "deletedKeyCommitted": True}
        self.assertEqual({name: row[name] for name in fixed}, fixed)
        self.assertEqual(row["updateID"], row["generation"])

    def test_refusals(self):
        for prefix in ("/", "/vola", "///", "@323232"):
            reply = self.refused(400, asked("/keys/deletePending", {"startPrefix": prefix}))
            self.assertEqual(reply.json(), {"message": SHALLOW})
        self.assertIsNone(self.page(startPrefix="/a/b"))


class TestDirectories(DeletedCase):
    def page(self, **query):
        page = self.get("/keys/deletePending/dirs", **query)
        rows = page.get("deletedDirInfo", [])
        self.assertEqual(list(page), ["lastKey", "replicatedDataSize", "unreplicatedDataSize",
                                      *(["deletedDirInfo"] if rows else []), "status",
                                      "replicatedTotal", "unreplicatedTotal",
                                      *(["deletedkeyinfo"] if rows else [])])
        self.assertEqual(page["unreplicatedDataSize"], sum(row["size"] for row in rows))
        again = page.get("deletedkeyinfo", [])
        self.assertEqual([(info["keyName"], info["dataSize"], info["file"], list(info) == ROW)
                          for each in again for info in each["omKeyInfoList"]],
                         [(row["path"].split("/", 2)[2], row["size"], False, True)
                          for row in rows])
        for row in rows:
            self.assertEqual(list(row), DIRECTORY)
        return page

    @until_at_rest
    def test_directories(self):
        volume = self.volume()
        self.bucket(volume, "fso", True)
        for name, size in (("one", 5), ("two/deep", 6), ("three", 7)):
            self.key(volume, "fso", f"{name}/f", size)
        for name in ("one", "two", "three"):
            self.made("DELETE", f"/{volume}/fso/{name}/?recursive=true", status=200)
        pages = [self.page(limit=limit) for limit in (1000, -1, 0, "")]
        counts = (self.get("/clusterState")["deletedDirs"],
                  self.get("/keys/deletePending/dirs/summary")["totalDeletedDirectories"])
        cursor, single = "", []
        while "deletedDirInfo" in (page := self.page(limit=1, prevKey=cursor)):
            single += page["deletedDirInfo"]
            cursor = page["lastKey"]
        if [row["path"] for row in self.page().get("deletedDirInfo", [])] != [
                f"{volume}/fso/{name}" for name in ("one", "two", "three")]:
            raise Moved
        self.assertEqual(counts, (3, 3))
        self.assertEqual((page["lastKey"], page["replicatedTotal"]), (cursor, 0))
        for each in pages:
            self.assertEqual(each, pages[0])
        rows = pages[0]["deletedDirInfo"]
        self.assertEqual(single, rows)
        self.assertEqual([row["size"] for row in rows], [5, 6, 7])
        self.assertEqual(rows[1]["key"], "two")
        self.assertEqual((rows[1]["replicatedSize"], rows[1]["isKey"]), (6, False))
        self.assertEqual(rows[1]["inStateSince"], rows[1]["creationTime"])
        self.assertTrue(pages[0]["lastKey"].startswith(f"/{volume}/fso/three/"))

    def test_none(self):
        last = f"/{(1 << 64) - 1}"
        self.assertEqual(self.page(prevKey=last), {
            "lastKey": last, "replicatedDataSize": 0, "unreplicatedDataSize": 0, "status": "OK",
            "replicatedTotal": 0, "unreplicatedTotal": 0})


class TestSeedNames(DeletedCase):
    """D3: recon.seed_names = false."""

    SETTINGS = ["recon.seed_names=false"]

    @until_at_rest
    def test_rows_come_once(self):
        volume = self.volume()
        self.deleted(volume, {"bucket/k": 7, "tree/d/k": 8}, True)
        self.key(volume, "tree", "e/k", 9)
        self.made("DELETE", f"/{volume}/tree/e/?recursive=true", status=200)
        keys = self.call("/keys/deletePending")
        directories = self.get("/keys/deletePending/dirs")
        if keys.status == 204 or "deletedDirInfo" not in directories:
            raise Moved
        self.assertEqual(list(keys.json())[-1], "unreplicatedTotal")
        self.assertEqual(list(directories)[-1], "unreplicatedTotal")
