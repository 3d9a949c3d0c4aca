"""Rows that look at the server as a whole: versions, lifecycle, memory, idle connections, starts,
bytes on disk. They are measured once, after the rounds."""

import json
import re
import shutil
import socket
import statistics
import subprocess
import time
from pathlib import Path

from harness.signed_http import SignedHttp
from overload.gauges import Watch, memory_of
from suite.load import BUCKET
from suite.machine import MIB


def spread(values, unit=""):
    return f"{statistics.median(values):,.0f}{unit} ({min(values):,.0f} to {max(values):,.0f})"


class Whole:
    """Each method named row_… prints its line and returns figures for the JSON report."""

    def __init__(self, bench):
        self.bench = bench
        self.load = bench.load

    @property
    def names(self):
        return ["versions", "lifecycle", "memory", "idle", "disk", "start"]

    def show(self, name, text, figures):
        print(f"{name:44} {text}", flush=True)
        return {"name": name, "figures": figures}

    def run(self, name):
        return list(getattr(self, f"row_{name}")())

    def row_versions(self):
        versions = self.bench.options.versions
        for keys in (1, 100, max(versions // 10, 1)):
            yield self.versions_of(versions, keys)

    def versions_of(self, versions, keys):
        """The last page of many versions beside the first one."""
        http = SignedHttp(self.bench.server.target)
        enabled = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
        prefix = f"versions-{keys}/"
        assert http.request("PUT", BUCKET, query={"versioning": ""}, body=enabled).status == 200
        self.load.run(
            self.bench.torhaus,
            *("put", "--prefix", prefix, "--size", "100B", "--count", versions),
            *("--keys", keys, "--concurrency", 256, "--warmup", "0s", "--keep"),
        )
        version_pages(http, prefix)  # what is read for the first time is read from the disk
        walks = [version_pages(http, prefix) for _ in range(5)]
        assert all(len(walk) == -(-versions // 1000) for walk in walks)
        first, last = ([walk[page] * 1e6 for walk in walks] for page in (0, -1))
        ratio = statistics.median(last) / statistics.median(first)
        suspended = enabled.replace(b"Enabled", b"Suspended")
        assert http.request("PUT", BUCKET, query={"versioning": ""}, body=suspended).status == 200
        return self.show(
            f"LIST 1,000 of {versions:,} versions of {keys:,} keys",
            f"first page {spread(first, ' us')}, last {spread(last, ' us')}, ratio {ratio:.2f}",
            {"first_us": first, "last_us": last},
        )

    def row_lifecycle(self):
        """One pass where few objects are due beside one where many are, on the catalog alone."""
        objects = self.bench.options.objects
        for due in (objects // 1000, objects // 10):
            data = Path(self.bench.folder) / f"lifecycle-{due}"
            data.mkdir()
            done = subprocess.run(
                [
                    *(str(Path(self.bench.options.build) / "bench_lifecycle"), "--folder"),
                    *(str(data), "--objects", str(objects), "--due", str(due)),
                ],
                capture_output=True,
                text=True,
                timeout=3600,
                check=True,
            )
            shutil.rmtree(data)
            figures = json.loads(done.stdout)
            yield self.show(
                f"lifecycle, {due:,} of {objects:,} due",
                f"pass {figures['pass_seconds'] * 1000:,.1f} ms, next pass "
                f"{figures['idle_seconds'] * 1000:,.2f} ms, entries looked at "
                f"{figures['examined']:,} (index of what was there: "
                f"{figures['index_seconds']:,.1f} s)",
                figures,
            )

    def row_memory(self):
        """The largest anonymous resident memory while many large uploads run at once."""
        uploads, size = self.bench.options.uploads, self.bench.options.upload_mib * MIB
        with Watch(self.bench.server, memory_of, 0.05) as memory:
            done = self.load.run(
                self.bench.torhaus,
                *("put", "--prefix", "memory/", "--size", size, "--payload", "unsigned"),
                *("--concurrency", uploads, "--count", uploads, "--warmup", "0s"),
            )
        yield self.show(
            f"{uploads} uploads of {size // MIB} MiB at once",
            f"{memory.most.memory / MIB:,.0f} MiB resident (memory-mapped pages aside), "
            f"{done['mb_per_second']:,.0f} MB/s",
            {"peak_bytes": memory.most.memory, "mb_per_second": done["mb_per_second"]},
        )

    def row_idle(self):
        """What a connection costs that says nothing, and what others notice of many."""
        count, server = self.bench.options.idle, self.bench.server
        words = ("stat", "--objects", 100, "--prefix", "idle/", "--concurrency", 8)
        quiet = self.load.run(self.bench.torhaus, *words)
        before = server.memory()["RssAnon"]
        sockets = []
        try:
            for _ in range(count):
                sockets.append(socket.create_connection(("127.0.0.1", server.port), 20))
            time.sleep(1)
            each = (server.memory()["RssAnon"] - before) / count
            busy = self.load.run(self.bench.torhaus, *words)
        finally:
            for s in sockets:
                s.close()
        ratio = busy["p99"] / quiet["p99"]
        yield self.show(
            f"{count:,} idle connections",
            f"{each:,.0f} bytes each (goal 2,048); p99 of others {busy['p99']:,.0f} us, "
            f"{ratio:.2f} of quiet (goal 1.10)",
            {"bytes_each": each, "p99_ratio": ratio},
        )

    def row_disk(self):
        count = 10_000
        before = used_bytes(self.bench.server.data)
        self.load.fill(self.bench.torhaus, "disk/", "4KiB", count)
        after = used_bytes(self.bench.server.data)
        trail = (after.pop("audit") - before.pop("audit")) / count
        each = (sum(after.values()) - sum(before.values())) / count - 4096
        yield self.show(
            "bytes on disk beyond a 4 KiB object's own",
            f"{each:,.0f} (goal 700); the audit trail's line {trail:,.0f}",
            {"bytes": each, "audit_bytes": trail},
        )

    def row_start(self):
        """How long a start takes over what the other rows left, after a stop and after a kill."""
        server = self.bench.server
        server.stop()
        clean = server.start()
        server.kill()
        killed = server.start()
        self.bench.moved()
        yield self.show(
            "start, over what the other rows left",
            f"after a stop {clean * 1000:,.0f} ms, after kill -9 {killed * 1000:,.0f} ms",
            {"clean_seconds": clean, "killed_seconds": killed},
        )


def used_bytes(folder):
    """What the files take up, by the part of the data directory: {"meta": bytes, "audit": …}."""
    used = {}
    for path in Path(folder).rglob("*"):
        if path.is_file():
            part = path.relative_to(folder).parts[0]
            used[part] = used.get(part, 0) + path.stat().st_blocks * 512
    return used


def version_pages(http, prefix):
    """Seconds that each page of ListObjectVersions took, from the first to the last."""
    query, seconds = {"versions": "", "max-keys": 1000, "prefix": prefix}, []
    while True:
        began = time.perf_counter()
        page = http.request("GET", BUCKET, query=query)
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
