"""What is measured and what measures: dobsond, nginx, dobson-bench. Servers end with their `with`
block, by their process id."""

import contextlib
import http.client
import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 60
PURGE_LOOK_S = 0.5  # a look is counted like any request
HEADERS = {"Date": "Thu, 01 Jan 1970 00:00:00 GMT", "Authorization": "OZONE root",
           "x-ozone-version": "v1"}

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]

WIDE, WIDE_CHILDREN = "bench/wide/children", 10_000


def on_core(core):
    return ["taskset", "-c", str(core)]


class Server:
    """A process on the server's core that listens on `address`."""

    def __init__(self, command, log):
        self.log = log
        self.begun = time.monotonic()
        with open(log, "wb") as output:
            self.process = subprocess.Popen([*on_core(SERVER_CORE), *command], stdout=output,
                                            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def wait_until(self, is_ready):
        deadline = time.monotonic() + START_TIMEOUT_S
        while not is_ready():
            self.check_alive()
            if time.monotonic() > deadline:
                raise RuntimeError(f"does not listen after {START_TIMEOUT_S} s: {self.log}")
            time.sleep(0.005)
        self.start_s = time.monotonic() - self.begun

    def check_alive(self):
        if self.process.poll() is not None:
            end = Path(self.log).read_text(errors="replace")[-2000:]
            raise RuntimeError(f"ended with {self.process.returncode}: {self.process.args}\n{end}")


class Api:
    """Of the Dobson at `address`."""

    def ask(self, method, path, statuses, receive=lambda reply: reply.read(), headers=()):
        connection = http.client.HTTPConnection(self.address)
        connection.request(method, path,
                           headers={**HEADERS, "x-ozone-user": "bench", **dict(headers)})
        reply = connection.getresponse()
        if reply.status not in statuses:
            raise RuntimeError(f"{method} {path}: {reply.status} {reply.read(2000)!r}")
        answer = receive(reply)
        connection.close()
        return answer

    def make_buckets(self):
        self.ask("GET", "/-/ready", (200,))
        for path in ("", "/keys", "/large", "/huge", "/puts", "/doomed"):
            self.ask("POST", f"/bench{path}", (201, 409))

    def wait_until_purged(self):
        """Nothing of what was deleted waits any more."""
        backlog = re.compile(rb"^dobson_store_deletion_backlog{.*} [1-9]", re.MULTILINE)
        while backlog.search(self.ask("GET", "/-/metrics", (200,))):
            time.sleep(PURGE_LOOK_S)

    def keys(self):
        """Of /bench/keys; none: it is not there."""
        listed = json.loads(self.ask("GET", "/bench", (200, 404)))
        return sum(bucket["keyCount"] for bucket in listed.get("buckets", ())
                   if bucket["bucketName"] == "keys")


class Listener(Api):
    """Another one of a server's."""

    def __init__(self, address, pid):
        self.address, self.pid = address, pid


class Remote(Api):
    """One that runs already, and goes on running."""

    pid = 0

    def __init__(self, url):
        self.address = url.removeprefix("http://").rstrip("/")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def run_on(self, cores):
        pass

    def check_alive(self):
        pass


class Dobsond(Server, Api):
    def __init__(self, program, directory, settings=(), wrapper=()):
        self.directory = directory
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        self.start(program, directory / "data", settings, wrapper)

    def start(self, program, data, settings, wrapper):
        settings = ("listen.ozone=127.0.0.1:0", "listen.recon=off", "reactors=1", *settings)
        options = [word for setting in settings for word in ("--set", setting)]
        super().__init__([*wrapper, program, "--data", data, *options],
                         self.directory / "log")
        file = data / "listeners.json"
        self.wait_until(file.exists)
        self.listeners = json.loads(file.read_text())["listeners"]
        self.address = self.listeners["ozone"][0]
        self.pid = self.process.pid

    def __exit__(self, *_):
        super().__exit__()
        shutil.rmtree(self.directory)

    def run_on(self, cores):
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            with contextlib.suppress(ProcessLookupError):  # it has ended meanwhile
                os.sched_setaffinity(int(thread), cores)


class Generated(Dobsond):
    """Over what `dobsonctl generate` has made, which stays."""

    def __init__(self, program, data):
        self.directory = data.parent
        (data / "listeners.json").unlink(missing_ok=True)  # after kill -9
        self.start(program, data, ("blocks.store=null", "blocks.delete_delay=0 s",
                                   "listen.recon=127.0.0.1:0"), ())
        self.recon = Listener(self.listeners["recon"][0], self.pid)

    def make_wide_directory(self):
        """Of 10,000 children, every other one a directory, unless it is there."""
        volume, bucket, directory = WIDE.split("/")
        self.ask("POST", f"/{volume}", (201, 409))
        layout = {"x-ozone-bucket-layout": "FILE_SYSTEM_OPTIMIZED"}
        self.ask("POST", f"/{volume}/{bucket}", (201, 409), headers=layout)
        keys = [f"/{WIDE}/{i:05}" + ("/key" if i % 2 else "") for i in range(WIDE_CHILDREN)]
        if self.ask("GET", f"{keys[-1]}?info=key", (200, 404), receive=lambda reply: reply.status) == 404:
            for key in keys:
                self.ask("PUT", key, (201,))

    def __exit__(self, *_):
        Server.__exit__(self)

    def own_bytes(self):
        """Memory that no other program could use, without the page cache."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"^RssAnon:\s*(\d+) kB", status, re.MULTILINE)[1]) * 1024


class CountedDobsond(Dobsond):
    """Under callgrind, which has no room for the usual map."""

    def __init__(self, program, directory, settings=()):
        super().__init__(program, directory, settings=("store.map_size=8 GiB", *settings),
                         wrapper=("valgrind", "--tool=callgrind",
                                  f"--callgrind-out-file={directory / 'callgrind'}"))

    def begin_count(self):
        self.control("--zero")

    def end_count(self):
        self.control("--dump")
        dump = max(self.directory.glob("callgrind.*"), key=lambda file: int(file.suffix[1:]))
        return int(re.search(r"^totals: (\d+)", dump.read_text(), re.MULTILINE)[1])

    def control(self, command):
        subprocess.run(["callgrind_control", command, str(self.pid)], check=True,
                       capture_output=True)


NGINX = """
daemon off;
worker_processes 1;
pid {directory}/pid;
error_log stderr warn;
{user}
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  open_file_cache max=100 inactive=600s;
  open_file_cache_valid 600s;
  default_type application/json;
  client_body_temp_path {directory}/temp;
  client_max_body_size 0;
  proxy_temp_path {directory}/temp;
  fastcgi_temp_path {directory}/temp;
  uwsgi_temp_path {directory}/temp;
  scgi_temp_path {directory}/temp;
  server {{
    listen {address};
    {texts}
    location /sendfile/ {{ alias {directory}/files/; sendfile on; }}
    location /copy/ {{ alias {directory}/files/; sendfile off; }}
    location /bench/ {{ root {directory}; dav_methods PUT; create_full_put_path on; }}
  }}
}}
"""


class Nginx(Server):
    """One worker. Answers `texts` (path: size) from memory, and the files of `files/`, each with
    sendfile and without; stores what is put below /bench/, and syncs none of it."""

    def __init__(self, program, directory, texts):
        self.address = f"127.0.0.1:{free_port()}"
        user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
        locations = "\n    ".join(f"location = {path} {{ return 200 '{'x' * size}'; }}"
                                  for path, size in texts.items())
        configuration = directory / "nginx.conf"
        configuration.write_text(NGINX.format(directory=directory, address=self.address,
                                              texts=locations, user=user))
        super().__init__([program, "-p", directory, "-e", "stderr", "-c", configuration],
                         directory / "log")
        self.wait_until(self.accepts)
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        self.pid = int(children.read_text().split()[0])

    def accepts(self):
        host, port = self.address.split(":")
        with socket.socket() as probe:
            return probe.connect_ex((host, int(port))) == 0


class Bare(Server):
    """`dobson-bench serve`, with an answer of `size` bytes."""

    def __init__(self, program, directory, size):
        log = directory / "bare.log"
        super().__init__([program, "serve", "--bytes", str(size)], log)
        self.wait_until(lambda: log.read_text().endswith("\n"))
        self.address = log.read_text().split()[-1]
        self.pid = self.process.pid


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Generator:
    """Runs dobson-bench; what it measured comes as a dictionary."""

    def __init__(self, program, keys):
        self.program = program
        self.keys = keys
        self.runs = 0  # no two runs draw the same names

    def load(self, server, workload, **options):
        return self.begin_load(server, workload, **options)()

    def begin_load(self, server, workload, **options):
        """What this returns waits for its end."""
        self.runs += 1
        options = {"to": server.address, "server-pid": server.pid, "keys": self.keys,
                   "seed": self.runs, **options}
        return self.begin(LOAD_CORE, "load", workload, options)

    def loop(self, name, directory, **options):
        options = {"directory": directory, "keys": self.keys, **options}
        return self.begin(SERVER_CORE, "loop", name, options)()

    def begin(self, core, kind, name, options):
        words = [f"--{name}={value}" for name, value in options.items()]
        process = subprocess.Popen([*on_core(core), self.program, kind, name, *words], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)

        def end():
            output, errors = process.communicate()
            if not output:
                return {"errors": 1, "first_error": errors.strip()}
            return json.loads(output)
        return end
