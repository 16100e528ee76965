"""What Dobson answers otherwise than the recorded original, and why.

RULES hold wherever their condition is met. TABLE names single steps: what becomes of the answer,
and by which passage of spec/ozone-rest.md. Besides, a recorded step may carry a mark `dobson` of
its own. A rule or row that changes nothing is an error, as is a difference that none explains.
"""

import copy

import page
from expectation import ANY, JSON_HEADERS, KEY_HEADERS

# --- What becomes of an answer -------------------------------------------------------------------
# Each makes an effect: a function of (step, answer, ledger).


def refused(short_message, message=None, closes=False, resource=None, status=None):
    def effect(step, answer, ledger):
        text = message or error_message(step.request, short_message)
        answer.become_error(step.request, short_message, text)
        if status:
            answer.status = answer.json["httpCode"] = status
        if resource is not None and answer.json:
            answer.json["resource"] = resource
        if closes:
            answer.headers["Connection"] = closes if closes is ANY else "close"
    return effect


def malformed(closes=True):
    """§2.10 step 1: not read far enough to name a resource."""
    return refused("invalidRequest", closes=closes, resource=ANY)


def done(status):
    def effect(step, answer, ledger):
        answer.become(status, JSON_HEADERS, "application/octet-stream")
    return effect


def shows(**fields):
    """Other values in a recorded object, or in the last one of a list."""
    def effect(step, answer, ledger):
        shown = answer.json["buckets"][-1] if "buckets" in answer.json else answer.json
        for name, value in fields.items():
            assert name in shown
            shown[name] = value
    return effect


def from_ledger(step, answer, ledger):
    """The original failed or cut the body: all of it is what must be stored."""
    content_type = content_type_of(step.request)
    operation = step.target.operation
    if operation == "list volumes":
        body = ledger.volume_list(step.request)
    elif operation == "info volume":
        body = copy.deepcopy(ledger.volumes[step.target.pieces[0]])
    elif operation == "list keys":
        body = ledger.key_list(step.target)
    else:
        assert operation == "look up key" and step.target.query.get("info") == "key", step
        body = ledger.key(*step.target.pieces)
    answer.become(200, JSON_HEADERS, content_type, body)


def bucket(**fields):
    """A bucket info where the original had none."""
    def effect(step, answer, ledger):
        volume, name = step.target.pieces
        body = {"volumeName": volume, "bucketName": name, "createdOn": "", "acls": [],
                "versioning": "DISABLED", "storageType": "DISK"}
        answer.become(200, JSON_HEADERS, "application/json", body | fields)
    return effect


def buckets(*names):
    """A bucket list of plain buckets where the original had none."""
    def effect(step, answer, ledger):
        volume = step.target.pieces[0]
        answer.json["buckets"] = [
            {"volumeName": volume, "bucketName": name, "createdOn": "", "acls": [],
             "versioning": None, "storageType": "DISK", "bytesUsed": 0, "keyCount": 0}
            for name in names]
    return effect


def part(first, last, size):
    """§4.6."""
    def effect(step, answer, ledger):
        answer.status = 206
        answer.body = answer.body[first:last + 1]
        answer.headers["Content-Length"] = str(last + 1 - first)
        answer.extra["Content-Range"] = f"bytes {first}-{last}/{size}"
    return effect


def not_modified(step, answer, ledger):
    """§4.5: no body, and so no type and length."""
    etag = page.md5_hex(ledger.keys[tuple(step.target.pieces[:2])][step.target.pieces[2]])
    answer.become(304, JSON_HEADERS[:3] + JSON_HEADERS[5:], None)
    answer.extra = {"ETag": f'"{etag}"', "Last-Modified": ANY}


def services(step, answer, ledger):
    """§4.1. Host name and port are compared by the replay."""
    body = [{"nodeType": "DATANODE", "hostname": ANY, "ports": {"HTTP": ANY}}]
    answer.become(200, JSON_HEADERS, "application/json;charset=utf-8", body)
    if step.request.method == "HEAD":
        answer.json = None


def acls(text):
    """`user:a:r group:b:rw` as a list of §2.8."""
    rights = {"r": "READ", "w": "WRITE", "rw": "READ_WRITE"}
    parts = [item.split(":") for item in text.split()]
    return [{"type": t.upper(), "name": n, "rights": rights[r]} for t, n, r in parts]


def error_message(request, short_message):
    """The message of §2.9, where one request can have one only."""
    target = request.parsed
    if short_message == "badDate":
        return f'Unparseable date: "{request.header("date")}"'
    if short_message == "invalidQueryParam" and "info" in target.query:
        return f"Unrecognized query param : {target.query['info']}"
    operation = target.operation
    if operation == "change owner" and "quota" in target.query and not request.user():
        operation = "change quota"
    if short_message in page.CODES:
        return page.STEMS[operation] + page.CODES[short_message]
    return page.ERRORS[short_message][1]


