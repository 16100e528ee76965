"""Headless Chromium, driven by its DevTools protocol over a pipe.

Nothing here waits for a time to pass: a page is looked at with every frame that it draws, and
counts as quiet when no request of it is on its way.
"""

import base64
import fcntl
import json
import os
import select
import subprocess
import tempfile
import time

from outsider import TIMEOUT_S

# No host but this one exists, and nothing of the browser's own goes out.
FLAGS = ["--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
         "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
         "--window-size=1400,1000", "--remote-debugging-pipe"]

# In every page before its own scripts: charts are pictures, so `drawn` keeps what they write.
PRELUDE = """
const fill = CanvasRenderingContext2D.prototype.fillText;
window.drawn = new Set();
CanvasRenderingContext2D.prototype.fillText = function(text, ...where) {
  drawn.add(text);
  return fill.call(this, text, ...where);
};
window.visibleText = () =>
    [document.body?.innerText, ...drawn].join(' ').replace(/\\s+/g, ' ');
"""


class Browser:
    def __init__(self):
        self.profile = tempfile.TemporaryDirectory(prefix="chromium-")
        commands, self.commands = os.pipe()
        self.answers, answers = os.pipe()

        def hand_over():  # it reads commands from 3 and writes answers to 4
            ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (commands, answers)]
            for number, end in zip((3, 4), ends):
                os.dup2(end, number)

        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen(
            ["chromium", *FLAGS, *sandbox, f"--user-data-dir={self.profile.name}", "about:blank"],
            close_fds=False, preexec_fn=hand_over,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(commands)
        os.close(answers)
        self.received = b""
        self.calls = 0
        self.pages = {}  # by session

    def close(self):
        self.call("Browser.close")
        self.process.wait(TIMEOUT_S)
        os.close(self.commands)
        os.close(self.answers)
        self.profile.cleanup()

    def call(self, method, session=None, **parameters):
        """The command's result; events on the way to it go to their pages."""
        self.calls += 1
        call = {"id": self.calls, "method": method, "params": parameters}
        if session:
            call["sessionId"] = session
        os.write(self.commands, json.dumps(call).encode() + b"\0")
        deadline = time.monotonic() + TIMEOUT_S
        while (message := self._receive(deadline)).get("id") != call["id"]:
            if message.get("sessionId") in self.pages:
                self.pages[message["sessionId"]].note(message["method"], message["params"])
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']}")
        return message["result"]

    def _receive(self, deadline):
        while b"\0" not in self.received:
            if not select.select([self.answers], [], [], max(0, deadline - time.monotonic()))[0]:
                raise TimeoutError("Chromium does not answer")
            got = os.read(self.answers, 1 << 20)
            if not got:
                raise EOFError("Chromium has ended")
            self.received += got
        message, self.received = self.received.split(b"\0", 1)
        return json.loads(message)


class Page:
    """A tab of its own. `problems`: what went wrong in it, a line each, in order."""

    def __init__(self, browser, prelude=""):
        self.browser = browser
        self.problems = []
        self.urls = {}  # of requests, by their number
        self.under_way = set()
        self.target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=self.target,
                                    flatten=True)["sessionId"]
        browser.pages[self.session] = self
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Page.addScriptToEvaluateOnNewDocument", source=PRELUDE + prelude)

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)
        del self.browser.pages[self.session]

    def note(self, event, of):
        if event == "Network.requestWillBeSent":
            self.urls[of["requestId"]] = of["request"]["url"]
            self.under_way.add(of["requestId"])
        elif event == "Network.responseReceived":
            if of["response"]["status"] >= 400:
                self.problems.append(f"{of['response']['status']} {of['response']['url']}")
        elif event == "Network.loadingFinished":
            self.under_way.discard(of["requestId"])
        elif event == "Network.loadingFailed":
            self.under_way.discard(of["requestId"])
            if not of.get("canceled"):  # by the page itself
                self.problems.append(f"{of['errorText']} {self.urls.get(of['requestId'])}")
        elif event == "Runtime.exceptionThrown":
            thrown = of["exceptionDetails"]
            self.problems.append(thrown.get("exception", {}).get("description", thrown["text"]))
        elif event == "Runtime.consoleAPICalled":
            if of["type"] in ("error", "assert"):
                self.problems.append(" ".join(str(word.get("value", word.get("description")))
                                              for word in of["args"]))
        elif event == "Log.entryAdded":
            entry = of["entry"]
            if entry["level"] == "error" and entry["source"] != "network":  # noted above
                self.problems.append(f"{entry['text']} {entry.get('url', '')}")

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True,
                           returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait_for(self, condition):
        """Until this JavaScript is true, looked at with every frame; then until all is quiet."""
        self.evaluate(f"""new Promise(done => {{
          const look = () => ({condition}) ? done() : requestAnimationFrame(look);
          look();
        }})""")
        deadline = time.monotonic() + TIMEOUT_S
        while True:  # what an answer sets off is sent within two frames
            self.evaluate("new Promise(done => requestAnimationFrame("
                          "() => requestAnimationFrame(done)))")
            if not self.under_way:
                return
            if time.monotonic() > deadline:
                raise TimeoutError([self.urls[number] for number in self.under_way])

    def text(self):
        return self.evaluate("visibleText()")

    def has(self, selector):
        return self.evaluate(f"document.querySelector({selector!r}) !== null")

    def click(self, element):
        """What this JavaScript finds, as soon as it is there, stands still and is not covered."""
        self.mouse("mouseMoved", 0, 0)  # away from what shows a tip in front of others
        self.wait_for(element)
        x, y = self.evaluate(f"""new Promise(done => {{
          const found = {element};
          const middle = () => {{
            const box = found.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
          }};
          const isOpen = () => found.contains(document.elementFromPoint(...middle()));
          // Not without need: a strip of tabs that is scrolled goes back at once.
          if (!isOpen()) found.scrollIntoView({{block: 'center', inline: 'center'}});
          let last = [];
          const look = () => {{
            const at = middle();
            if (at.every((where, i) => where === last[i]) && isOpen()) return done(at);
            last = at;
            requestAnimationFrame(look);
          }};
          look();
        }})""")
        for event in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.mouse(event, x, y)

    def mouse(self, event, x, y):
        self.call("Input.dispatchMouseEvent", type=event, x=x, y=y, button="left", clickCount=1)

    def photograph(self, path):
        image = self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(image))
