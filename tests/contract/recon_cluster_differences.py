"""What Dobson answers otherwise than the recorded Recon of its cluster: recon_differences.py has the
rest, and says what a rule is."""

from expectation import ANY

OWN = ("/containers", "/datanodes", "/task/status", "/utilization/containerCount",
       "/blocks/deletePending")


def own_cluster(step, expected):
    """Its own containers, nodes and tasks."""
    if expected.route and expected.route.startswith(OWN) and expected.status == 200:
        expected.json = ANY


def mistakes(step, expected):
    """D22; D34 is told by its own rule."""
    if expected.status == 500 and expected.route != "/keys/listKeys":
        expected.error(400)


def nothing_to_copy(step, expected):
    """§5.8: there are no copies; reinit is of the head."""
    if not expected.route or not expected.route.startswith("/triggerdbsync"):
        return
    if expected.status == 405 and expected.route == "/triggerdbsync/scm/snapshot":
        expected.allow = "POST,OPTIONS"
    elif expected.route == "/triggerdbsync/om" and expected.status == 200:
        expected.json = True
    elif step.method == "POST" and expected.route == "/triggerdbsync/om/reinit":
        expected.status, expected.json = 202, {"status": "ACCEPTED", "message": ANY}
    elif step.method == "POST" and expected.route == "/triggerdbsync/scm/snapshot":
        expected.status = 202
        expected.json = {"accepted": True, "status": "SUCCESS", "message": ANY}
    elif expected.route.endswith("/cancel") and step.method == "POST":
        expected.status = 409
        expected.json = {"cancelled": False, "status": "IDLE", "phase": "NONE",
                         "message": "No SCM DB snapshot sync is running."}
    elif expected.route.endswith("/status") and expected.status == 200:
        expected.json = {"status": "IDLE", "phase": "NONE", "startedAt": 0, "finishedAt": 0,
                         "durationMs": 0, "cancelAllowed": False, "lastError": None}
