"""Measures a Torhaus server, and nginx with the same load tool on the same machine in the same run.

Each figure is the median of the rounds, with the smallest and the largest; a ratio is the median of
the ratios of each round, since machines are noisy. Server CPU stands beside the wall time, because
on loopback the client often limits."""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "clients"))

from harness.server import REPOSITORY, Server, free_ports  # noqa: E402  (after the path is known)
from harness.signed_http import SignedHttp  # noqa: E402

BUCKET = "bench"
KIB, MIB = 1024, 1024 * 1024
TICK = os.sysconf("SC_CLK_TCK")


class Nginx:
    """Static files, sendfile, no log: what a GET can cost at best."""

    def __init__(self, folder):
        self.folder = Path(folder)
        (self.folder / "files").mkdir(parents=True)
        (self.port,) = free_ports(1)
        self.process = None

    def __enter__(self):
        settings = self.folder / "nginx.conf"
        settings.write_text(
            f"worker_processes 2; daemon off; pid {self.folder}/pid; error_log stderr error;\n"
            "events { worker_connections 1024; }\n"
            "http { access_log off; sendfile on; tcp_nopush on; tcp_nodelay on;\n"
            "  keepalive_requests 100000000;\n"
            f"  server {{ listen 127.0.0.1:{self.port}; root {self.folder}/files; }} }}\n"
        )
        if os.geteuid() == 0:
            settings.write_text("user root;\n" + settings.read_text())
        self.process = subprocess.Popen(["nginx", "-c", str(settings), "-p", str(self.folder)])
        time.sleep(0.5)
        return self

    def __exit__(self, *unused):
        self.process.terminate()
        self.process.wait(20)

    def processes(self):
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [self.process.pid, *map(int, children.split())]


def cpu_seconds(processes):
    total = 0
    for pid in processes:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


class Load:
    def __init__(self, build, server):
        self.program = str(Path(build) / "bench_load")
        self.server = server
        self.environment = dict(
            os.environ,
            AWS_ACCESS_KEY_ID=server.access_key,
            AWS_SECRET_ACCESS_KEY=server.secret_key,
        )

    def run(self, port, processes, *options):
        """One measurement: what the load tool says, and the server's CPU."""
        before = cpu_seconds(processes)
        done = subprocess.run(
            [self.program, "--port", str(port), *map(str, options)],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"bench_load {options}: {done.stderr}")
        figures = json.loads(done.stdout)
        used = cpu_seconds(processes) - before
        figures["cpu_us"] = used * 1e6 / max(figures["done"], 1)
        return figures

    def torhaus(self, *options):
        return self.run(self.server.port, [self.server.process.pid], *options)


def durable_appends(folder, size, seconds=2.0):
    """Appends with fdatasync, one after the other: what one durable write costs on this disk."""
    block, count = b"x" * size, 0
    with open(Path(folder) / "appended", "ab", buffering=0) as file:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            file.write(block)
            os.fdatasync(file.fileno())
            count += 1
    return count / seconds


def spread(values, unit=""):
    return f"{statistics.median(values):,.0f}{unit} ({min(values):,.0f} to {max(values):,.0f})"


def show(name, text):
    print(f"{name:44} {text}", flush=True)


def compare_get(load, nginx, rounds, size, name, connections):
    http = SignedHttp(load.server.target)
    body = os.urandom(size)
    assert http.request("PUT", BUCKET, name, body=body).status == 200
    (nginx.folder / "files" / name).write_bytes(body)
    ours, floor = [], []
    common = ("--op", "get", "--connections", connections, "--seconds", 4)
    for _ in range(rounds):
        ours.append(load.torhaus(*common, "--path", f"/{BUCKET}/{name}"))
        floor.append(
            load.run(nginx.port, nginx.processes(), *common, "--plain", "--path", f"/{name}")
        )
    unit = "mb_per_second" if size >= MIB else "per_second"
    ratio = statistics.median(a[unit] / b[unit] for a, b in zip(ours, floor, strict=True))
    label = " MB/s" if size >= MIB else "/s"
    show(
        f"GET {name}, {connections} connections, signed",
        f"{spread([x[unit] for x in ours], label)}, "
        f"nginx {spread([x[unit] for x in floor], label)}, "
        f"ratio {ratio:.2f}; CPU {statistics.median(x['cpu_us'] for x in ours):,.1f} us, "
        f"nginx {statistics.median(x['cpu_us'] for x in floor):,.1f} us; "
        f"p50 {statistics.median(x['p50_us'] for x in ours):,.0f} us, "
        f"p99 {statistics.median(x['p99_us'] for x in ours):,.0f} us",
    )


