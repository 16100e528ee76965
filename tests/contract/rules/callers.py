"""§2.2, §2.4, §2.5: request headers, who is calling and what he may do, dates that are read."""

from rules.case import DATE, OzoneCase

DATES_TAKEN = [
    "Mon, 26 Jun 2017 04:23:30 GMT",
    "Mon, 5 Jun 2017 04:23:30 GMT",
    "Mon, 26 Jun 17 04:23:30 GMT",
    "Sun, 26 Jun 2017 04:23:30 GMT",
    "MON, 26 JUN 2017 04:23:30 gmt",
    "Monday, 26 June 2017 04:23:30 GMT",
    "Tue,  5  Mar  2019  09:07:01  GMT",
    "Thu, 01 Jan 1970 00:00:41 GMT",
    "Thu, 29 Feb 2024 23:59:59 GMT",
    "Mon, Apr 4, 2016 06:22:00 GMT",
    "Mon, Apr 04, 2016 06:22:00 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
    "Sun Nov 16 08:49:37 1994",
] + [f"Mon, 26 Jun 2017 04:23:30 {zone}" for zone in ("UTC", "UT", "Z", "+0000", "-0000")]

DATES_REFUSED = [
    "",
    "garbage",
    "1498451010",
    "2017-06-26T04:23:30Z",
    "26 Jun 2017 04:23:30 GMT",
    "Mon,26 Jun 2017 04:23:30 GMT",
    "Mo, 26 Jun 2017 04:23:30 GMT",
    "Mon, 26 Juni 2017 04:23:30 GMT",
    "Mon, 26 Jun 2017 04:23:30",
    "Mon, 26 Jun 2017 04:23:30 GMT and more",
    "Mon, 00 Jun 2017 04:23:30 GMT",
    "Mon, 31 Jun 2017 04:23:30 GMT",
    "Wed, 29 Feb 2023 04:23:30 GMT",
    "Mon, 26 Jun 2017 24:00:00 GMT",
    "Mon, 26 Jun 2017 04:60:00 GMT",
    "Mon, 26 Jun 2017 04:23:99 GMT",
    "Mon, 26 Jun 2017 04:23:30 CET",
    "Mon, 26 Jun 2017 04:23:30 PST",
    "Mon, 26 Jun 2017 04:23:30 +0100",
    "Mon, 26 Jun 2017 04:23:30 -0001",
    "Mon, 26 Jun 2017 04:23:30 GMT+1",
    "Montag, 26 Juni 2017 04:23:30 GMT",
]


