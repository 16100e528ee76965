#!/usr/bin/env python3
"""The web pages of a released Ozone Recon, in Chromium, over a loaded server: every page opens
without an error and shows what was loaded. Its pictures are left in build/recon-ui/screenshots."""

import contextlib
import glob
import os
import re
import shutil
import zipfile

import chromium
import loaded
import maven
import outsider
import trees

RELEASE = "org.apache.ozone:ozone-recon:2.2.0"
GET = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:get"
FOLDER = maven.folder("recon-ui")
PAGES = os.path.join(FOLDER, "pages")
SCREENSHOTS = os.path.join(FOLDER, "screenshots")

# What goes wrong with any server, each with its reason.
FAULTS = {
    "net::ERR_NAME_NOT_RESOLVED https://fonts.googleapis.com/css?family=Roboto:300,400,500":
        "a font of the Internet, beside the one that it brings",
    "404 /static/css/roboto-latin-400-normal-f6734f81.woff2": "is in /static/media",
    "404 /static/css/roboto-latin-500-normal-b0195382.woff2": "is in /static/media",
    "404 /static/css/roboto-all-400-normal-e41533d5.woff": "is in /static/media",
    "404 /static/css/roboto-all-500-normal-8f838c80.woff": "is in /static/media",
}
FAULTS_OF_PAGE = {
    "Containers": {"CanceledError: canceled": "takes its first request back and does not catch it"},
}
NOT_OPENED = {
    "Heatmap": "needs the access log of Ozone; /features/disabledFeatures takes it off the menu",
}
ROUTES = r'\[(?:{path:"/:?\w+",component:\w+},?)+\]'  # of the old pages, of the new ones
OLD_PAGES = "if (location.origin !== 'null') sessionStorage.setItem('enableOldUI', 'true');"

LOADING = ".ant-spin-spinning, .ant-skeleton, .ant-card-loading, .ant-btn-loading"
REFUSED = ".ant-notification-notice, .ant-result-error"  # how a page tells of errors


def unpack():
    """The pages of the release, below `PAGES`, as its own server would serve them."""
    code = maven.run("recon-ui", GET, f"-Dartifact={RELEASE}", "-Dtransitive=false")
    jar = glob.glob(f"{FOLDER}/repository/**/ozone-recon-*.jar", recursive=True)
    if code != 0 or len(jar) != 1:
        raise RuntimeError(f"mvn ended with {code} and brought {jar}")
    shutil.rmtree(PAGES, ignore_errors=True)
    with zipfile.ZipFile(jar[0]) as archive:
        for name in archive.namelist():
            found = re.fullmatch(r"webapps/(?:recon/([^/]+)|(static/.*[^/]))", name)
            if found:
                to = os.path.join(PAGES, found[1] or found[2])
                os.makedirs(os.path.dirname(to), exist_ok=True)
                with open(to, "wb") as file:
                    file.write(archive.read(name))


def human(size, digits=1):
    """Bytes as the pages write them."""
    unit = 0
    while size >= 1024:
        size, unit = size / 1024, unit + 1
    return f"{round(size, digits):g} {['Bytes', 'KB', 'MB', 'GB'][unit]}"


