"""What must be stored by now, kept from the requests that must have succeeded.

The recordings cannot show it where the original listed otherwise, or filled nothing in. Buckets are
taken from the recordings, so only what these lack is kept for them.
"""

import page

DATE = "a date"  # its form is compared, not its value


class Ledger:
    def __init__(self):
        self.volumes = {}     # name -> the object of §3.4
        self.versioning = {}  # (volume, bucket) -> last value given by a header
        self.keys = {}        # (volume, bucket) -> key -> bytes

    def apply(self, request):
        """`request` has been answered with 200 or 201."""
        pieces, query = request.parsed.pieces, request.parsed.query
        if request.method not in ("POST", "PUT", "DELETE"):
            return
        if len(pieces) == 1:
            self._volume(request, pieces[0], query.get("quota"))
        elif len(pieces) == 2:
            self._bucket(request, tuple(pieces))
        else:
            self._key(request, self.keys[tuple(pieces[:2])], pieces[2], query.get("toKey"))

    def _volume(self, request, name, quota):
        owner = request.user()
        if request.method == "DELETE":
            del self.volumes[name]
            return
        if request.method == "POST":
            self.volumes[name] = {"owner": None, "quota": page.NO_QUOTA, "volumeName": name,
                                  "createdOn": DATE, "createdBy": request.caller()}
        if owner:
            self.volumes[name]["owner"] = {"name": owner}
        if quota and quota.lower() == "remove":
            self.volumes[name]["quota"] = page.NO_QUOTA
        elif quota and quota != "undefined":
            self.volumes[name]["quota"] = page.quota_shown(quota)

    def _bucket(self, request, bucket):
        if request.method == "DELETE":
            del self.keys[bucket]
            return
        self.keys.setdefault(bucket, {})
        versioning = request.header("x-ozone-bucket-versioning", "NOT_DEFINED").upper()
        if versioning != "NOT_DEFINED":
            self.versioning[bucket] = versioning

    def _key(self, request, keys, name, to_key):
        if request.method == "DELETE":
            del keys[name]
        elif request.method == "POST":
            keys[to_key] = keys.pop(name)
        else:
            keys[name] = request.body

    def key(self, volume, bucket, name):
        """The object of §3.14."""
        data = self.keys[volume, bucket][name]
        return {"version": 0, "md5hash": page.md5_hex(data), "createdOn": DATE,
                "modifiedOn": DATE, "size": len(data), "keyName": name, "type": "STAND_ALONE"}

    def key_list(self, target):
        """The body of §3.15 and §4.11."""
        volume, bucket = target.pieces
        names, prefixes, truncated = page.rolled_up(self.keys[volume, bucket], target.query)
        delimiter = target.query.get("delimiter")
        body = {"name": bucket, "prefix": target.query.get("prefix") or None,
                "maxKeys": int(target.query.get("max-keys") or page.MAX_KEYS),
                "truncated": truncated,
                "keyList": [self.key(volume, bucket, name) for name in names]}
        return body | ({"delimiter": delimiter, "commonPrefixes": prefixes} if delimiter else {})

    def volume_names(self, request):
        """Those that §3.5 lists from."""
        scan = request.parsed.query.get("root-scan", "").lower() == "true"
        return [name for name, volume in self.volumes.items()
                if scan or volume["owner"]["name"] == request.subject()]

    def volume_list(self, request):
        """The body of §3.5."""
        names = page.listing(self.volume_names(request), request.parsed.query)[0]
        return {"volumes": [dict(self.volumes[n]) for n in names]}

    def truncated(self, request):
        """Whether names follow those of a listing."""
        pieces = request.parsed.pieces
        if not pieces:
            names = self.volume_names(request)
        elif len(pieces) == 1:
            names = [bucket for volume, bucket in self.keys if volume == pieces[0]]
        else:
            names = self.keys[tuple(pieces)]
        return page.rolled_up(names, request.parsed.query)[-1]

    def usage(self, volume, bucket):
        sizes = [len(data) for data in self.keys[volume, bucket].values()]
        return {"bytesUsed": sum(sizes), "keyCount": len(sizes)}
