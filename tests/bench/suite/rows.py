"""The rows of the table: what is measured, what limits it on this machine, and the goal.

A row's `measure` returns {column: figures} of one round; `value` names the figure that counts."""

import dataclasses
import time

from harness.signed_http import SignedHttp
from suite.load import BUCKET
from suite.machine import KIB, MIB, pin


@dataclasses.dataclass
class Row:
    name: str
    value: str  # per_second, mb_per_second, p50, cpu_us …
    limit: str  # the column that is the machine's limit; empty: a plain goal
    goal: float  # a ratio to the limit, or a number of `value`
    measure: object
    group: str
    prepare: object = None

    @property
    def lower_is_better(self):
        return not self.value.endswith("_second")


class Rows:
    """Makes the rows; `bench` has the servers, the load and the probes."""

    def __init__(self, bench):
        self.bench = bench
        self.prepared = set()

    def all(self):
        made = [*self.small_reads(), *self.large_reads(), *self.writes(), *self.listings()]
        return made + [*self.bulk(), *self.mixed()]

    def objects(self, label, size, count, columns, server):
        """Prepares objects in each column; nginx gets the bytes of `server` as files."""
        prefix = f"{label}/"

        def prepare():
            bench = self.bench
            for column in columns():
                if column.name.startswith("nginx") or (column.name, label) in self.prepared:
                    continue
                self.prepared.add((column.name, label))
                bench.load.fill(column, prefix, size, count)
            folder = bench.nginx.folder / "files" / BUCKET / label
            if folder.exists():
                return
            folder.mkdir(parents=True)
            http = SignedHttp(server.target)
            for n in range(count):
                answer = http.request("GET", BUCKET, f"{prefix}{n:010}")
                assert answer.status == 200, answer.status
                (folder / f"{n:010}").write_bytes(answer.body)

        return prefix, prepare

    def read_row(self, size, label, connections, value, goal, **more):
        bench = self.bench
        load, tls, pinned = more.get("load", "get"), more.get("tls", False), more.get("pinned")
        count = more.get("count", 100)
        columns = bench.tls_columns if tls else bench.plain_columns
        server = bench.tls_server if tls else bench.server
        below = f"{label}-tls" if tls else label
        prefix, prepare = self.objects(below, size, count, columns, server)
        check = () if more.get("verify", True) else ("--no-verify",)

        def measure():
            found = {}
            for column in columns():
                alone = pinned and column.processes and bench.cores > 1
                if alone:
                    pin(column.processes(), {0})
                found[column.name] = bench.load.run(
                    column,
                    *(load, "--existing", "--prefix", prefix, "--objects", count, *check),
                    *("--size", size, "--concurrency", connections),
                    cores=set(range(1, bench.cores)) if alone else None,
                )
                if alone:
                    pin(column.processes(), set(range(bench.cores)))
            return found

        text = f"{'HEAD' if load == 'stat' else 'GET'} {label}, {connections} conn."
        text += ", TLS 1.3" if tls else ""
        text += ", one server core" if pinned else ""
        limit = "nginx-tls" if tls else "nginx"
        return Row(text, value, limit, goal, measure, "get", prepare)

    def small_reads(self):
        yield self.read_row("4KiB", "4KiB", 64, "per_second", 0.85, load="stat", pinned=True)
        yield self.read_row("1KiB", "1KiB", 64, "per_second", 0.85, pinned=True)
        yield self.read_row("4KiB", "4KiB", 64, "per_second", 0.85, pinned=True)
        yield self.read_row("1KiB", "1KiB", 1, "p50", 1.3)
        for connections in (16, 64):
            yield self.read_row("64KiB", "64KiB", connections, "mb_per_second", 0.95)

    def large_reads(self):
        for tls in (False, True):
            for size, count in (("1MiB", 50), ("100MiB", 4)):
                yield self.read_row(
                    size, size, 16, "mb_per_second", 0.95, tls=tls, count=count, verify=False
                )

    def write_row(self, name, words, value, limit, goal):
        """limit: (name of its column, a function that measures it)."""
        bench, number = self.bench, [0]

        def measure():
            number[0] += 1
            found = {limit[0]: limit[1]()}
            for column in bench.peers():
                put = ("put", "--prefix", f"write-{number[0]}/", "--keep", *words)
                found[column.name] = bench.load.run(column, *put)
                bench.load.remove(column, f"write-{number[0]}/")
            return found

        return Row(name, value, limit[0], goal, measure, "put")

    def writes(self):
        probes, big = self.bench.probes, "256MiB" if self.bench.quick else "1GiB"
        lmdb = ("LMDB", lambda: probes.run("lmdb", 64, 4 * KIB + 200))
        one = ("LMDB", lambda: renamed(probes.run("lmdb", 1, 4 * KIB + 200)))
        log = ("append", lambda: probes.run("append", 16, 64 * KIB))
        md5 = ("MD5 or disk", lambda: self.slower("md5"))
        both = ("MD5+SHA-256", lambda: probes.run("both"))
        disk = ("direct", lambda: probes.run("direct", 8, MIB))
        small = ("--size", "4KiB", "--concurrency")
        yield self.write_row("PUT 4 KiB, 64 conn.", (*small, 64), "per_second", lmdb, 0.6)
        yield self.write_row("PUT 4 KiB, 1 conn.", (*small, 1), "p50", one, 1.8)
        words = ("--size", "64KiB", "--concurrency", 16)
        yield self.write_row("PUT 64 KiB, 16 conn.", words, "per_second", log, 0.5)
        single = ("--size", big, "--concurrency", 1, "--count", 2, "--warmup", "0s")
        for payload, limit in (("crc", md5), ("signed", both)):
            name = f"PUT {big}, one stream, {payload}"
            words = (*single, "--payload", payload)
            yield self.write_row(name, words, "mb_per_second", limit, 0.85)
        many = ("--size", "64MiB", "--concurrency", 16, "--count", 32, "--warmup", "0s")
        words = (*many, "--payload", "unsigned")
        yield self.write_row("PUT 16 x 64 MiB", words, "mb_per_second", disk, 0.7)

    def slower(self, digest):
        figures = [self.bench.probes.run(digest), self.bench.probes.run("direct", 8, MIB)]
        return min(figures, key=lambda f: f["mb_per_second"])

    def list_row(self, keys, start, folders, value, goal):
        bench = self.bench
        prefix = f"list-{keys}-{folders}/"
        spread = ("--folders", folders) if folders else ()

        def prepare():
            for column in bench.peers():
                if (column.name, prefix) in self.prepared:
                    continue
                self.prepared.add((column.name, prefix))
                bench.load.fill(column, prefix, "100B", keys, *spread)

        def measure():
            return {
                column.name: bench.load.run(
                    column,
                    *("list", "--existing", "--prefix", prefix, "--objects", keys),
                    *("--start", start, "--concurrency", 1, *spread),
                )
                for column in bench.peers()
            }

        where = f"{folders:,} prefixes of" if folders else f"{start} 1,000 of"
        return Row(f"LIST {where} {keys:,}", value, "", goal, measure, "list", prepare)

    def listings(self):
        keys = self.bench.options.keys
        for start in ("first", "last"):
            yield self.list_row(keys, start, 0, "cpu_us", 2000)
        yield self.list_row(keys, "first", min(1000, keys), "p50", 5000)

    def bulk(self):
        bench = self.bench

        def delete():
            words = ("delete", "--objects", 10_000, "--batch", 1000, "--concurrency", 1)
            words = (*words, "--warmup", "0s", "--duration", "5m")
            return {
                c.name: bench.load.run(c, *words, "--size", "1KiB", "--prefix", "bulk/")
                for c in bench.peers()
            }

        yield Row("DeleteObjects of 1,000", "p50", "", 60_000, delete, "bulk")

        def once(action, size):
            server = bench.server
            return lambda: {"torhaus": {"p50": action(SignedHttp(server.target), size) * 1e6}}

        # Making what is measured moves bytes: 5 GiB once, and for the parts in each round.
        blocks, parts = (4, 20) if bench.quick else (80, 1000)
        name = f"CopyObject of {blocks * 64:,} MiB"
        yield Row(name, "p50", "", 10_000, once(copy_large, blocks), "bulk")
        for count, goal in ((parts, 20_000), (10 * parts, 100_000)):
            name = f"Complete of {count:,} parts"
            yield Row(name, "p50", "", goal, once(complete_many, count), "bulk")

    def mixed(self):
        bench = self.bench
        for size, objects in (("4KiB", 2000), ("256KiB", 200), ("10MiB", 20)):

            def measure(size=size, objects=objects):
                words = ("mixed", "--size", size, "--objects", objects, "--prefix", "mixed/")
                return {c.name: bench.load.run(c, *words) for c in bench.peers()}

            yield Row(f"mixed 45/15/30/10, {size}", "per_second", "", 0, measure, "mixed")

        def paced():
            words = ("--existing", "--prefix", "4KiB/", "--objects", 100, "--concurrency", 64)
            found = {}
            for column in bench.peers():
                most = bench.load.run(column, "get", *words)["per_second"]
                figures = bench.load.run(column, "get", *words, "--rate", int(most / 2))
                figures["p99.9 / p50"] = figures["p99.9"] / figures["p50"]
                found[column.name] = figures
            return found

        _, prepare = self.objects("4KiB", "4KiB", 100, bench.plain_columns, bench.server)
        name = "GET 4KiB, open loop, half of the most"
        yield Row(name, "p99.9 / p50", "", 20, paced, "mixed", prepare)