class ReconUi(loaded.Loaded):
    @classmethod
    def setUpClass(cls):
        unpack()
        shutil.rmtree(SCREENSHOTS, ignore_errors=True)
        os.makedirs(SCREENSHOTS)
        cls.settings = (f"recon.ui={PAGES}",)
        super().setUpClass()
        cls.base = "http://{}:{}".format(*cls.server.addresses["recon"])
        cls.browser = chromium.Browser()
        cls.addClassCleanup(cls.browser.close)
        cls.load_trees(cls())

    @classmethod
    def load_trees(cls, test):
        large, small = (os.path.join(cls.scratch, name) for name in ("large", "small"))
        trees.make(large, 300)
        trees.make(small, 30)
        test.call("POST", "/shire?quota=10GB", status=201)
        cls.files = test.load(large, "/shire/files", "FILE_SYSTEM_OPTIMIZED")
        test.load(large, "/shire/objects", "OBJECT_STORE")
        test.load(small, "/bree/few", "FILE_SYSTEM_OPTIMIZED")
        for bucket in cls.buckets:
            test.call("POST", f"{bucket.path}/unfinished?uploads", status=200)
        cls.bytes = sum(test.sizes())

    def open(self, route, prelude=""):
        page = chromium.Page(self.browser, prelude)
        self.addCleanup(page.close)
        page.route = route
        page.call("Page.navigate", url=f"{self.base}/#/{route}")
        return page

    def check(self, page, name, *texts):
        """It comes to show them all, and nothing went wrong until then."""
        with contextlib.suppress(TimeoutError):
            page.wait_for(f"window.visibleText && {list(texts)}.every(text => "
                          f"visibleText().includes(text)) && !document.querySelector('{LOADING}')")
        page.photograph(os.path.join(SCREENSHOTS, f"{name}.png"))
        problems = [problem.splitlines()[0].replace(self.base, "") for problem in page.problems]
        known = FAULTS | FAULTS_OF_PAGE.get(page.route, {})
        self.assertEqual([problem for problem in problems if problem not in known], [], page.route)
        seen = page.text()
        for text in texts:
            self.assertIn(text, seen, page.route)
        self.assertFalse(page.has(LOADING), seen)
        self.assertFalse(page.has(REFUSED), seen)

    def show(self, route, *texts):
        page = self.open(route)
        self.check(page, route, *texts)
        return page

    def choose_tab(self, page, tab, *texts):
        self.choose(page, "[role=tab]", tab)
        self.assertEqual(page.evaluate(
            "document.querySelector('[role=tab][aria-selected=true]').innerText.trim()"), tab)
        self.check(page, f"{page.route}-{tab}", *texts)

    def choose(self, page, selector, text):
        """Clicks what the selector finds with exactly this text."""
        page.click(f"[...document.querySelectorAll({selector!r})]"
                   f".find(each => each.innerText.trim() === {text!r})")

    def test_every_page_is_opened_here(self):
        with open(glob.glob(f"{PAGES}/static/js/index-*.js")[0], encoding="utf-8") as file:
            lists = re.findall(ROUTES, file.read())
        old, new = (set(re.findall(r"/(\w+)", routes)) - NOT_OPENED.keys() for routes in lists)
        self.assertEqual(old, self.old_pages().keys())
        self.assertEqual({f"test_page_{route.lower()}" for route in new},
                         {name for name in dir(self) if name.startswith("test_page_")})

    def test_page_overview(self):
        used = human(self.bytes).replace(" ", "")
        page = self.show(
            "Overview", "DB Synced at", "Datanodes View More Health Healthy Availability 1/1",
            "Containers View More Health Healthy", f"OZONE USED SPACE {used}",
            "Volumes View More 2 ", "Buckets View More 3 ", f" Keys {len(self.sizes()):,} ",
            "Open Keys 3 ", "Delete Pending Keys 0 ")
        self.assertNotIn("Heatmap", page.text())  # in the menu

    def test_page_volumes(self):
        page = self.show("Volumes", "1-2 of 2 volumes", "bree root root", "shire bilbo root",
                         "10 GB")
        self.choose(page, "tr[data-row-key=shire] a", "Show buckets")
        self.check(page, "Volumes-shire", "files shire root", "objects shire root",
                   "1-2 of 2 buckets")

    def test_page_buckets(self):
        self.show("Buckets", "1-3 of 3 buckets", "few bree root", "files shire root",
                  "objects shire root", "DISK FILE_SYSTEM_OPTIMIZED", "DISK OBJECT_STORE")

    def test_page_datanodes(self):
        self.show("Datanodes", "1-1 of 1 Datanodes", "HEALTHY IN_SERVICE")

    def test_page_pipelines(self):
        self.show("Pipelines", "RATIS (ONE)", "OPEN", "1-1 of 1 pipelines")

    def test_page_containers(self):
        page = self.show("Containers", "Missing 0 Under-Replicated 0 Over-Replicated 0 "
                         "Mis-Replicated 0 Mismatched Replicas 0 Quasi Closed 0", "No Data")
        for tab in ("Under-Replicated", "Over-Replicated", "Mis-Replicated",
                    "Mismatched Replicas", "Quasi Closed"):
            self.choose_tab(page, tab, "No Data")
        self.choose_tab(page, "Export", "No export jobs yet")
        self.choose(page, "button", "Export CSV")
        self.check(page, "Containers-exported", "MISSING COMPLETED 0 ")

    def test_page_insights(self):
        self.show("Insights", "Volumes: 2 selected", "File Size Range", "Number of Files",
                  "0 B - 1 KiB", "Container Size Distribution", "256 MiB - 512 MiB")

    def test_page_om(self):
        page = self.show("Om", "Container Mismatch Info", "No Data")
        self.choose_tab(page, "Open Keys", "shire/files/unfinished", "bree/few/unfinished")
        for tab in ("Keys Pending for Deletion", "Deleted Container Keys",
                    "Directories Pending for Deletion"):
            self.choose_tab(page, tab, "No Data")

    def test_page_namespaceusage(self):
        files = self.files
        page = self.open("NamespaceUsage")
        self.check_place(page, "", "Entity Type ROOT", "Volumes 2 Buckets 3 ", "shire/", "bree/",
                         f"Total Directories {self.directories()} Total Keys {len(self.sizes())}",
                         f"{human(self.bytes)} / {human(self.bytes)}",
                         more=[f"Quota Used {human(self.bytes, 3)}"])
        self.descend(page, "shire", "Entity Type VOLUME", "Volume shire", "files/", "objects/")
        self.descend(page, "files", "Entity Type BUCKET", "Bucket Name files",
                     "Bucket Layout FILE_SYSTEM_OPTIMIZED", "many/", "neighbours/",
                     f"Used Bytes {human(sum(files.sizes()), 3)}",
                     more=[f"Total Directories {len(files.directories)} "
                           f"Total Keys {len(files.keys)}"])
        many = files.sizes("many/")
        self.descend(page, "many", "Entity Type DIRECTORY", "Name many",
                     f"/ {human(sum(many))}",
                     f"Total Directories {len(files.directories_below('many/'))} "
                     f"Total Keys {len(many)}")

    def descend(self, page, child, *texts, more=()):
        page.evaluate("drawn.clear()")
        page.click("document.querySelector('#breadcrumb-container .ant-dropdown-trigger')")
        self.choose(page, ".ant-dropdown:not(.ant-dropdown-hidden) [role=menuitem]", child)
        self.check_place(page, f"-{child}", *texts, more=more)

    def check_place(self, page, name, *texts, more):
        """`more`: on the second leaf of its table."""
        self.check(page, f"NamespaceUsage{name}", *texts)
        if more:
            page.click("document.querySelector('.ant-pagination-item-2')")
            self.check(page, f"NamespaceUsage{name}-2", *more)

    def test_page_capacity(self):
        used = human(self.bytes).replace(" ", "")
        self.show("Capacity", f"COMMITTED KEYS {used}", "OZONE MANAGER", "Node Selector")

    def old_pages(self):
        """Those behind the switch «Old UI»."""
        containers = ["Missing Under-Replicated Over-Replicated Mis-Replicated", "No Data"]
        return {
            "Overview": ["1/1 HEALTHY Datanodes", "2 Volumes 3 Buckets "
                         f"{len(self.sizes()):,} Keys", "3 Total Open Keys"],
            "Volumes": ["Volumes (2)", "bree root root", "shire bilbo root"],
            "Buckets": ["Buckets (3)", "few bree root DISK", "files shire root DISK"],
            "Datanodes": ["Datanodes (1)", "HEALTHY IN_SERVICE"],
            "Pipelines": ["Pipelines (1)", "RATIS (ONE) OPEN"],
            "Containers": containers,
            "MissingContainers": containers,
            "Insights": ["File Size Frequency Distribution", "0 B - 1 KiB"],
            "Om": ["Container Mismatch Info", "No Data"],
            "NamespaceUsage": ["shire/", "bree/", "Namespace Usage for / "
                               f"(Total Size: {human(self.bytes)})"]}

    def test_old_pages(self):
        for route, texts in self.old_pages().items():
            with self.subTest(route):
                page = self.open(route, OLD_PAGES)
                self.check(page, f"old-{route}", "Switch to New UI", *texts)


if __name__ == "__main__":
    outsider.main()
