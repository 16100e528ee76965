"""The tables of spec/ozone-rest.md that more than one contract test needs, and nothing else."""

import base64
import calendar
import hashlib
import re
import time
import urllib.parse

# §2.9: shortMessage -> status, default message.
ERRORS = {
    "missingVersion": (400, "x-ozone-version header is required."),
    "unsupportedVersion": (400, "Only version v1 is supported."),
    "missingDate": (400, "Date header is required."),
    "badDate": (400, "Unable to parse date format."),
    "badAuthorization": (400, "Missing authorization or authorization has to be unique."),
    "malformedQuota": (400, "Invalid quota specified."),
    "malformedACL": (400, "Invalid ACL specified."),
    "malformedBucketVersion": (400, "Malformed bucket version or version not unique."),
    "malformedStorageType": (400, "Invalid storage Type specified."),
    "invalidVolumeName": (400, "Invalid volume name."),
    "invalidBucketName": (400, "Invalid bucket name."),
    "invalidKey": (400, "Invalid key."),
    "invalidQueryParam": (400, "Invalid query parameter."),
    "invalidRequest": (400, "Error in request."),
    "badDigest": (400, "Content MD5 does not match."),
    "incompleteBody": (400, "Content length does not match stream size."),
    "Unauthorized": (401, "Access token is missing or invalid token."),
    "accessDenied": (403, "Access denied."),
    "quotaExceeded": (403, "The quota has been exceeded."),
    "userNotFound": (404, "Invalid user name."),
    "volumeNotFound": (404, "No such volume."),
    "bucketNotFound": (404, "No such bucket."),
    "keyNotFound": (404, "No such key."),
    "noSuchUpload": (404, "No such multipart upload."),
    "methodNotAllowed": (405, "Method not allowed."),
    "volumeAlreadyExists": (409, "Duplicate volume name."),
    "bucketAlreadyExists": (409, "Duplicate bucket name."),
    "volumeNotEmpty": (409, "Volume must not have any buckets."),
    "bucketNotEmpty": (409, "Bucket must not have any keys."),
    "keyAlreadyExists": (409, "Key already exists."),
    "directoryNotEmpty": (409, "Directory is not empty."),
    "preconditionFailed": (412, "A precondition did not hold."),
    "entityTooLarge": (413, "Entity too large."),
    "uriTooLong": (414, "URI too long."),
    "invalidRange": (416, "The requested range is not satisfiable."),
    "internalServerError": (500, "Internal server error."),
    "serviceUnavailable": (503, "Service unavailable."),
}
ERROR_FIELDS = ["httpCode", "shortMessage", "resource", "message", "requestID", "hostName"]

# §2.9, store errors.
CODES = {
    "volumeNotFound": "VOLUME_NOT_FOUND",
    "bucketNotFound": "BUCKET_NOT_FOUND",
    "keyNotFound": "KEY_NOT_FOUND",
    "volumeAlreadyExists": "VOLUME_ALREADY_EXISTS",
    "bucketAlreadyExists": "BUCKET_ALREADY_EXISTS",
    "keyAlreadyExists": "KEY_ALREADY_EXISTS",
    "volumeNotEmpty": "VOLUME_NOT_EMPTY",
    "bucketNotEmpty": "BUCKET_NOT_EMPTY",
    "quotaExceeded": "QUOTA_EXCEEDED",
}
INVALID_KEY_NAME = "INVALID_KEY_NAME"  # §4.3: of an invalidKey that the store finds
STEMS = {
    "create volume": "Volume creation failed, error:",
    "change quota": "Volume quota change failed, error:",
    "change owner": "Volume owner change failed, error:",
    "info volume": "Info Volume failed, error:",
    "delete volume": "Delete Volume failed, error:",
    "list buckets": "List Buckets failed, error: ",
    "create bucket": "Bucket creation failed, error: ",
    "update bucket": "Setting bucket property failed, error: ",
    "info bucket": "Info Bucket failed, error: ",
    "delete bucket": "Delete Bucket failed, error:",
    "list keys": "List Keys failed, error: ",
    "put key": "Create key failed, error:",
    "look up key": "Lookup key failed, error:",
    "rename key": "Rename key failed, error:",
    "delete key": "Delete key failed, error:",
}

# §2.3, in the order of the checks.
NAME_LENGTH = "Bucket or Volume length is illegal, valid length is 3-63 characters"
NAME_START = "Bucket or Volume name cannot start with a period or dash"
NAME_END = "Bucket or Volume name cannot end with a period or dash"
NAME_UPPER = "Bucket or Volume name does not support uppercase characters"
NAME_CHARACTER = "Bucket or Volume name has an unsupported character : "
NAME_PERIODS = "Bucket or Volume name should not have two contiguous periods"
NAME_PERIOD_AFTER_DASH = "Bucket or Volume name should not have period after dash"
NAME_DASH_AFTER_PERIOD = "Bucket or Volume name should not have dash after period"
NAME_NUMERIC = "Bucket or Volume name cannot be an IPv4 address or all numeric"

