"""The rows of the table: what is asked of dobsond, what it is compared with, and the goals."""

from dataclasses import dataclass

LARGE_BYTES = 1 << 20  # of the keys of get_1m, and of nginx's file beside them


@dataclass(frozen=True)
class Nginx:
    path: str
    workload: str = "path"  # `path`, or one that asks for the same path


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
    compared: str = "requests"  # or bytes: rates of which the ratio is taken
    all_cores: bool = False  # dobsond runs on all, not only on the server's
    floor: float = None  # of the ratio
    aim: float = None
    cpu_ceiling: float = None  # CPU a request, as a multiple of the peer's
    counted: int = 10_000  # requests while instructions are counted
    instructions_ceiling: int = None


NGINX_READY = (Nginx("/-/ready", "tiny"),)


def file_peers(name):
    return (Nginx(f"/sendfile/{name}"), Nginx(f"/copy/{name}"))


def put_4k(connections, peer, floor=None):
    return Row(f"put_4k, {connections}", "put_4k", connections, (peer,), all_cores=True,
               floor=floor, counted=2000)


ROWS = (
    Row("tiny", "tiny", 64, NGINX_READY, floor=0.95, aim=1.0, cpu_ceiling=1.05,
        instructions_ceiling=5000),
    Row("tiny, 16 deep", "tiny", 64, NGINX_READY, depth=16, floor=5),
    Row("bucket_info", "bucket_info", 64, (Nginx("/bucket_info"),), floor=0.95, aim=1.0),
    Row("info_key", "info_key", 64, (Own("tiny"),), floor=0.80, aim=0.85),
    Row("get", "get", 64, (Own("tiny"),)),
    Row("list_1k", "list_1k", 8, file_peers("page"), compared="bytes", floor=0.25, aim=0.30,
        counted=100),
    Row("stream", "stream", 1, file_peers("stream"), compared="bytes", floor=0.45, aim=0.5,
        counted=2),
    Row("get_1m", "get_1m", 4, file_peers("large"), compared="bytes", floor=0.9,
        counted=20),
    put_4k(1, Loop("sync")),
    put_4k(16, Loop("commit")),
    put_4k(64, Loop("commit"), floor=5),
    Row("put_1m", "put_1m", 4, (Loop("md5"),), compared="bytes", all_cores=True, floor=0.75,
        aim=0.9, counted=20),
)