class TestHeaders(OzoneCase):
    def test_version(self):
        """Decision 1."""
        volume = self.volume()
        for value in ("v1", "V1", " v1\t"):
            self.done(200, "GET", volume, headers=[("x-ozone-version", value)])
        for value in ("v2", "v", "v11", "1", "", "v1,v1"):
            self.refused("unsupportedVersion", None, "GET", volume,
                         headers=[("x-ozone-version", value)])
        self.refused("missingVersion", None, "GET", volume, drop=["x-ozone-version"])
        twice = [("x-ozone-version", "v1"), ("x-ozone-version", "v2")]
        self.done(200, "GET", volume, headers=twice)  # the first value of a repeated header

    def test_names_without_case_and_unknown_headers(self):
        volume = self.volume()
        headers = [("X-OZONE-VERSION", "v1"), ("DATE", DATE), ("aUTHORIZATION", "OZONE root"),
                   ("X-Unknown", "x"), ("Cookie", "a=b"), ("Origin", "http://example.org")]
        self.done(200, "GET", volume, headers=headers)

    def test_the_first_of_repeated_headers(self):
        path = self.put(self.bucket() + "/k", b"data")
        volume = path.rsplit("/", 2)[0]
        for name, good, bad, code in (("Date", DATE, "x", "badDate"),
                                      ("x-ozone-version", "v1", "v2", "unsupportedVersion")):
            self.done(200, "GET", path, headers=[(name, good), (name, bad)])
            reply = self.call("GET", path, headers=[(name, bad), (name, good)])
            self.assertEqual(reply.json()["shortMessage"], code)
        json, other = ("Accept", "application/json"), ("Accept", "text/html")
        for first, second, kind in ((json, other, "application/json"),
                                    (other, json, "application/octet-stream")):
            reply = self.done(200, "GET", volume, headers=[first, second])
            self.assertEqual(reply["Content-Type"], kind)
        ranges = [("Range", "bytes=1-2"), ("Range", "bytes=0-0")]
        self.assertEqual(self.done(206, "GET", path, headers=ranges).body, b"at")

    def test_authorization(self):
        """Decision 33."""
        volume = self.volume(owner="sam")
        target = volume + "?info=volume"
        for value in ("OZONE sam", "ozone sam", "Ozone SAM", " OZONE   sam ", "OZONE\tsam"):
            self.done(200, "GET", target, user=None, headers=[("Authorization", value)])
        self.refused("accessDenied", None, "GET", target, auth="sam extra", user=None)
        for value in ("", "OZONEsam", "OZONE:sam", "Basic sam", "sam", "OZONE,sam", "Bearer x"):
            self.refused("badAuthorization", None, "GET", target,
                         headers=[("Authorization", value)])
        self.refused("badAuthorization", None, "GET", target, drop=["Authorization"])
        twice = [("Authorization", "OZONE sam"), ("Authorization", "OZONE sam")]
        self.refused("badAuthorization", None, "GET", target, headers=twice)

    def test_a_name_with_blanks(self):
        volume = self.volume(owner="sam extra")
        self.done(200, "GET", volume + "?info=volume", auth="Sam extra", user=None)

    def test_header_user(self):
        """Decision 32."""
        volume = self.volume(owner="  PipPin ")
        self.assertEqual(self.info(volume)["owner"], {"name": "pippin"})
        path = "/" + self.fresh("vol")
        for user in ("", "   ", None):
            self.refused("userNotFound", None, "POST", path, user=user)
        twice = [("x-ozone-user", "a"), ("x-ozone-user", "a")]
        self.refused("badAuthorization", None, "POST", path, headers=twice)
        self.refused("badAuthorization", None, "PUT", volume, headers=twice)
        self.assertEqual(self.info(volume)["owner"], {"name": "pippin"})
        first = [("x-ozone-user", "pippin"), ("x-ozone-user", "bilbo")]
        for method, target in (("GET", volume), ("POST", volume + "/buc"), ("GET", volume + "/buc"),
                               ("PUT", volume + "/buc"), ("DELETE", volume + "/buc")):
            self.assertLess(self.call(method, target, headers=first).status, 300)
        self.done(200, "GET", volume + "?info=volume", auth="", user=None, headers=first)
        self.done(200, "DELETE", volume, auth="", user=None, headers=first)

    def test_dates(self):
        """§2.5, Decision 3; trap 5."""
        volume = self.volume()
        for date in DATES_TAKEN:
            with self.subTest(date=date):
                self.done(200, "GET", volume, headers=[("Date", date)])
        for date in DATES_REFUSED:
            with self.subTest(date=date):
                self.refused("badDate", f'Unparseable date: "{date}"', "GET", volume,
                             headers=[("Date", date)])
        self.refused("missingDate", None, "GET", volume, drop=["Date"])


# §2.4. Callers, as (auth name, x-ozone-user), of a volume of bilbo with a bucket that sam made.
ADMIN = ("root", None)
HDFS = ("HDFS", "nobody")
OWNER = ("bilbo", None)
OWNER_BY_HEADER = ("", "bilbo")
CREATOR = ("sam", None)
STRANGER = ("gollum", None)
PRETENDER = ("gollum", "bilbo")  # his x-ozone-user is ignored
SELF_MADE_ROOT = ("", "root")
NOBODY = ("", None)

ALL = {ADMIN, HDFS, OWNER, OWNER_BY_HEADER, CREATOR, STRANGER, PRETENDER, SELF_MADE_ROOT, NOBODY}
ADMINS = {ADMIN, HDFS}
OWNERS = ADMINS | {OWNER, OWNER_BY_HEADER}


