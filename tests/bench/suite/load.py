"""`torhaus bench` against one server, with that server's CPU beside its figures."""

import dataclasses
import json
import os
import subprocess
from pathlib import Path

from suite.machine import cpu_seconds

BUCKET = "bench"


@dataclasses.dataclass
class Column:
    """A server that rows are measured on: Torhaus, nginx, or a peer."""

    name: str
    endpoint: str
    access_key: str = ""
    secret_key: str = ""
    region: str = "us-east-1"
    ca_file: str = ""
    processes: object = None  # a function, where they are ours to look at
    bucket: str = BUCKET

    @property
    def anonymous(self):
        return not self.access_key


def column_of(server, scheme="http"):
    """The column `torhaus` of a server that a run started."""
    return Column(
        "torhaus",
        f"{scheme}://127.0.0.1:{server.port}",
        server.access_key,
        server.secret_key,
        server.target.region,
        server.ca_file,
        lambda: [server.process.pid],
    )


def environment(column):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TORHAUS_"))}
    if column.anonymous:
        return kept
    return kept | {
        "AWS_ACCESS_KEY_ID": column.access_key,
        "AWS_SECRET_ACCESS_KEY": column.secret_key,
        "AWS_REGION": column.region,
    }


class Load:
    def __init__(self, build, seconds):
        self.program = str(Path(build) / "torhaus")
        self.seconds = seconds

    def run(self, column, *words, cores=None, kind=None):
        """One measurement: the total's figures, or those of one kind of request, and the CPU."""
        processes = column.processes() if column.processes else []
        before = cpu_seconds(processes)
        words = [str(word) for word in words]
        where = ["--endpoint", column.endpoint, "--bucket", column.bucket, "--quiet", "--json", "-"]
        if column.anonymous:
            where.append("--anonymous")
        if column.ca_file:
            where += ["--ca-file", column.ca_file]
        if "--count" not in words and "--duration" not in words:
            where += ["--duration", f"{self.seconds}s"]
        if "--count" not in words and "--warmup" not in words:
            where += ["--warmup", "500ms"]
        done = subprocess.run(
            [self.program, "bench", *words, *where],
            env=environment(column),
            capture_output=True,
            text=True,
            timeout=3600,
            check=False,
            preexec_fn=(lambda: os.sched_setaffinity(0, cores)) if cores else None,
        )
        if done.returncode != 0:
            said = (done.stderr + done.stdout)[-1500:]
            raise RuntimeError(f"torhaus bench {' '.join(words)} at {column.name}: {said}")
        report = json.loads(done.stdout)
        used = cpu_seconds(processes) - before
        row = report["operations"][kind] if kind else report["total"]
        figures = dict(row["latency_us"]) | {
            "per_second": row["per_second"],
            "mb_per_second": row["mb_per_second"],
        }
        figures["client_cpu_us"] = report["client_cpu_us"]
        # Where objects are made or removed within the run, the CPU is not the load's alone.
        alone = "--existing" in words or "--keep" in words
        if processes and alone and report["requests"]:
            figures["cpu_us"] = used * 1e6 / report["requests"]
            per_request = row["bytes"] / max(row["count"], 1)
            if per_request > 0:
                figures["cpu_s_per_gb"] = used / (report["requests"] * per_request / 1e9)
        return figures

    def remove(self, column, prefix):
        """What a run with --keep has left: the load tool removes all below its prefix."""
        self.run(column, *("put", "--prefix", prefix, "--size", "1B", "--count", 1))

    def fill(self, column, prefix, size, objects, *words):
        """Objects 0 … objects - 1 below the prefix."""
        return self.run(
            column,
            *("put", "--prefix", prefix, "--size", size, "--count", objects, "--warmup", "0s"),
            *("--keep", "--concurrency", min(64, objects), *words),
        )