def renamed(probe):
    return probe | {"p50": probe["p50_us"]}


def expect(answer, status=200):
    assert answer.status == status, answer.body[:500]
    return answer


def started_upload(http, key):
    body = expect(http.request("POST", BUCKET, key, {"uploads": ""})).body.decode()
    return body.split("<UploadId>")[1].split("<")[0]


def completed(http, key, parts, first, last):
    """Copies ranges of bulk/part into an upload of so many parts; seconds that Complete took."""
    if http.request("HEAD", BUCKET, "bulk-source").status != 200:
        expect(http.request("PUT", BUCKET, "bulk-source", body=bytes(64 * MIB)))
    upload = started_upload(http, key)
    source = {
        "x-amz-copy-source": f"/{BUCKET}/bulk-source",
        "x-amz-copy-source-range": f"bytes={first}-{last}",
    }
    document = "<CompleteMultipartUpload>"
    for number in range(1, parts + 1):
        query = {"partNumber": number, "uploadId": upload}
        body = expect(http.request("PUT", BUCKET, key, query, source)).body.decode()
        etag = body.split("<ETag>")[1].split("</ETag>")[0]
        document += f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"
    document += "</CompleteMultipartUpload>"
    began = time.perf_counter()
    answer = http.request("POST", BUCKET, key, {"uploadId": upload}, body=document.encode())
    took = time.perf_counter() - began
    assert b"<ETag>" in expect(answer).body, answer.body[:500]
    return took


def complete_many(http, parts):
    return completed(http, "bulk-complete", parts, 0, 5 * MIB - 1)


def copy_large(http, blocks):
    """Seconds that a copy within the server takes; the object has so many parts of 64 MiB."""
    if http.request("HEAD", BUCKET, "bulk-large").status != 200:
        completed(http, "bulk-large", blocks, 0, 64 * MIB - 1)
    began = time.perf_counter()
    answer = http.request(
        "PUT", BUCKET, "bulk-copy", headers={"x-amz-copy-source": f"/{BUCKET}/bulk-large"}
    )
    took = time.perf_counter() - began
    assert b"<ETag>" in expect(answer).body, answer.body[:500]
    return took