class TestPermissions(OzoneCase):
    def setUp(self):
        super().setUp()
        self.owned = self.volume(owner="bilbo")

    def sam_bucket(self):
        return self.bucket(self.owned, auth="sam", user=None)

    def allowed(self, callers, operation):
        """`operation(**who)` returns the reply; it must work for `callers`, for others be 403."""
        for auth, user in sorted(ALL, key=str):
            with self.subTest(auth=auth, user=user):
                reply = operation(auth=auth, user=user)
                if (auth, user) in callers:
                    self.assertLess(reply.status, 300, reply)
                else:
                    self.assert_error(reply, "accessDenied", "Access denied.")

    def test_create_volume(self):
        def create(auth, user):
            return self.call("POST", "/" + self.fresh("vol"), auth=auth, user=user or "someone")
        self.allowed(ADMINS, create)

    def test_update_volume(self):
        self.allowed(ADMINS, lambda auth, user: self.call(
            "PUT", self.owned + "?quota=1GB", auth=auth, user=user and "bilbo"))

    def test_info_volume(self):
        """Decision 5."""
        self.allowed(OWNERS, lambda **who: self.call("GET", self.owned + "?info=volume", **who))

    def test_delete_volume(self):
        """Decision 5."""
        self.allowed(OWNERS, lambda **who: self.call("DELETE", self.volume(owner="bilbo"), **who))

    def test_delete_bucket(self):
        """Decision 36."""
        self.allowed(OWNERS | {CREATOR},
                     lambda **who: self.call("DELETE", self.sam_bucket(), **who))

    def test_the_creator_of_a_bucket_is_the_subject(self):
        for auth, user, creator in (("root", "sam", "sam"), ("", "sam", "sam"),
                                    ("sam", "frodo", "sam"), ("hdfs", None, "hdfs")):
            bucket = self.bucket(self.owned, auth=auth, user=user)
            self.refused("accessDenied", None, "DELETE", bucket, auth="frodo", user=None)
            self.done(200, "DELETE", bucket, auth=creator, user=None)

    def test_everything_else_is_for_anybody(self):
        bucket = self.sam_bucket()
        self.allowed(ALL, lambda **who: self.call("GET", self.owned, **who))
        self.allowed(ALL, lambda **who: self.call("HEAD", self.owned, **who))
        self.allowed(ALL, lambda **who: self.call("GET", bucket, **who))
        self.allowed(ALL, lambda **who: self.call("GET", bucket + "?info=bucket", **who))
        self.allowed(ALL, lambda **who: self.call("PUT", bucket, **who))
        self.allowed(ALL, lambda **who: self.call("PUT", bucket + "/k", b"x", **who))
        self.allowed(ALL, lambda **who: self.call("GET", bucket + "/k", **who))
        self.allowed(ALL, lambda **who: self.call("POST", bucket + "/k?toKey=k", **who))
        self.allowed(ALL, lambda **who: self.call(
            "POST", f"{self.owned}/{self.fresh('buc')}", **who))
        self.allowed(ALL, lambda **who: self.call("DELETE", self.put(bucket + "/d"), **who))


class TestSubject(OzoneCase):
    """Whose volumes are listed (§2.4, §3.5)."""

    def test_own_and_others(self):
        own, other = self.fresh("user"), self.fresh("user")
        mine, his = self.volume(owner=own)[1:], self.volume(owner=other)[1:]

        def listed(auth, user):
            body = self.get_json("/?info=service", auth=auth, user=user)
            return [volume["volumeName"] for volume in body["volumes"]]

        self.assertEqual(listed(own, None), [mine])
        self.assertEqual(listed(own.upper(), None), [mine])
        self.assertEqual(listed("", own), [mine])         # Decision 12
        self.assertEqual(listed("root", own), [mine])
        self.assertEqual(listed("hdfs", other), [his])
        self.assertEqual(listed(own, other), [mine])
        self.assertEqual(listed("root", "nobody-at-all"), [])
        self.assertNotIn(mine, listed("root", None))
        self.refused("userNotFound", None, "GET", "/", auth="", user=None)
        self.refused("userNotFound", None, "GET", "/", auth="", user=" ")

    def test_root_scan(self):
        """Decision 27."""
        owners = [self.fresh("user") for _ in range(3)]
        volumes = [self.volume(owner=owner)[1:] for owner in owners]

        def scanned(value, user=None):
            body = self.get_json(f"/?root-scan={value}&max-keys=1024", user=user)
            return {volume["volumeName"] for volume in body["volumes"]}

        for value in ("true", "TRUE", "True"):
            self.assertLessEqual(set(volumes), scanned(value))
            self.assertLessEqual(set(volumes), scanned(value, user=owners[0]))
        for value in ("false", "", "1", "yes", "true%20"):
            self.assertEqual(scanned(value, user=owners[0]), {volumes[0]})
        for auth, user in ((owners[0], None), ("", owners[0]), ("", "root"), ("", None)):
            self.refused("Unauthorized", None, "GET", "/?root-scan=true", auth=auth, user=user)
