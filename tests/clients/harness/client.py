"""A client under test: its operations, how they are run, and what became of each."""

import dataclasses
import inspect
import shlex
import subprocess
import tempfile
import time
import traceback
from pathlib import Path

from harness.data import tree_differences
from harness.signed_http import SignedHttp

COMMAND_SECONDS = 300


class Skip(Exception):
    """This client cannot do that; the reason is shown, and nothing is counted."""


class Failure(Exception):
    """An operation went wrong; the text has the command and its output."""


@dataclasses.dataclass
class Result:
    row: str
    outcome: str  # "ok", "FAIL", "skip"
    detail: str = ""
    seconds: float = 0.0


def operation(row):
    """Marks a method as one cell of the table. Methods run in the order of their definition."""

    def mark(function):
        function.row = row
        return function

    return mark


def check(condition, text):
    if not condition:
        raise Failure(text)


def same(got, wanted, what):
    if got != wanted:
        raise Failure(f"{what}: got {shorten(got)}, wanted {shorten(wanted)}")


def shorten(value, most=400):
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]}… ({len(text)} characters)"


def version_of(*command):
    """The first line that a program says of its version; Skip when the program is not there."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except FileNotFoundError:
        raise Skip(f"{command[0]} is not installed") from None
    return (done.stdout or done.stderr).strip().splitlines()[0]


class Client:
    """Subclass it in a file of its own in clients/, with methods marked @operation. Each instance
    gets a folder, a bucket of its own and a server; `setup` may write configuration files."""

    name = "client"
    quick = False  # part of tests/run --quick
    heavy = False  # only with --all, or when it is named: its toolchain is large
    own_server = False  # starts one itself: it runs once, not for each scheme
    table = "operation"  # clients of one kind share a table

    def __init__(self):
        self.target = self.folder = self.bucket = self.http = None
        self.commands = []

    def version(self):
        """One line; raises Skip when the client is not installed."""
        raise NotImplementedError

    def prepare(self):
        """Once, before the servers start: what has to be installed or built first. Raises Skip
        when it cannot be had here."""

    def setup(self):
        """Before the first operation."""

    def run(self, *command, input=None, expect=0, variables=None, folder=None, text=True):
        """Runs a command as a user would and returns its standard output. Any other exit code than
        `expect` is a failure; expect=None takes any but 0."""
        command = [str(word) for word in command]
        self.commands.append(shlex.join(command))
        environment = self.target.environment() | {"HOME": str(self.folder)} | (variables or {})
        try:
            done = subprocess.run(
                command,
                input=input,
                capture_output=True,
                env=environment,
                cwd=folder or self.folder,
                timeout=COMMAND_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Failure(f"$ {self.commands[-1]}\nno end after {COMMAND_SECONDS} s") from None
        self.errors = done.stderr.decode(errors="replace")
        wrong = done.returncode == 0 if expect is None else done.returncode != expect
        if wrong:
            shown = (done.stdout[-1500:].decode(errors="replace") + self.errors[-2500:]).strip()
            raise Failure(f"$ {self.commands[-1]}\nexit code {done.returncode}\n{shown}")
        return done.stdout.decode(errors="replace") if text else done.stdout

    def same_tree(self, one, other):
        difference = tree_differences(one, other)
        check(not difference, f"{one} and {other} differ:\n{difference}")

    def stored(self, key, bucket=None):
        """The bytes that the server gives for a key, read without the client under test."""
        answer = self.http.request("GET", bucket or self.bucket, key)
        check(answer.status == 200, f"GET {key!r}: {answer.status} {answer.body[:300]!r}")
        return answer.body

    def absent(self, key, bucket=None):
        answer = self.http.request("HEAD", bucket or self.bucket, key)
        check(answer.status == 404, f"HEAD {key!r}: {answer.status}, wanted 404")

    def put(self, key, body, bucket=None, headers=None):
        answer = self.http.request("PUT", bucket or self.bucket, key, body=body, headers=headers)
        check(answer.status == 200, f"PUT {key!r}: {answer.status} {answer.body[:300]!r}")

    def operations(self):
        marked = [
            method
            for _, method in inspect.getmembers(self, inspect.ismethod)
            if hasattr(method, "row")
        ]
        return sorted(marked, key=lambda method: method.__func__.__code__.co_firstlineno)

    def perform(self, only=None):
        """Runs all operations, or those whose row contains `only`, and returns their results."""
        results = []
        for method in self.operations():
            if only and only not in method.row:
                continue
            results.append(self.attempt(method.row, method))
        return results

    def attempt(self, row, action):
        self.commands = []
        began = time.monotonic()
        try:
            action()
            outcome, detail = "ok", ""
        except Skip as reason:
            outcome, detail = "skip", str(reason)
        except Failure as failure:
            outcome, detail = "FAIL", str(failure)
            if self.commands and not detail.startswith("$ "):
                detail = f"$ {self.commands[-1]}\n{detail}"
        except Exception:  # the report must come, whatever a client does
            outcome, detail = "FAIL", traceback.format_exc(limit=-4)
        return Result(row, outcome, detail, time.monotonic() - began)

    def location(self):
        """The body of CreateBucket; AWS wants none for its first region."""
        if self.target.region == "us-east-1":
            return b""
        return (
            f"<CreateBucketConfiguration><LocationConstraint>{self.target.region}"
            "</LocationConstraint></CreateBucketConfiguration>"
        ).encode()

    def suite(self, target, only=None):
        """Everything from a fresh bucket on, against one server."""
        self.target = target
        self.http = SignedHttp(target)
        try:
            self.version()
        except Skip as reason:
            return [Result(method.row, "skip", str(reason)) for method in self.operations()]
        plain = "".join(c if c.isalnum() else "-" for c in self.name.lower())
        self.bucket = f"{plain}-{target.scheme}"
        with tempfile.TemporaryDirectory(prefix="torhaus-client-") as folder:
            self.folder = Path(folder)
            answer = self.http.request("PUT", self.bucket, body=self.location())
            if answer.status != 200:
                text = (
                    f"cannot make the bucket {self.bucket}: {answer.status} {answer.body[:500]!r}"
                )
                return [Result("prepare", "FAIL", text)]
            self.setup()
            return self.perform(only)