def measure_put(load, rounds, connections):
    appends, puts = [], []
    for number in range(rounds):
        appends.append(durable_appends(load.server.folder, 4 * KIB))
        puts.append(
            load.torhaus(
                *("--op", "put", "--bytes", 4 * KIB, "--connections", connections),
                *("--seconds", 4, "--path", f"/{BUCKET}/put{connections}-{number}/"),
            )
        )
    show(
        f"PUT 4 KiB durable, {connections} connections",
        f"{spread([x['per_second'] for x in puts], '/s')}; one appender with fdatasync "
        f"{spread(appends, '/s')}; CPU {statistics.median(x['cpu_us'] for x in puts):,.1f} us; "
        f"p50 {statistics.median(x['p50_us'] for x in puts):,.0f} us, "
        f"p99 {statistics.median(x['p99_us'] for x in puts):,.0f} us",
    )


def measure_list(load, rounds, keys):
    filled = load.torhaus(
        *("--op", "put", "--bytes", 100, "--connections", 256, "--count", keys),
        *("--path", f"/{BUCKET}/list/"),
    )
    pages = [
        load.torhaus(
            *("--op", "list", "--connections", 1, "--seconds", 4, "--path", f"/{BUCKET}/"),
            # The query is signed as it stands: names in order.
            *(
                "--query",
                f"list-type=2&max-keys=1000&start-after=list%2F{number * keys // rounds:08}",
            ),
        )
        for number in range(rounds)
    ]
    show(
        f"LIST 1,000 out of {keys:,} keys",
        f"{spread([x['p50_us'] for x in pages], ' us')} a page; CPU "
        f"{statistics.median(x['cpu_us'] for x in pages):,.0f} us "
        f"(the keys were put at {filled['per_second']:,.0f}/s)",
    )


def version_pages(http, bucket):
    """Seconds that each page of ListObjectVersions took, from the first to the last."""
    query, seconds = {"versions": "", "max-keys": 1000}, []
    while True:
        began = time.perf_counter()
        page = http.request("GET", bucket, query=query)
        seconds.append(time.perf_counter() - began)
        assert page.status == 200, page.body
        text = page.body.decode()
        if "<IsTruncated>true</IsTruncated>" not in text:
            return seconds
        for name, element in (
            ("key-marker", "NextKeyMarker"),
            ("version-id-marker", "NextVersionIdMarker"),
        ):
            query[name] = re.search(f"<{element}>(.*)</{element}>", text).group(1)


