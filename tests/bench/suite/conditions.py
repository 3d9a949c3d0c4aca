"""What somebody who works quietly notices of another agency that does not: listings in a loop, slow
readers and writers, a burst of connections, an upload without an end."""

import concurrent.futures
import contextlib
import dataclasses
import json
import multiprocessing
import os
import statistics
import subprocess
import time

from harness.signed_http import SignedHttp
from overload import crowds
from overload.gauges import Watch, memory_of
from suite.load import environment
from suite.machine import MIB

GOAL = 2  # of the quiet p99
RATES = {"get": 200, "put": 100}  # a second: what a busy office does, and far from any limit
CONNECTIONS = 16
LISTED = 10_000
LARGE_BYTES = 64 * MIB
LEAD_SECONDS = 1.5  # until a crowd is there
AGENCY, BUCKET = "laerm", "akten"  # the crowds of tests/overload work in that bucket


@dataclasses.dataclass
class Condition:
    name: str
    crowd: object  # called with seconds, in a process of its own
    lead: float = LEAD_SECONDS


def at_low_priority(crowd, seconds):
    """The crowd shares the cores with the server and with who is measured; they go first."""
    os.nice(19)
    crowd(seconds)


@contextlib.contextmanager
def around(crowd, seconds):
    process = multiprocessing.Process(target=at_low_priority, args=(crowd, seconds), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.join(seconds + 60)
        if process.is_alive():
            process.kill()
            process.join()
    if process.exitcode != 0:
        raise RuntimeError("the crowd did not do what it should")


class Conditions:
    """One group of rows; each is measured in rounds, quiet and disturbed in turn."""

    names = ("conditions",)

    def __init__(self, bench):
        self.bench = bench
        self.load = bench.load

    def run(self, _):
        self.noisy = self.another_agency()
        self.load.fill(self.noisy, "liste/", "100B", LISTED)
        client = SignedHttp(self.target)
        for key, size in (("gross", LARGE_BYTES), ("klein", 500)):
            assert client.request("PUT", BUCKET, key, body=bytes(size)).status == 200
        self.load.fill(self.bench.torhaus, "ruhig/", "4KiB", 100)
        for condition in self.conditions():
            yield self.row(condition)

    def conditions(self):
        target = self.target
        return [
            Condition("50 clients list 10,000 keys", self.listings),
            Condition("200 slow readers", lambda s: crowds.slow_readers(target, 200, s)),
            Condition("200 slow writers", lambda s: crowds.slow_bodies(target, 200, s)),
            Condition("burst of 5,000 connections", lambda s: crowds.idle(target, 5000, s), 0),
            Condition("one upload without an end", lambda s: crowds.endless_upload(target, s)),
        ]

    def listings(self, seconds):
        """In C++ and unseen: what is read is dropped in the kernel."""
        self.load.run(
            self.noisy,
            *("list", "--existing", "--prefix", "liste/", "--objects", LISTED, "--no-verify"),
            *("--concurrency", 50, "--warmup", "0s", "--duration", f"{int(seconds * 1000)}ms"),
        )

    def another_agency(self):
        def admin(*words):
            server = self.bench.server
            names = environment(self.bench.torhaus)
            names["TORHAUS_ENDPOINT"] = f"http://127.0.0.1:{server.admin_port}"
            words = [self.load.program, "admin", *words, "--json"]
            return json.loads(subprocess.check_output(words, env=names))

        admin("agency", "create", AGENCY)
        admin("user", "create", AGENCY, "horde", "--may-open-projects")
        key = admin("key", "create", AGENCY, "horde")
        self.target = dataclasses.replace(
            self.bench.server.target,
            access_key=key["access_key_id"],
            secret_key=key["secret_key"],
        )
        assert SignedHttp(self.target).request("PUT", BUCKET).status == 200
        return dataclasses.replace(
            self.bench.torhaus,
            access_key=self.target.access_key,
            secret_key=self.target.secret_key,
            bucket=BUCKET,
        )

    def quiet_client(self):
        """{kind: p99 in us} of reads and writes of 4 KiB that come at their times, answered or
        not."""

        def one(kind):
            words = ("--prefix", "ruhig/", "--rate", RATES[kind], "--concurrency", CONNECTIONS)
            more = ("--existing", "--objects", 100) if kind == "get" else ("--keep", "--keys", 100)
            return self.load.run(self.bench.torhaus, kind, "--size", "4KiB", *words, *more)["p99"]

        with concurrent.futures.ThreadPoolExecutor(len(RATES)) as both:
            return dict(zip(RATES, both.map(one, RATES), strict=True))

    def row(self, condition):
        quiet, busy, peak = [], [], 0
        for _ in range(self.bench.options.rounds):
            quiet.append(self.quiet_client())
            # A crowd of processes takes half a second to come and is there to the end.
            seconds = self.load.seconds + condition.lead + 1.5
            watch = Watch(self.bench.server, memory_of, 0.05)
            with watch, around(condition.crowd, seconds):
                time.sleep(condition.lead)
                busy.append(self.quiet_client())
            peak = max(peak, watch.most.memory)
        figures, said = {"peak_bytes": peak}, []
        for kind in RATES:
            ratio = statistics.median(
                b[kind] / q[kind] for q, b in zip(quiet, busy, strict=True)
            )
            before, then = (statistics.median(x[kind] for x in found) for found in (quiet, busy))
            figures[kind] = {"quiet_us": before, "then_us": then, "ratio": ratio}
            said.append(f"{kind.upper()} p99 {before:,.0f}, then {then:,.0f} us: {ratio:.2f}")
        text = "; ".join([*said, f"goal {GOAL}", f"{peak / MIB:,.0f} MiB"])
        print(f"{condition.name:44} {text}", flush=True)
        return {"name": condition.name, "figures": figures}