def content_type_of(request):
    """§2.6, for a good answer with a body."""
    if request.parsed.operation in ("info bucket", "list keys"):
        return "application/json"
    asked = {part.split(";")[0].strip() for part in request.header("accept", "").split(",")}
    if asked & {"application/json", "application/*"} and is_read(request.parsed):
        return "application/json"
    return "application/octet-stream"


def is_read(target):
    """A good answer has a JSON body."""
    return target.method == "GET" and (len(target.pieces) < 3 or "info" in target.query)


# --- Rules ---------------------------------------------------------------------------------------
# Each is tried on every answer, in this order.


def marked(step, answer, ledger):
    """The recording itself says what Dobson does (its `ref` names the passage)."""
    mark = step.mark
    if not mark:
        return
    if mark["status"] >= 400:
        short = mark.get("shortMessage") or {400: "badDate", 404: answer_not_found(step),
                                             405: "methodNotAllowed"}[mark["status"]]
        refused(short)(step, answer, ledger)
    elif answer.status != mark["status"]:
        if is_read(step.target):
            from_ledger(step, answer, ledger)
        else:
            done(mark["status"])(step, answer, ledger)
    if "names" in mark:
        from_ledger(step, answer, ledger)
        shown = [row.get("volumeName") or row["keyName"] for row in objects(answer)]
        assert shown == mark["names"], step
    if answer.json and step.request.method == "GET":
        values = {k: v for k, v in mark.items()
                  if k in ("acls", "storageType", "versioning", "keyName", "md5hash")}
        shows(**values)(step, answer, ledger)


def answer_not_found(step):
    pieces = step.target.pieces
    return ["volumeNotFound", "bucketNotFound"][len(pieces) - 1]


# Decision 4: text of 0.4.0-alpha -> what is missing or in the way. A mark goes before this.
UPSTREAM_TEXTS = {
    "Key not found": "keyNotFound",
    "Bucket already exist": "bucketAlreadyExists",
    "unable to get the bucket list for the specified volume.": "volumeNotFound",
}


def store_errors(step, answer, ledger):
    """Decision 4."""
    if answer.status == 500 and is_error(answer):
        refused(UPSTREAM_TEXTS[answer.json["message"]])(step, answer, ledger)


def no_class_names(step, answer, ledger):
    """§2.9, default messages: the original shows the Java text of the failure."""
    if is_error(answer) and answer.json["message"].startswith("No enum constant"):
        answer.json["message"] = page.ERRORS[answer.json["shortMessage"]][1]


def bad_max_keys(step, answer, ledger):
    """Decision 26."""
    text = step.target.query.get("max-keys", "")
    if answer.status == 404 and not answer.json and text:
        refused("invalidQueryParam")(step, answer, ledger)
    elif is_error(answer) and answer.json["message"] == page.max_keys_message(text):
        answer.json["shortMessage"] = "invalidQueryParam"


def other_methods(step, answer, ledger):
    """Decision 44, §2.9: 405 has a body, OPTIONS is none of our methods."""
    if answer.status == 405 or step.request.method == "OPTIONS":
        refused("methodNotAllowed")(step, answer, ledger)


def error_form(step, answer, ledger):
    """Decisions 16, 19, 20."""
    if is_error(answer) and list(answer.headers) != JSON_HEADERS:
        answer.become_error(step.request, answer.json["shortMessage"], answer.json["message"])


def error_form_of_head(step, answer, ledger):
    """Decisions 16, 19: HEAD of an error."""
    if step.request.method == "HEAD" and answer.status >= 400:
        answer.become(answer.status, JSON_HEADERS, "application/json")
        answer.headers["Content-Length"] = ANY


def content_type(step, answer, ledger):
    """Decision 14."""
    if answer.status < 300 and step.request.header("accept"):
        if step.target.path != "/serviceList":
            answer.headers["Content-Type"] = content_type_of(step.request)


def not_acceptable(step, answer, ledger):
    """Decision 14."""
    if answer.status == 406:
        (bucket() if step.target.operation == "info bucket" else from_ledger)(step, answer, ledger)


def no_encryption_key_name(step, answer, ledger):
    """Decision 15."""
    for shown in objects(answer):
        shown.pop("encryptionKeyName", None)


def md5_of_keys(step, answer, ledger):
    """Decision 8."""
    pieces = step.target.pieces
    for shown in objects(answer):
        if "md5hash" in shown:
            shown["md5hash"] = ledger.key(*pieces[:2], shown["keyName"])["md5hash"]