def measure_versions(load, rounds, versions, keys):
    """The last page of a bucket's versions beside the first one."""
    http = SignedHttp(load.server.target)
    bucket = f"versions-{keys}"
    assert http.request("PUT", bucket).status == 200
    enabled = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    assert http.request("PUT", bucket, query={"versioning": ""}, body=enabled).status == 200
    load.torhaus(
        *("--op", "put", "--bytes", 100, "--connections", 256, "--count", versions),
        *("--path", f"/{bucket}/key", "--keys", keys),
    )
    version_pages(http, bucket)  # what is read for the first time is read from the disk
    walks = [version_pages(http, bucket) for _ in range(max(rounds, 5))]
    assert all(len(walk) == -(-versions // 1000) for walk in walks)
    first, last = ([walk[page] * 1e6 for walk in walks] for page in (0, -1))
    middle = statistics.median(seconds * 1e6 for walk in walks for seconds in walk)
    show(
        f"LIST 1,000 of {versions:,} versions of {keys:,} keys",
        f"first page {spread(first, ' us')}, last page {spread(last, ' us')}, "
        f"ratio {statistics.median(last) / statistics.median(first):.2f}; "
        f"all pages {middle:,.0f} us",
    )


def measure_lifecycle(build, folder, objects):
    """One pass where few objects are due beside one where many are, on the catalog alone."""
    for due in (objects // 1000, objects // 10):
        data = Path(folder) / f"lifecycle-{due}"
        data.mkdir()
        done = subprocess.run(
            [
                *(str(Path(build) / "bench_lifecycle"), "--folder", str(data)),
                *("--objects", str(objects), "--due", str(due)),
            ],
            capture_output=True,
            text=True,
            timeout=3600,
            check=True,
        )
        shutil.rmtree(data)
        figures = json.loads(done.stdout)
        show(
            f"lifecycle, {due:,} of {objects:,} due",
            f"pass {figures['pass_seconds'] * 1000:,.1f} ms, next pass "
            f"{figures['idle_seconds'] * 1000:,.2f} ms, entries looked at "
            f"{figures['examined']:,} (index of what was there: {figures['index_seconds']:,.1f} s)",
        )


def measure_decisions(build):
    """What it costs to let a member of a project in, with many users and projects."""
    program = str(Path(build) / "bench_projects")
    done = subprocess.run([program], capture_output=True, text=True, timeout=600, check=True)
    show("decisions", done.stdout.strip())


def measure_memory(load, uploads, size):
    """The largest anonymous resident memory while many large uploads run at once."""
    peak, over = [0], threading.Event()

    def watch():
        while not over.is_set():
            peak[0] = max(peak[0], load.server.memory()["RssAnon"])
            time.sleep(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        done = load.torhaus(
            *("--op", "put", "--bytes", size, "--connections", uploads, "--count", uploads),
            *("--path", f"/{BUCKET}/large/"),
        )
    finally:
        over.set()
        watcher.join()
    show(
        f"{uploads} uploads of {size // MIB} MiB at once",
        f"{peak[0] / MIB:,.0f} MiB resident (memory-mapped pages aside), "
        f"{done['mb_per_second']:,.0f} MB/s, {done['errors']} errors",
    )


def measure_audit(load, build, folder, rounds):
    """The same requests with and without the audit journal, by turns."""
    silent_variables = {"TORHAUS_LOG_LEVEL": "warning", "TORHAUS_AUDIT_ENABLED": "false"}
    program = Path(build) / "torhaus"
    (folder / "silent").mkdir()
    with Server(program, variables=silent_variables, folder=folder / "silent") as server:
        silent = Load(build, server)
        for which in (load, silent):
            http = SignedHttp(which.server.target)
            http.request("PUT", BUCKET)
            http.request("PUT", f"{BUCKET}/audited", body=b"x" * 4 * KIB)
        for name, options in (
            ("GET 4 KiB", ("--op", "get", "--path", f"/{BUCKET}/audited")),
            ("PUT 4 KiB", ("--op", "put", "--path", f"/{BUCKET}/put-", "--bytes", 4 * KIB)),
        ):
            pairs = [
                (load.torhaus(*options, "--seconds", 3), silent.torhaus(*options, "--seconds", 3))
                for _ in range(rounds)
            ]
            cost = [with_it["cpu_us"] - without["cpu_us"] for with_it, without in pairs]
            ratio = [with_it["per_second"] / without["per_second"] for with_it, without in pairs]
            show(
                f"{name} with the audit journal",
                f"{statistics.median(ratio):.3f} of the rate without ({min(ratio):.3f} to "
                f"{max(ratio):.3f}); server CPU a request {statistics.median(cost):+.1f} µs",
            )
    done = subprocess.run(
        [str(Path(build) / "bench_audit"), "--data", str(folder / "journal")],
        capture_output=True,
        text=True,
        check=True,
    )
    figures = json.loads(done.stdout)
    show(
        "a record of the audit journal",
        f"{figures['cpu_us_a_record']:.2f} µs of CPU on the request's thread; "
        f"{figures['durable_a_second']:,.0f} a second durable, "
        f"{figures['verified_a_second']:,.0f} verified",
    )


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keys", type=int, default=1_000_000, help="keys for the listing row")
    parser.add_argument("--versions", type=int, default=100_000, help="versions to be listed")
    parser.add_argument("--objects", type=int, default=1_000_000, help="under lifecycle rules")
    parser.add_argument("--uploads", type=int, default=200, help="uploads at once")
    parser.add_argument("--upload-mib", type=int, default=100)
    parser.add_argument("--build", default=str(REPOSITORY / "build"))
    parser.add_argument("--folder", help="where the data goes (default: a temporary folder)")
    parser.add_argument("--only", default="", help="a row: get, put, list, …")
    return parser.parse_args()


def main():
    options = arguments()
    folder = Path(tempfile.mkdtemp(prefix="torhaus-bench-", dir=options.folder))
    variables = {"TORHAUS_LOG_LEVEL": "warning"}
    try:
        with (
            Nginx(folder / "nginx") as nginx,
            Server(Path(options.build) / "torhaus", variables=variables, folder=folder) as server,
        ):
            assert SignedHttp(server.target).request("PUT", BUCKET).status == 200
            load = Load(options.build, server)
            rounds = f"median of {options.rounds} rounds (smallest to largest)"
            print(f"{os.cpu_count()} cores; {rounds}")
            if options.only in ("", "get"):
                compare_get(load, nginx, options.rounds, 4 * KIB, "4KiB", 64)
                compare_get(load, nginx, options.rounds, 100 * MIB, "100MiB", 16)
            if options.only in ("", "put"):
                measure_put(load, options.rounds, 64)
            if options.only in ("", "list"):
                measure_list(load, options.rounds, options.keys)
            if options.only in ("", "versions"):
                for keys in (1, 100, options.versions // 10):
                    measure_versions(load, options.rounds, options.versions, keys)
            if options.only in ("", "lifecycle"):
                measure_lifecycle(options.build, folder, options.objects)
            if options.only in ("", "decisions"):
                measure_decisions(options.build)
            if options.only in ("", "audit"):
                measure_audit(load, options.build, folder, options.rounds)
            if options.only in ("", "memory"):
                measure_memory(load, options.uploads, options.upload_mib * MIB)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
