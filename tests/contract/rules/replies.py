"""§2.6, §2.7, §2.9, §2.10: replies and errors. The form of each is checked by rules/case.py."""

import page
from rules.case import OzoneCase

# §2.6: target behind a bucket with a key `k` -> type without Accept, type with JSON asked for.
OCTETS, JSON = "application/octet-stream", "application/json"


class TestContentType(OzoneCase):
    def test_by_reply_and_accept(self):
        """Decision 14."""
        bucket = self.bucket()
        self.put(bucket + "/k")
        volume = bucket.rsplit("/", 1)[0]
        table = [
            (bucket + "/k", OCTETS, OCTETS),
            (bucket + "?info=bucket", JSON, JSON),
            (bucket, JSON, JSON),
            (volume + "?info=volume", OCTETS, JSON),
            ("/", OCTETS, JSON),
            (volume, OCTETS, JSON),
            (bucket + "/k?info=key", OCTETS, JSON),
            (bucket + "/k?info=key-detail", OCTETS, JSON),
        ]
        others = [[], ["*/*"], ["text/html"], ["image/png"], [OCTETS], ["application/xml"], [""]]
        asking = [[JSON], ["application/*"], ["text/html, application/json;q=0.5"],
                  ["Application/JSON"], ["text/html,application/*;q=0.1,*/*"]]
        for target, usual, asked in table:
            for wanted, lists in ((usual, others), (asked, asking)):
                for accepts in lists:
                    with self.subTest(target=target, accept=accepts):
                        headers = [("Accept", accept) for accept in accepts]
                        reply = self.done(200, "GET", target, headers=headers)
                        self.assertEqual(reply["Content-Type"], wanted)

    def test_empty_bodies(self):
        accept = [("Accept", JSON)]
        volume = "/" + self.fresh("vol")
        steps = [(201, "POST", volume), (200, "PUT", volume), (201, "POST", volume + "/buc"),
                 (200, "PUT", volume + "/buc"), (201, "PUT", volume + "/buc/k", b"x"),
                 (200, "POST", volume + "/buc/k?toKey=k2"), (200, "DELETE", volume + "/buc/k2"),
                 (200, "DELETE", volume + "/buc"), (200, "DELETE", volume)]
        for step in steps:
            with self.subTest(step=step):
                reply = self.done(*step, headers=accept)
                self.assertEqual((reply["Content-Type"], reply["Content-Length"], reply.body),
                                 (OCTETS, "0", b""))

    def test_errors_whatever_is_accepted(self):
        """Decision 19."""
        for accept in ("text/html", OCTETS, "*/*", "application/xml"):
            self.refused("invalidQueryParam", "Unrecognized query param : zzz", "GET",
                         "/abc?info=zzz", headers=[("Accept", accept)])

    def test_key_data_begins_with_the_type(self):
        bucket = self.bucket()
        self.put(bucket + "/k")
        for method in ("GET", "HEAD"):
            reply = self.done(200, method, bucket + "/k")
            self.assertEqual(reply.headers[0], ("Content-Type", OCTETS))

    def test_no_compression(self):
        bucket = self.bucket()
        self.put(bucket + "/k", b"a" * 100_000)
        for target in (bucket, bucket + "/k"):
            self.done(200, "GET", target, headers=[("Accept-Encoding", "gzip,deflate")])


class TestIdentity(OzoneCase):
    def test_server_name_is_always_the_same(self):
        names = {self.call("GET", target)["x-ozone-server-name"]
                 for target in ("/", "/nothing-here", "/A", "/serviceList")}
        self.assertEqual(len(names), 1)


