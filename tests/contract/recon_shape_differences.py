"""Where an answer of Dobson has another shape than that of the recorded Recon of a cluster, and why.

A rule is one as in recon_differences.py: its first line says by which passage or decision of
spec/recon.md. What it puts in counts by its type alone.
"""

from recon_cluster_differences import mistakes
from recon_differences import error_body, malformed_number

NODE = ("uuid", "hostname", "state", "opState", "lastHeartbeat", "storageReport", "pipelines",
        "containers", "openContainers", "leaderCount", "version", "setupTime", "revision",
        "buildDate", "layoutVersion", "networkLocation")
DETAILS = ("level", "parent", "cost", "id", "uuid", "uuidString", "ipAddress", "hostName", "ports",
           "certSerialId", "version", "setupTime", "revision", "persistedOpState",
           "persistedOpStateExpiryEpochSec", "initialVersion", "currentVersion", "decommissioned",
           "maintenance", "networkName", "networkLocation", "networkFullPath", "numOfLeaves")
COLUMNS = ("HostName,Datanode UUID,Filesystem Capacity (Bytes),Filesystem Used Space (Bytes),"
           "Filesystem Remaining Space (Bytes),Ozone Capacity (Bytes),Ozone Used Space (Bytes),"
           "Ozone Remaining Space (Bytes),PreAllocated Container Space (Bytes),"
           "Reserved Space (Bytes),Minimum Free Space (Bytes),Pending Block Size (Bytes)")

# Lists that have rows in the recordings and never here.
NEVER = {
    "/datanodes/decommission/info.DatanodesDecommissionInfo[]": "§5.6: no node is taken out here",
    "/datanodes/decommission/info/datanode.DatanodesDecommissionInfo[]": "the same",
    "/containers/unhealthy/OVER_REPLICATED.containers[]": "§4.5.1: one copy is kept",
    "/containers/unhealthy/REPLICA_MISMATCH.containers[]": "the same",
    "/pipelines.pipelines[].datanodes[].ports[]": "§3: a directory has no ports",
}


def member(expected, route, name):
    """What the answer of such a route has under a name."""
    return expected.json[name] if expected.status == 200 and expected.route == route else []


def objects(value):
    """All that are in a JSON value."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from objects(each)


def every_field(step, expected):
    """§4.19: no field is left out, and buildDate is sent."""
    for row in member(expected, "/datanodes", "datanodes"):
        whole = {"openContainers": 0, "buildDate": ""} | row
        row.clear()
        row |= {name: whole.get(name) for name in NODE}


def removed_nodes(step, expected):
    """§4.19, D4: buildDate, and the nodes again."""
    removed = member(expected, "/datanodes/remove", "datanodesResponseMap")
    if "removedDatanodes" not in removed:
        return
    for row in removed["removedDatanodes"]["datanodes"]:
        whole = {"buildDate": ""} | row
        row.clear()
        row |= {name: whole[name] for name in NODE if name in whole}
    expected.json["removedNodes"] = removed["removedDatanodes"] | {"message": ""}


def node_details(step, expected):
    """§3, D30: uuid, and nothing of upstream's inside."""
    for pipeline in member(expected, "/pipelines", "pipelines"):
        for node in pipeline["datanodes"]:
            whole = node | {"uuid": node["uuidString"], "id": {"uuid": node["uuidString"]}}
            node.clear()
            node |= {name: whole[name] for name in DETAILS}


def counts_not_listed(step, expected):
    """§4.5: two more counts."""
    if expected.status == 200 and expected.route.startswith("/containers/unhealthy"):
        expected.json |= {"emptyMissingCount": 0, "negativeSizeCount": 0}


def replica_times(step, expected):
    """D1."""
    for each in objects(expected.json):
        if "lastBcsId" in each:
            each |= {"firstReportTimestamp": 0, "lastReportTimestamp": 0}


def one_version(step, expected):
    """§4.2: it is number 0 here."""
    for row in member(expected, "/containers/N/keys", "keys"):
        row["Blocks"] = {"0": [block for blocks in row["Blocks"].values() for block in blocks]}


def deleted_twice(step, expected):
    """§4.7: under both names."""
    if expected.status == 200 and expected.route == "/containers/mismatch/deleted":
        found = expected.json["containerDiscrepancyInfo"]
        expected.json = {"containerDiscrepancyInfo": found, "containers": found,
                         "lastKey": expected.json["lastKey"]}


def states_of_containers(step, expected):
    """§4.11: what waits does so in an open container here; limit 0 shows none."""
    if expected.status == 200 and expected.route == "/blocks/deletePending":
        found = [row for rows in expected.json.values() for row in rows]
        expected.json = {"OPEN": found} if found and expected.query.get("limit") != "0" else {}


def known_at_once(step, expected):
    """§5.7: nobody has to be asked first."""
    if expected.status != 202:
        return
    expected.status = 200
    if expected.route == "/storageDistribution/download":
        expected.json, expected.text = None, COLUMNS


RULES = [malformed_number, mistakes, error_body, every_field, removed_nodes, node_details,
         counts_not_listed, replica_times, one_version, deleted_twice, states_of_containers,
         known_at_once]
