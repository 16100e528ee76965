"""The rows of the table: what is asked of dobsond, what it is compared with, and the goals."""

from dataclasses import dataclass

# Of the keys of get_1m and get_64m, and of nginx's files beside them.
LARGE_BYTES = 1 << 20
HUGE_BYTES = 64 << 20


@dataclass(frozen=True)
class Nginx:
    path: str
    workload: str = "path"  # `path`, or one that asks for the same path


@dataclass(frozen=True)
class Dav:
    workload: str  # nginx stores what dobsond stores; it syncs nothing


@dataclass(frozen=True)
class Bare:
    workload: str  # `dobson-bench serve`


@dataclass(frozen=True)
class Loop:
    name: str  # of `dobson-bench loop`


@dataclass(frozen=True)
class Own:
    workload: str  # dobsond itself, with the row's connections


@dataclass(frozen=True)
class Row:
    name: str
    workload: str  # of `dobson-bench load`
    connections: int
    peers: tuple  # of several, the best of each round counts
    depth: int = 1
    prepared: str = None  # workload that is run before, unmeasured, PREPARED times
    compared: str = "requests"  # or bytes: rates of which the ratio is taken
    all_cores: bool = False  # dobsond runs on all, not only on the server's
    floor: float = None  # of the ratio
    aim: float = None
    cpu_ceiling: float = None  # CPU a request, as a multiple of the peer's
    counted: int = 10_000  # requests while instructions are counted; 0: they are not
    instructions_ceiling: int = None


@dataclass(frozen=True)
class OpenRow:
    """The latency of `row`'s workload when requests come at a part of the rate just measured."""
    row: str
    part: float

    @property
    def name(self):
        return f"{self.row}, {self.part:.0%}"


PREPARED = 30_000

NGINX_READY = (Nginx("/-/ready", "tiny"),)


def file_peers(name):
    return (Nginx(f"/sendfile/{name}"), Nginx(f"/copy/{name}"))


def put_4k(connections, peers, floor=None):
    return Row(f"put_4k, {connections}", "put_4k", connections, peers, all_cores=True,
               floor=floor, counted=2000)


ROWS = (
    Row("tiny", "tiny", 64, NGINX_READY, floor=0.95, aim=1.0, cpu_ceiling=1.05,
        instructions_ceiling=5000),
    Row("tiny, 16 deep", "tiny", 64, NGINX_READY, depth=16, floor=5),
    Row("tiny, 16 deep, bare", "tiny", 64, (Bare("tiny"),), depth=16, floor=0.8, counted=0),
    Row("bucket_info", "bucket_info", 64, (Nginx("/bucket_info"),), floor=0.95, aim=1.0),
    Row("info_key", "info_key", 64, (Own("tiny"),), floor=0.80, aim=0.85),
    Row("get", "get", 64, (Own("tiny"),)),
    Row("get_hot", "get_hot", 64, (Own("tiny"),)),
    Row("mixed", "mixed", 64, (Own("tiny"),), all_cores=True),
    Row("list_1k", "list_1k", 8, file_peers("page"), compared="bytes", floor=0.25, aim=0.30,
        counted=100),
    Row("list_1k_hot", "list_1k_hot", 8, file_peers("page"), compared="bytes", floor=0.50,
        aim=0.55, counted=100),
    Row("stream_1m", "stream_1m", 1, file_peers("stream"), compared="bytes", floor=0.45, aim=0.5,
        counted=2),
    Row("get_1m", "get_1m", 4, file_peers("large"), compared="bytes", floor=0.9,
        counted=20),
    Row("get_64m", "get_64m", 4, file_peers("huge"), compared="bytes", floor=0.9, counted=0),
    put_4k(1, (Loop("sync"),)),
    put_4k(16, (Loop("commit"),)),
    put_4k(64, (Loop("commit"),), floor=5),
    Row("put_4k, 64, dav", "put_4k", 64, (Dav("put_4k"),), all_cores=True, counted=0),
    Row("put_1m", "put_1m", 4, (Loop("md5"),), compared="bytes", all_cores=True, floor=0.75,
        aim=0.9, counted=20),
    Row("delete", "delete", 64, (Loop("commit"),), all_cores=True, prepared="load_doomed",
        counted=2000),
)

OPEN_ROWS = (
    OpenRow("get", 0.5),
    OpenRow("get", 0.8),
    OpenRow("list_1k", 0.5),
    OpenRow("mixed", 0.5),
    OpenRow("mixed", 0.8),
    OpenRow("put_4k, 64", 0.5),
    OpenRow("put_4k, 64", 0.8),
)


@dataclass(frozen=True)
class Overload:
    """`row`'s workload at twice the rate that a closed loop reaches over as many connections, and
    beside it one client that asks for `light`, LIGHT_RATE times a second over a connection of its own."""
    row: str
    connections: int
    light: str

    @property
    def name(self):
        return f"{self.row}, {self.connections} connections"


LIGHT_RATE = 100

OVERLOADS = (
    Overload("get", 64, "get"),
    Overload("get", 2000, "get"),
    Overload("list_1k", 64, "get"),
    Overload("list_1k", 2000, "get"),
    Overload("put_4k, 64", 64, "put_4k"),
    Overload("put_4k, 64", 2000, "put_4k"),
)

# What bench/gate.json holds, each from one connection: workload, requests.
GATED = {"tiny": 5000, "bucket_info": 5000, "info_key": 5000, "get": 5000, "list_1k": 100,
         "put_4k": 500, "delete": 500}