class TestErrors(OzoneCase):
    """The codes of §2.9 that no other test is about."""

    def test_resource(self):
        """Decision 20."""
        bucket = self.bucket()
        volume = bucket.rsplit("/", 1)[0]
        self.put(bucket + "/k")
        for method, target, resource in [
                ("POST", "/", None),
                ("GET", "/?max-keys=x", None),
                ("GET", volume + "?info=zz", volume[1:]),
                ("GET", volume + "/?info=zz", volume[1:]),
                ("GET", bucket + "?info=zz", bucket[1:]),
                ("GET", bucket + "/?info=zz", bucket[1:]),
                ("GET", bucket + "/a%20b/%C3%A4", bucket[1:] + "/a b/ä"),
                ("GET", bucket + "/a/", bucket[1:] + "/a/"),
                ("POST", bucket + "/k", bucket[1:] + "/k"),
                ("GET", "/missing/bucket/key", "missing/bucket/key")]:
            with self.subTest(method=method, target=target):
                self.assertEqual(self.call(method, target).json()["resource"], resource)

    def test_resource_of_what_is_refused_early(self):
        for target, resource in (("/", None), ("/abc", "abc"), ("/A_/b", "A_/b"),
                                 ("/abc/bcd/", "abc/bcd"), ("/abc/bcd/k/l", "abc/bcd/k/l")):
            for name in ("x-ozone-version", "Date", "Authorization"):
                with self.subTest(target=target, name=name):
                    reply = self.call("GET", target, drop=[name])
                    self.assertEqual((reply.status, reply.json()["resource"]), (400, resource))

    def test_store_errors(self):
        """The first missing level is named, even for a key request."""
        bucket = self.bucket()
        volume = bucket.rsplit("/", 1)[0]
        for stem, method, target, body in [
                ("info volume", "GET", "/{v}?info=volume", None),
                ("delete volume", "DELETE", "/{v}", None),
                ("change owner", "PUT", "/{v}", None),
                ("change owner", "PUT", "/{v}?quota=1GB", None),
                ("list buckets", "GET", "/{v}", None),
                ("create bucket", "POST", "/{v}/{b}", None),
                ("update bucket", "PUT", "/{v}/{b}", None),
                ("info bucket", "GET", "/{v}/{b}?info=bucket", None),
                ("delete bucket", "DELETE", "/{v}/{b}", None),
                ("list keys", "GET", "/{v}/{b}", None),
                ("put key", "PUT", "/{v}/{b}/k", b"x"),
                ("look up key", "GET", "/{v}/{b}/k", None),
                ("look up key", "GET", "/{v}/{b}/k?info=key", None),
                ("look up key", "GET", "/{v}/{b}/k?info=key-detail", None),
                ("rename key", "POST", "/{v}/{b}/k?toKey=l", None),
                ("delete key", "DELETE", "/{v}/{b}/k", None)]:
            with self.subTest(method=method, target=target):
                self.missing(stem, "volumeNotFound", method,
                             target.format(v="no-volume", b="no-bucket"), body)
                if "{b}" in target and method != "POST" or "toKey" in target:
                    self.missing(stem, "bucketNotFound", method,
                                 target.format(v=volume[1:], b="no-bucket"), body)
                if target.count("/") == 3 and method != "PUT":
                    self.missing(stem, "keyNotFound", method,
                                 target.format(v=volume[1:], b=bucket.split("/")[2]), body)

    def test_quota_change_of_a_missing_volume(self):
        self.missing("change quota", "volumeNotFound", "PUT", "/no-volume?quota=1GB", user=None)
        self.missing("change owner", "volumeNotFound", "PUT", "/no-volume", user=None)

    def test_existing_things(self):
        bucket = self.bucket()
        volume = bucket.rsplit("/", 1)[0]
        self.put(bucket + "/k")
        self.put(bucket + "/l")
        self.missing("create volume", "volumeAlreadyExists", "POST", volume)
        self.missing("create bucket", "bucketAlreadyExists", "POST", bucket)
        self.missing("rename key", "keyAlreadyExists", "POST", bucket + "/k?toKey=l")
        self.missing("delete volume", "volumeNotEmpty", "DELETE", volume)
        self.missing("delete bucket", "bucketNotEmpty", "DELETE", bucket)

    def test_methods(self):
        """Decision 44: 405 with the error body and Allow."""
        bucket = self.bucket()
        self.put(bucket + "/k")
        volume = bucket.rsplit("/", 1)[0]
        some = {"GET", "HEAD"}
        every = some | {"POST", "PUT", "DELETE"}
        for target, allow in (("/", some), ("/serviceList", some), (volume, every),
                              (volume + "/", every), (bucket, every), (bucket + "/k", every)):
            for method in ("PATCH", "OPTIONS", "TRACE", "FOO"):
                with self.subTest(method=method, target=target):
                    reply = self.refused("methodNotAllowed", None, method, target)
                    self.assertEqual(set(reply["Allow"].split(", ")), allow)
        for method in ("POST", "PUT", "DELETE"):
            self.assertEqual(self.refused("methodNotAllowed", None, method, "/")["Allow"],
                             "GET, HEAD")

    def test_info_values(self):
        """Decision 25."""
        bucket = self.bucket()
        self.put(bucket + "/k")
        volume = bucket.rsplit("/", 1)[0]
        good = {"/": ["service"], volume: ["volume", "bucket"], bucket: ["bucket", "key"],
                bucket + "/k": ["key", "key-detail"]}
        values = ["", "service", "volume", "bucket", "key", "key-detail", "Volume", "KEY", "zz"]
        for target, taken in good.items():
            for value in values:
                with self.subTest(target=target, value=value):
                    if value in taken:
                        self.done(200, "GET", f"{target}?info={value}")
                    else:
                        self.refused("invalidQueryParam", f"Unrecognized query param : {value}",
                                     "GET", f"{target}?info={value}")