def usage_of_buckets(step, answer, ledger):
    """Decision 8."""
    for shown in objects(answer):
        if "bytesUsed" in shown:
            shown |= ledger.usage(shown["volumeName"], shown["bucketName"])


def versioning_in_lists(step, answer, ledger):
    """Decision 6."""
    for shown in objects(answer):
        if "bytesUsed" in shown:
            known = ledger.versioning.get((shown["volumeName"], shown["bucketName"]))
            shown["versioning"] = known


def creators_in_lists(step, answer, ledger):
    """Decision 13."""
    for shown in objects(answer):
        if "createdBy" in shown and shown["volumeName"] in ledger.volumes:
            shown["createdBy"] = ledger.volumes[shown["volumeName"]]["createdBy"]


def sorted_volumes(step, answer, ledger):
    """Decision 17."""
    if isinstance(answer.json, dict) and "volumes" in answer.json:
        listed = ledger.volume_list(step.request)["volumes"]
        if [v["volumeName"] for v in listed] != [v["volumeName"] for v in answer.json["volumes"]]:
            answer.json["volumes"] = listed


def key_list_head(step, answer, ledger):
    """Decision 10."""
    if isinstance(answer.json, dict) and "keyList" in answer.json:
        rows = answer.json["keyList"]
        answer.json = ledger.key_list(step.target) | {"keyList": rows}


def cut_bodies(step, answer, ledger):
    """Trap 10: the original counts characters of a name that is not ASCII, and cuts the body."""
    if answer.json is None and answer.body.startswith(b"{") and answer.status == 200:
        from_ledger(step, answer, ledger)


def key_headers(step, answer, ledger):
    """§3.12."""
    if list(answer.headers) == KEY_HEADERS and answer.status < 300:
        volume, name, key = step.target.pieces
        etag = page.md5_hex(ledger.keys[volume, name][key])
        answer.extra |= {"ETag": f'"{etag}"', "Last-Modified": ANY, "Accept-Ranges": "bytes"}


def etag_of_put(step, answer, ledger):
    """§4.5."""
    if answer.status == 201 and step.target.operation == "put key":
        answer.extra["ETag"] = f'"{page.md5_hex(step.request.body)}"'


def truncated_in_the_head(step, answer, ledger):
    """§4.12."""
    if isinstance(answer.json, dict) and {"volumes", "buckets", "keyList"} & set(answer.json):
        more = ledger.truncated(step.request)
        answer.extra["x-ozone-truncated"] = "true" if more else "false"


def kind_of_bucket(step, answer, ledger):
    """§4.13: the defaults; the original knows no others."""
    if answer.status == 200 and step.target.operation in ("info bucket", "list keys"):
        answer.extra |= {"x-ozone-bucket-layout": "OBJECT_STORE",
                         "x-ozone-replication": "RATIS/ONE"}


def no_length_of_listings(step, answer, ledger):
    """Decision 42."""
    if step.request.method == "HEAD" and answer.status == 200 and len(step.target.pieces) < 3:
        if step.target.path != "/serviceList":
            del answer.headers["Content-Length"]


def no_continue_before_an_error(step, answer, ledger):
    """Decision 43."""
    if answer.interim and answer.status >= 400:
        answer.interim = False
        answer.headers["Connection"] = "close"


def connection_after_refused_body(step, answer, ledger):
    """§3.11: closed while the body is coming; a small one that has come may leave it open."""
    if answer.status >= 400 and step.request.method == "PUT" and step.request.body:
        if answer.headers["Connection"] == "keep-alive":
            answer.headers["Connection"] = "close" if len(step.request.body) > 64 << 10 else ANY


def is_error(answer):
    return isinstance(answer.json, dict) and "httpCode" in answer.json


def objects(answer):
    """The objects that a body shows: itself, or the rows of a list."""
    if not isinstance(answer.json, dict) or is_error(answer):
        return []
    lists = [answer.json[name] for name in ("volumes", "buckets", "keyList") if name in answer.json]
    return lists[0] if lists else [answer.json]


RULES = [
    marked, store_errors, no_class_names, bad_max_keys, other_methods, not_acceptable, cut_bodies,
    error_form, error_form_of_head, content_type, no_encryption_key_name, sorted_volumes,
    key_list_head, md5_of_keys, usage_of_buckets, versioning_in_lists, creators_in_lists,
    key_headers, etag_of_put, truncated_in_the_head, kind_of_bucket, no_length_of_listings,
    no_continue_before_an_error, connection_after_refused_body,
]
