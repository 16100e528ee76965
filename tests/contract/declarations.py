"""What the server declares of its routes (/-/openapi.json), and how much of it a run has seen."""

import json
import os
import re
import unittest

import page
import support


class Route:
    """One operation, as `x-dobson-routes` and the operations without them have it."""

    def __init__(self, path, method, operation):
        self.path = path
        self.method = method.upper()
        self.name = operation["operationId"]
        self.family, = operation["tags"]
        self.select, _, self.value = operation.get("x-dobson-select", "").partition("=")
        self.params = operation["parameters"]
        self.errors = {}  # code -> status
        self.any_errors = set()
        for status, response in operation["responses"].items():
            codes = response.get("x-dobson-errors", [])
            if status == "default":
                self.any_errors = set(codes)
            elif codes:
                self.errors |= dict.fromkeys(codes, int(status))
            else:
                self.success = int(status)

    def is_selected(self, query):
        if not self.select:
            return True
        return self.select in query and self.value in ("", query[self.select])


class Declarations:
    def __init__(self, address, statuses, code_of):
        """`statuses` of the page, by code; `code_of(reply)` that is not to HEAD."""
        self.statuses = statuses
        self.code_of = code_of
        self.routes = []
        self.always_refused = set()  # routes by name
        self.seen = set()  # (name of the route, code); of HEAD, which shows none, the status
        self.codes = set()  # of whatever route
        document = json.loads(support.own_page(address, "/-/openapi.json"))
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                for route in operation.get("x-dobson-routes", [operation]):
                    self.routes.append(Route(path, method, route))

    def of_family(self, family):
        return [route for route in self.routes if route.family == family]

    def route_of(self, method, target):
        """The route that answers, or None."""
        asked = page.Target(method, target)
        pieces = asked.path[1:].split("/", 2)
        pattern = "/" + "/".join(["{}"] * (len(pieces) - (not pieces[-1])))
        for known in (method, "GET" if method == "HEAD" else None):
            for route in self.routes:
                like = (re.fullmatch(re.sub(r"{\w+}", "[^/]+", route.path), asked.path)
                        or re.sub(r"{\w+}", "{}", route.path) == pattern)
                if like and route.method == known and route.is_selected(asked.query):
                    return route
        return None

    def saw(self, method, target, reply):
        """Notes an error that was answered."""
        route = self.route_of(method, target)
        shown = reply.status if method == "HEAD" else self.code_of(reply)
        if method != "HEAD":
            self.codes.add(shown)
        if route and method == route.method:
            self.seen.add((route.name, shown))

    def complaints(self, family, address):
        """What is declared and was not seen, and the other way round. `address`: of the server
        that was to answer every route."""
        routes = self.of_family(family)
        called = called_routes(address)
        for route in self.routes:
            if (route.name not in self.always_refused
                    and (route.family, route.name, f"{route.success // 100}xx") not in called):
                yield f"{route.name} was never called with success"
        for route in routes:
            for code, status in route.errors.items():
                if self.statuses[code] != status:
                    yield f"{route.name} declares {code} with {status}"
                if (route.name, status if route.method == "HEAD" else code) not in self.seen:
                    yield f"{route.name} declares {code}, which was never answered"
            known = set(route.errors) | route.any_errors
            if route.method == "HEAD":
                known = {self.statuses[code] for code in known}
            for name, code in self.seen:
                if name == route.name and code not in known:
                    yield f"{name} has answered {code}, which it does not declare"
        for code in set().union(*(route.any_errors for route in routes)) - self.codes:
            yield f"no answer was ever {code}"


def called_routes(address):
    """(family, route, class of status) that /-/metrics has counted."""
    sample = r'^dobson_http_answers_total{family="(\w+)",route="(\w+)",status="(\wxx)"} (\d+)$'
    samples = re.findall(sample, support.own_page(address, "/-/metrics").decode(), re.MULTILINE)
    return {(family, route, status) for family, route, status, count in samples if count != "0"}


def run_rules(family, folder, declared, address, options):
    """Runs the tests of a folder beside this file. 0: they hold, and what is declared of the family
    was seen."""
    here = os.path.dirname(os.path.abspath(__file__))
    discover = ["discover", "-s", os.path.join(here, folder), "-t", here, "-p", "*.py"]
    run = unittest.main(module=None, argv=[folder, *discover, *options], exit=False)
    complaints = [] if options else sorted(declared.complaints(family, address))
    for complaint in complaints:
        print(complaint)
    return 0 if run.result.wasSuccessful() and not complaints else 1