class TestOrder(OzoneCase):
    """§2.10: a request that violates two rules gets the earlier answer."""

    def test_before_the_service_list(self):
        """1 before 2, 2 before 3."""
        bare = b"GET /serviceList HTTP/1.1\r\n\r\n"
        self.assert_error(self.exchange(bare), "invalidRequest", "Error in request.")
        self.refused("methodNotAllowed", None, "POST", "/serviceList", drop=["x-ozone-version"])

    def test_version_date_names_authorization_method(self):
        faults = [  # each is added to all that follow it in the list
            ("missingVersion", None, {"drop": ["x-ozone-version"]}),
            ("missingDate", None, {"drop": ["Date"]}),
            ("invalidRequest", None, {"target": "/a_b/%zz"}),
            ("invalidVolumeName", page.NAME_CHARACTER + "_", {"target": "/a_b/c_d/" + "n" * 1025}),
            ("invalidBucketName", page.NAME_CHARACTER + "_", {"target": "/abc/c_d/" + "n" * 1025}),
            ("invalidKey", None, {"target": "/abc/bcd/" + "n" * 1025}),
            ("badAuthorization", None, {"drop": ["Authorization"]}),
            ("methodNotAllowed", None, {"method": "PATCH"}),
        ]
        for i, (code, message, fault) in enumerate(faults):
            for _, _, later in faults[i + 1:] or [(None, None, {})]:
                with self.subTest(first=fault, second=later):
                    request = {"method": "GET", "target": "/abc/bcd/k"} | later | fault
                    drop = fault.get("drop", []) + later.get("drop", [])
                    self.refused(code, message, request["method"], request["target"], drop=drop)

    def test_bad_values_of_version_and_date(self):
        bad_date = ("Date", "x")
        self.refused("unsupportedVersion", None, "GET", "/A",
                     headers=[("x-ozone-version", "v2"), bad_date])
        self.refused("badDate", 'Unparseable date: "x"', "GET", "/A", headers=[bad_date])

    def test_method_before_permission(self):
        self.refused("methodNotAllowed", None, "POST", "/", auth="sam", user=None)
        self.refused("methodNotAllowed", None, "DELETE", "/?root-scan=true", auth="", user=None)

    def test_create_and_update_volume(self):
        """7: admin, two users, none, quota."""
        twice = [("x-ozone-user", "a"), ("x-ozone-user", "b")]
        new = "/" + self.fresh("vol")
        old = self.volume()
        for method, target in (("POST", new), ("PUT", old)):
            self.refused("accessDenied", None, method, target, auth="sam", user=None,
                         headers=twice)
            self.refused("accessDenied", None, method, target + "?quota=NaN", auth="sam")
            self.refused("badAuthorization", None, method, target + "?quota=NaN", user=None,
                         headers=twice)
        self.refused("accessDenied", None, "POST", new, auth="sam", user=None)
        self.refused("userNotFound", None, "POST", new + "?quota=NaN", user=None)
        self.refused("userNotFound", None, "POST", new + "?quota=NaN", user="")

    def test_permission_before_the_decoding_of_the_query(self):
        """7 before 8."""
        self.refused("accessDenied", None, "POST", "/abc?quota=%zz", auth="sam")
        self.refused("userNotFound", None, "POST", "/abc?quota=%zz", user=None)
        self.refused("invalidRequest", None, "POST", "/abc?quota=%zz")

    def test_list_volumes(self):
        """7 before 8: root-scan, then nobody, then other parameters."""
        for query in ("max-keys=0", "info=zz"):
            self.refused("Unauthorized", None, "GET", f"/?root-scan=true&{query}", auth="",
                         user=None)
            self.refused("Unauthorized", None, "GET", f"/?root-scan=true&{query}", auth="sam")
            self.refused("userNotFound", None, "GET", f"/?{query}", auth="", user=None)

    def test_parameters_before_existence(self):
        """8 before 9."""
        missing = "/no-volume"
        bad_acl = {"headers": [("x-ozone-acls", "bad")]}
        volume = self.volume()
        for code, message, method, target, who in [
                ("malformedQuota", page.QUOTA_UNIT, "PUT", missing + "?quota=1", {}),
                ("malformedQuota", page.QUOTA_UNIT, "POST", volume + "?quota=1", {}),
                ("invalidQueryParam", page.max_keys_message(0), "GET", missing + "?max-keys=0", {}),
                ("invalidQueryParam", "Unrecognized query param : z", "GET", missing + "?info=z",
                 {}),
                ("invalidRequest", None, "GET", missing + "?prefix=%zz", {}),
                ("malformedACL", None, "POST", missing + "/buc", bad_acl),
                ("malformedACL", None, "PUT", volume + "/buc", bad_acl),
                ("invalidQueryParam", page.max_keys_message(0), "GET", volume + "/buc?max-keys=0",
                 {}),
                ("invalidQueryParam", None, "POST", volume + "/buc/k", {}),
                ("invalidKey", "Rename key failed, error:INVALID_KEY_NAME", "POST",
                 volume + "/buc/k?toKey=", {}),
                ("invalidQueryParam", "Unrecognized query param : z", "GET",
                 volume + "/buc/k?info=z", {}),
                ("invalidRequest", "Content-Length is a required header for putting a key.", "PUT",
                 volume + "/buc/k", {})]:
            with self.subTest(method=method, target=target):
                self.refused(code, message, method, target, **who)

    def test_existence_before_ownership(self):
        """9; Decision 37."""
        self.missing("delete volume", "volumeNotFound", "DELETE", "/no-volume", auth="sam")
        self.missing("info volume", "volumeNotFound", "GET", "/no-volume?info=volume", auth="sam")
        self.missing("delete bucket", "bucketNotFound", "DELETE", self.volume() + "/buc",
                     auth="sam")

    def test_ownership_and_what_is_inside(self):
        """§2.4 and §3.3, §3.8: a stranger does not learn whether it is empty."""
        bucket = self.bucket()
        self.put(bucket + "/k")
        volume = bucket.rsplit("/", 1)[0]
        self.refused("accessDenied", None, "DELETE", volume, auth="sam")
        self.refused("accessDenied", None, "DELETE", bucket, auth="sam")

    def test_existence_before_the_quota(self):
        """9 before 10."""
        volume = self.volume(quota="0MB")
        self.missing("put key", "bucketNotFound", "PUT", volume + "/buc/k", b"x")
