"""Measures a Torhaus server beside the limits of this machine (nginx, raw probes) and beside peers,
in the same run with the same load tool. README.md says what each figure means."""

import argparse
import contextlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "clients")]

from harness.server import REPOSITORY, Server  # noqa: E402  (after the path is known)
from harness.signed_http import SignedHttp  # noqa: E402
from suite import instructions, table  # noqa: E402
from suite.conditions import Conditions
from suite.curve import Curve
from suite.load import BUCKET, Column, Load, column_of  # noqa: E402
from suite.machine import Nginx, Probes  # noqa: E402
from suite.rows import Rows  # noqa: E402
from suite.whole import Whole  # noqa: E402

VARIABLES = {"TORHAUS_LOG_LEVEL": "warning"}


class Bench:
    """The servers of a run, and the columns that rows are measured on."""

    def __init__(self, options, folder, stack):
        self.options, self.folder, self.quick = options, folder, options.quick
        self.stack = stack
        self.cores = os.cpu_count()
        self.load = Load(options.build, options.seconds)
        self.probes = Probes(options.build, folder, options.seconds)
        self.server = self.another("plain")
        self.tls_server = self.another("tls", "https")
        tls = folder / "tls" / "tls"
        certificate = (tls / "server.crt", tls / "server.key")
        self.nginx = stack.enter_context(Nginx(folder / "nginx", certificate))
        self.against = [peer(text, options.keys_of) for text in options.against]
        self.moved()

    def another(self, name, scheme="http"):
        """A server with a bucket and a data directory of its own, until the run ends."""
        folder = self.folder / name
        folder.mkdir()
        binary = Path(self.options.build) / "torhaus"
        server = self.stack.enter_context(
            Server(binary, scheme, variables=VARIABLES, folder=folder)
        )
        assert SignedHttp(server.target).request("PUT", BUCKET).status == 200
        return server

    def moved(self):
        """The server has another process now."""
        self.torhaus = column_of(self.server, "http")
        self.torhaus_tls = column_of(self.tls_server, "https")

    def peers(self):
        return [self.torhaus, *self.against]

    def plain_columns(self):
        nginx = Column(
            "nginx", f"http://127.0.0.1:{self.nginx.port}", processes=self.nginx.processes
        )
        return [self.torhaus, nginx, *self.against]

    def tls_columns(self):
        nginx = Column(
            "nginx-tls",
            f"https://127.0.0.1:{self.nginx.tls_port}",
            ca_file=self.tls_server.ca_file,
            processes=self.nginx.processes,
        )
        return [self.torhaus_tls, nginx]


def peer(text, keys_of):
    name, found, endpoint = text.partition("=")
    keys = dict(k.split("=", 1) for k in keys_of)
    access = os.environ.get("AWS_ACCESS_KEY_ID", "")
    secret = os.environ.get("AWS_SECRET_ACCESS_KEY", "")
    if name in keys:
        access, _, secret = keys[name].partition(":")
    if not found or not access or not secret:
        sys.exit(f"tests/bench/run: --against {text}: NAME=ENDPOINT, with --keys or AWS_ variables")
    region = os.environ.get("AWS_REGION", "us-east-1")
    return Column(name, endpoint, access, secret, region, os.environ.get("AWS_CA_BUNDLE", ""))


def arguments():
    parser = argparse.ArgumentParser(
        prog="tests/bench/run", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("--rounds", type=int, help="of each row, one after the other (default 5)")
    add("--seconds", type=int, help="that a load runs for (default 4)")
    add("--quick", action="store_true", help="one round of a second, few keys")
    add("--only", action="append", default=[], metavar="ROW", help="rows that have this in them")
    add("--against", action="append", default=[], metavar="NAME=ENDPOINT", help="a peer's column")
    keys_help = "of a peer; else AWS_ACCESS_KEY_ID and the like"
    add("--keys-of", action="append", default=[], metavar="NAME=KEY:SECRET", help=keys_help)
    add("--keys", type=int, help="for the listing rows (default 1000000)")
    add("--versions", type=int, help="to be listed (default 100000)")
    add("--objects", type=int, help="under lifecycle rules (default 1000000)")
    add("--uploads", type=int, help="at once (default 64)")
    add("--upload-mib", type=int, help="of each of them (default 1024)")
    add("--curve", type=int, help="objects that the cost curve ends with (default 1000000)")
    add("--idle", type=int, help="connections that say nothing (default 10000)")
    add("--build", default=str(REPOSITORY / "build"))
    add("--folder", help="where the data goes (default: a temporary folder)")
    add("--json", metavar="FILE", help="all figures")
    add("--plot", metavar="PATH", help="PATH.svg and PATH.png")
    add("--keep-instructions", action="store_true", help="write instructions.json anew")
    options = parser.parse_args()
    usual = {
        "rounds": (5, 1),
        "seconds": (4, 1),
        "keys": (1_000_000, 10_000),
        "versions": (100_000, 5_000),
        "objects": (1_000_000, 50_000),
        "uploads": (64, 16),
        "upload_mib": (1024, 64),
        "curve": (1_000_000, 100_000),
        "idle": (10_000, 1_000),
    }
    for name, (full, quick) in usual.items():
        if getattr(options, name) is None:
            setattr(options, name, quick if options.quick else full)
    return options


def chosen(options, name, group=""):
    words = [word.lower() for word in options.only]
    return not words or any(word == group or word in name.lower() for word in words)


def rounds_of(options, rows):
    """All rows one after the other, again and again; {row name: [figures of a round]}."""
    found = {row.name: [] for row in rows}
    for row in rows:
        if row.prepare:
            row.prepare()
    for number in range(options.rounds):
        for row in rows:
            print(f"round {number + 1}/{options.rounds}: {row.name}", file=sys.stderr, flush=True)
            try:
                found[row.name].append(row.measure())
            except (RuntimeError, AssertionError) as trouble:
                # The other rows are worth having.
                print(f"{row.name}: not measured: {trouble}", file=sys.stderr, flush=True)
    return found


def measured_once(bench):
    """The groups of rows that print for themselves."""
    found = []
    for group in (Whole(bench), Curve(bench), Conditions(bench)):
        for name in group.names:
            if not chosen(bench.options, name, name):
                continue
            try:
                found += group.run(name)
            except (RuntimeError, AssertionError, OSError) as trouble:
                print(f"{name}: not measured: {trouble}", file=sys.stderr, flush=True)
    return found


def measure(bench):
    options = bench.options
    rows = [row for row in Rows(bench).all() if chosen(options, row.name, row.group)]
    found = rounds_of(options, rows)
    results = [table.summary(row, found[row.name]) for row in rows if found[row.name]]
    print(f"{bench.cores} cores; median of {options.rounds} rounds (least to most)")
    for result in results:
        print(table.line(result), flush=True)
    others = measured_once(bench)
    counted = {}
    if chosen(options, "instructions", "instructions"):
        counted = instructions.count(bench.load, Path(options.build) / "torhaus", bench.folder)
        instructions.report(counted, options.keep_instructions)
    if options.json:
        report = {"format": 1, "rows": results, "whole": others, "instructions": counted}
        Path(options.json).write_text(json.dumps(report, indent=1) + "\n")
    if options.plot:
        table.plot(results, options.plot)


def main():
    options = arguments()
    folder = Path(tempfile.mkdtemp(prefix="torhaus-bench-", dir=options.folder))
    try:
        with contextlib.ExitStack() as stack:
            measure(Bench(options, folder, stack))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
