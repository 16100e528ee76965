"""Single recorded steps that Dobson answers otherwise, beyond the rules and the marks.

A row: index, name, what becomes of the answer, the passage of spec/ozone-rest.md.
"""

import page
from differences import (ANY, acls, bucket, buckets, done, from_ledger, malformed, not_modified,
                         part, refused, services, shows)

BAD_CHARACTER = page.NAME_CHARACTER
PEREGRIN = acls("user:peregrin:rw")
FELLOWSHIP = acls("user:a:r user:b:w group:samwise:r user:merry:w user:x:r")
BAD_VOLUME, BAD_BUCKET = "invalidVolumeName", "invalidBucketName"

TABLE = {
    "seed-curl": [
        (9, "list-buckets", shows(acls=PEREGRIN), "Decision 2"),
        (15, "list-keys", from_ledger, "Decision 29"),
        (16, "list-keys-corrected", from_ledger, "Decision 29"),
    ],
    "common-headers": [
        (76, "order: bad volume and bad bucket name, key", refused(BAD_VOLUME, page.NAME_LENGTH),
         "Decision 28"),
    ],
    "volume-quota": [
        (34, "create quota='8388608TB'", refused("malformedQuota", 'For input string: "8388608"'),
         "Decision 21"),
        (35, "info after quota='8388608TB'", refused("volumeNotFound"), "Decision 21"),
        (36, "create quota='9223372036854775807BYTES'", done(201), "Decision 21"),
        (86, "update quota='Remove'", done(200), "Decision 22"),
        (88, "update quota='REMOVE'", done(200), "Decision 22"),
        (102, "update quota='3000000000BYTES'", done(200), "Decision 21"),
        (103, "info after update '3000000000BYTES'", from_ledger, "Decision 21"),
        (104, "list with a quota over 2^31 bytes", from_ledger, "Decision 21, trap 4"),
    ],
    "volume-names": [
        (32, "create %C3%A4bc", refused(BAD_VOLUME, BAD_CHARACTER + "ä"), "trap 10"),
        (34, "create a;b", refused(BAD_VOLUME, BAD_CHARACTER + ";"), "Decision 30"),
        (35, "create abc;x=1", refused(BAD_VOLUME, BAD_CHARACTER + ";"), "Decision 30"),
        (39, "create serviceList", refused("methodNotAllowed"), "4.1"),
    ],
    "volume-update-delete": [
        (13, "info: was the owner changed?", from_ledger, "Decision 23"),
        (55, "info=service on a volume", refused("invalidQueryParam"), "Decision 25"),
    ],
    "bucket-basic": [
        (21, "info of b10", shows(storageType="SSD"), "Decision 2"),
        (23, "info of b11", shows(storageType="ARCHIVE"), "Decision 2"),
        (25, "info of b12", shows(storageType="RAM_DISK"), "Decision 2"),
        (29, "info of b14", shows(storageType="SSD"), "Decision 2"),
        (31, "info of b15", refused("bucketNotFound"), "Decision 2: refused before"),
        (32, "create with x-ozone-storage-class: ", refused("malformedStorageType"),
         "Decision 2, 2.8"),
        (33, "info of b16", refused("bucketNotFound"), "Decision 2: refused before"),
        (65, "info", shows(versioning="ENABLED"), "trap 7"),
        (81, "info with slash", bucket(versioning="ENABLED", storageType="ARCHIVE"),
         "Decision 29"),
        (91, "delete", done(200), "Decision 36: the stranger did not delete it"),
    ],
    "bucket-acl": [
        (13, "create, x-ozone-acls: ADD world:WORLD:w", done(201), "Decision 34"),
        (17, "create, x-ozone-acls: ADD user:a:a", done(201), "Decision 34"),
        (21, "info of acl12", shows(acls=acls("user:a:r")), "Decision 34"),
        (23, "info of acl13", shows(acls=acls("user:a:r")), "Decision 34"),
        (24, "create, x-ozone-acls: ADD user:frodo:rw[ACCESS]", done(201), "Decision 34"),
        (25, "create, x-ozone-acls: user:a:r", refused("malformedACL"), "Decision 34"),
        (26, "info of acl15", refused("bucketNotFound"), "Decision 34: refused before"),
        (42, "create, x-ozone-acls: ADD user:a:r,user:b:w", done(201), "Decision 34"),
        (43, "create, x-ozone-acls: ADD user:a:r, ADD user:b:w", done(201), "Decision 34"),
        (44, "create, x-ozone-acls: ADD user:a:r,group:b:w,REMOVE user:c:r",
         refused("malformedACL", "Invalid Remove ACLs"), "Decision 34, 3.6"),
        (46, "create, x-ozone-acls: DELETE user:a:r", refused("malformedACL"), "Decision 34"),
        (47, "info of acl31", refused("bucketNotFound"), "Decision 34: refused before"),
        (61, "info", shows(acls=acls("user:a:r")), "Decision 35"),
        (78, "update: comma list", done(200), "Decision 34"),
        (79, "info", shows(acls=FELLOWSHIP + acls("user:c:r user:d:r")), "Decision 34"),
        (80, "update: remove comma list", done(200), "Decision 34"),
        (93, "info", shows(acls=FELLOWSHIP + PEREGRIN), "Decision 2"),
        (94, "bucket list shows acls", shows(acls=FELLOWSHIP + PEREGRIN), "Decision 2"),
    ],
    "bucket-names": [
        (33, "create %C3%A4bc", refused(BAD_BUCKET, BAD_CHARACTER + "ä"), "trap 10"),
        (35, "create a;b", refused(BAD_BUCKET, BAD_CHARACTER + ";"), "Decision 30"),
        (36, "create abc;x=1", refused(BAD_BUCKET, BAD_CHARACTER + ";"), "Decision 30"),
        (54, "key in a bad volume", refused(BAD_VOLUME, BAD_CHARACTER + "_"), "Decision 28"),
        (55, "two slashes", refused(BAD_BUCKET, page.NAME_LENGTH, resource=ANY), "2.3"),
        (56, "leading two slashes", refused(BAD_VOLUME, page.NAME_LENGTH, resource=ANY), "2.3"),
    ],
    "bucket-list": [
        (16, "prev-key before the prefix", buckets("tb0", "tb1"), "Decision 17"),
    ],
    "key-data": [
        (53, "put with a bad length", malformed(), "Decision 39"),
        (54, "put with a negative length", malformed(), "Decision 39"),
        (60, "put, wrong Content-MD5", refused("badDigest", "MD5 Digest mismatch. Expected "
                                               "795f3202b17cb6bc3d4b771d8c6c9eaf Found "
                                               "1cb251ec0d568de6a929b520c4aed8d1"), "3.11"),
        (61, "put, garbage Content-MD5", refused("badDigest", "MD5 Digest mismatch. Expected ??? "
                                                 "Found 1cb251ec0d568de6a929b520c4aed8d1"), "3.11"),
        (63, "range", part(1, 2, size=4), "4.6"),
        (64, "if-none-match *", not_modified, "4.5"),
        (65, "if-modified-since future", not_modified, "4.5"),
    ],
    "key-names": [
        (108, "put raw utf-8 bytes", malformed(closes=ANY), "Decision 30"),
        (109, "get raw utf-8 bytes", malformed(closes=ANY), "Decision 30"),
        (110, "info raw utf-8 bytes", malformed(closes=ANY), "Decision 30"),
        (111, "put invalid utf-8 escaped", refused("invalidKey", resource=ANY), "Decision 31"),
        (112, "get invalid utf-8 escaped", refused("invalidKey", resource=ANY), "Decision 31"),
        (113, "info invalid utf-8 escaped", refused("invalidKey", resource=ANY), "Decision 31"),
        (114, "put bad escape", refused("invalidKey", resource=ANY), "2.3"),
        (115, "put bad escape at the end", refused("invalidKey", resource=ANY), "2.3"),
        (117, "get NUL", refused("invalidKey"), "Decision 31"),
        (118, "info NUL", refused("invalidKey"), "Decision 31"),
        (138, "get length 1025", refused("invalidKey"), "Decision 31"),
        (139, "info length 1025", refused("invalidKey"), "Decision 31"),
        (141, "get length 3000", refused("invalidKey"), "Decision 31"),
        (142, "info length 3000", refused("invalidKey"), "Decision 31"),
    ],
    "key-list": [
        (22, "prev-key outside the prefix, before", from_ledger, "Decision 17"),
    ],
    "key-rename": [
        (12, "rename to empty", refused("invalidKey", "Rename key failed, error:INVALID_KEY_NAME"),
         "4.3"),
    ],
    "methods-paths": [
        (10, "HEAD /", done(200), "4.4: nothing has spoilt the listing here"),
        (33, "GET //", refused(BAD_VOLUME, page.NAME_LENGTH, resource=ANY), "2.3"),
        (34, "GET ///", refused(BAD_VOLUME, page.NAME_LENGTH, resource=ANY), "2.3"),
        (35, "GET /mvol//", refused(BAD_BUCKET, page.NAME_LENGTH, resource=ANY), "2.3"),
        (36, "GET //mvol", refused(BAD_VOLUME, page.NAME_LENGTH, resource=ANY), "2.3"),
        (37, "GET /./mvol?info=volume", refused(BAD_VOLUME, page.NAME_LENGTH), "Decision 28"),
        (41, "GET mvol", malformed(closes=ANY), "2.3"),
        (42, "GET *", malformed(closes=ANY), "2.3"),
        (47, "GET /mvol;x=1?info=volume", refused(BAD_VOLUME, BAD_CHARACTER + ";"), "Decision 30"),
        (48, "GET /mvol/mbuc;x=1?info=bucket", refused(BAD_BUCKET, BAD_CHARACTER + ";"),
         "Decision 30"),
        (49, "GET /%zz", malformed(closes=False), "2.3"),
        (50, "GET /mvol/%zz", malformed(closes=False), "2.3"),
        (51, "GET /mvol/mbuc/%zz", refused("invalidKey", resource=ANY), "2.3"),
        (53, "GET /mvol?prefix=%zz", refused("invalidRequest"), "2.3"),
        (54, "GET /mvol?prefix=%FF", refused("invalidRequest"), "2.3"),
        (55, "GET /application.wadl", refused("volumeNotFound"), "Decision 44"),
        (57, "GET /serviceList", services, "4.1"),
        (61, "GET absolute form", from_ledger, "Decision 30"),
        (62, "no Host", malformed(), "2.10"),
        (64, "long target 8 KiB", refused("uriTooLong", closes=True, resource=ANY), "Decision 45"),
        (66, "large header 10 KiB", from_ledger, "the limit of a head is 32 KiB"),
    ],
    "connections": [
        (15, "chunked put with a Content-Length too", malformed(), "Decision 39"),
        (16, "get the last", refused("keyNotFound"), "Decision 39: refused before"),
        (18, "Expect: something", refused("invalidRequest", status=417, closes=ANY),
         "Decision 43"),
        (21, "short body: 3 of 10 bytes, then half-close", refused(
            "incompleteBody", "Body length mismatch. Expected length : 10 Found 3", closes=True),
         "3.11"),
        (23, "short body on a new key", refused(
            "incompleteBody", "Body length mismatch. Expected length : 10 Found 3", closes=True),
         "3.11"),
        (29, "garbage request line", malformed(), "2.10"),
        (30, "HTTP/2.0 version", malformed(), "2.1: 1.1 and 1.0 are served"),
        (31, "header line without colon", malformed(), "2.10"),
        (32, "folded header", malformed(), "2.10"),
        (33, "bare LF line ends", malformed(), "2.10"),
    ],
    "service-list": [
        (0, "plain", services, "4.1"),
        (1, "Accept json", services, "4.1"),
        (2, "with query", services, "4.1"),
        (3, "trailing slash", refused("missingVersion"), "4.1"),
        (4, "HEAD", services, "4.1"),
        (8, "lower case", refused("missingVersion"), "4.1"),
    ],
}