# §2.8.
QUOTA_UNIT = "Quota unit not recognized. Supported values are BYTES, MB, GB and TB."
QUOTA_EMPTY = "Quota string cannot be null or empty."
QUOTA_NEGATIVE = "Quota cannot be negative."
QUOTA_REMOVE = "Remove is invalid in this context."
UNITS = {"TB": 1 << 40, "GB": 1 << 30, "MB": 1 << 20, "BYTES": 1}
NO_QUOTA = {"unit": "TB", "size": 1048576}

# §2.11.
MAX_KEYS = 1024


def max_keys_message(value):
    return ("Illegal max number of keys specified, the value must be in range (0, 1024], "
            f"actual : {value}.")


def quota_shown(text):
    """A well-formed quota text of a request, as replies show it (§2.8)."""
    digits, unit = re.fullmatch(r"(\S+?)(BYTES|MB|GB|TB)", "".join(text.upper().split())).groups()
    count = int(digits) * UNITS[unit]
    unit, size = next((u, s) for u, s in UNITS.items() if count % s == 0)
    return {"unit": unit, "size": count // size}


class Target:
    """A request target, read as §2.3 says."""

    def __init__(self, method, target):
        target = re.sub(r"^http://[^/]*", "", target).split("#")[0]
        self.path, _, query = target.partition("?")
        pieces = self.path[1:].split("/", 2) if self.path != "/serviceList" else [""]  # §2.10, 2
        if len(pieces) == 2 and not pieces[1] or len(pieces) == 3 and not pieces[2]:
            pieces.pop()
        self.pieces = [urllib.parse.unquote_to_bytes(piece.encode("latin-1")).decode(
            "utf-8", "replace") for piece in pieces if pieces != [""]]
        self.query = {}
        for name, value in urllib.parse.parse_qsl(query, keep_blank_values=True):
            self.query.setdefault(name, value)
        self.method = method

    @property
    def resource(self):
        """§2.9: as far as the request names one."""
        return "/".join(self.pieces) or None

    @property
    def operation(self):
        """A row of STEMS, or None."""
        read = self.method in ("GET", "HEAD")
        info = self.query.get("info") if read else None
        if (self.method, len(self.pieces)) == ("PUT", 1):
            return "change owner"  # or "change quota": the caller knows the headers
        return {
            ("POST", 1): "create volume", ("DELETE", 1): "delete volume",
            ("POST", 2): "create bucket", ("PUT", 2): "update bucket",
            ("DELETE", 2): "delete bucket", ("PUT", 3): "put key", ("POST", 3): "rename key",
            ("DELETE", 3): "delete key", ("GET", 3): "look up key", ("HEAD", 3): "look up key",
            ("GET", 2): "info bucket" if info == "bucket" else "list keys",
            ("GET", 1): "info volume" if info == "volume" else "list buckets",
            ("GET", 0): "list volumes", ("HEAD", 0): "list volumes",
            ("HEAD", 1): "info volume", ("HEAD", 2): "info bucket",
        }.get((self.method, len(self.pieces)))


def listing(names, query):
    """The page of a listing (§2.11), in order; names as text."""
    prefix, previous = query.get("prefix", ""), query.get("prev-key", "")
    count = int(query.get("max-keys") or MAX_KEYS)
    matching = sorted((n for n in names if n.startswith(prefix) and n.encode() > previous.encode()),
                      key=str.encode)
    return matching[:count], len(matching) > count


def rolled_up(names, query):
    """The page of a key listing with or without a delimiter (§4.11): keys, common prefixes, and
    whether more follows."""
    prefix, previous = query.get("prefix", ""), query.get("prev-key", "")
    delimiter = query.get("delimiter")

    def common(name):
        before, found, _ = name[len(prefix):].partition(delimiter) if delimiter else ("", "", "")
        return prefix + before + found if found and name.startswith(prefix) else None

    skipped = previous if previous and common(previous) == previous else None
    matching = [n for n in names if n.startswith(prefix) and n.encode() > previous.encode()
                and not (skipped and n.startswith(skipped))]
    entries = sorted({(common(n) or n, bool(common(n))) for n in matching},
                     key=lambda entry: entry[0].encode())
    count = int(query.get("max-keys") or MAX_KEYS)
    shown = entries[:count]
    return ([name for name, is_prefix in shown if not is_prefix],
            [name for name, is_prefix in shown if is_prefix], len(entries) > count)


def md5_hex(data):
    return hashlib.md5(data).hexdigest()


def md5_base64(data):
    return base64.b64encode(hashlib.md5(data).digest()).decode()


def seconds(date):
    """The instant of a date that a reply shows; ValueError unless it is written exactly as §2.5
    says, the weekday included."""
    parsed = time.strptime(date, "%a, %d %b %Y %H:%M:%S GMT")
    instant = calendar.timegm(parsed)
    if time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(instant)) != date:
        raise ValueError(date)
    return instant
