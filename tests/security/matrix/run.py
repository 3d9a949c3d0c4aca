"""Goes through the matrix, and looks at what it has left."""

import argparse
import collections
import contextlib
import random
import re
import time

from harness.server import REPOSITORY
from matrix import callers, parts, requests  # noqa: F401  (each fills ALL)
from matrix.forms import forms
from matrix.mutation import ALL
from matrix.operations import operations, other_interfaces
from matrix.stage import Stage
from matrix.wire import Connection

ERRORS = REPOSITORY / "storage" / "base" / "errors.inc"
SHOWN = 20
AUDIT_SECONDS = 10
# What IAM and STS say instead. AWS: "Common errors" in the IAM API reference.
IN_IAM_WORDS = {
    "InvalidAccessKeyId": ("InvalidClientTokenId", 403),
    "InvalidToken": ("InvalidClientTokenId", 403),
    "ExpiredToken": ("ExpiredToken", 403),
    "AuthorizationHeaderMalformed": ("IncompleteSignature", 400),
    "RequestTimeTooSkewed": ("SignatureDoesNotMatch", 403),
}


def statuses():
    """Code → status, from the server's own table."""
    rows = re.findall(r'^TORHAUS_ERROR\(\w+, "(\w+)", (\d+)', ERRORS.read_text(), re.M)
    return {code: int(status) for code, status in reversed(rows)}


def independent(mutations):
    """Without those that could undo each other: a header taken away and sent twice is right."""
    families = ("signature", "signed", "parameter")
    kept = {}
    for mutation in mutations:
        family = next((f for f in families if f in mutation.name), mutation.name)
        kept.setdefault(family, mutation)
    return list(kept.values())


class Matrix:
    def __init__(self, stage, options):
        self.stage = stage
        self.options = options
        self.passed = 0
        self.failures = []
        self.by_form = collections.Counter()
        self.asked = {}  # request id → (cell, status, code or "", whether the body was read)
        self.forms = forms()
        self.account = stage.account("opfer")
        made = operations("akten", "geheim", stage.upload, self.account)
        self.operations = made + other_interfaces()
        self.statuses = statuses()
        self.connection = Connection(stage.victim.target.address)
        self.admin = Connection(("127.0.0.1", stage.server.admin_port))

    def ask(self, operation, wire):
        at = self.admin if operation.service == "torhaus-admin" else self.connection
        return at.ask(wire)

    def check(self, good, text):
        if good:
            self.passed += 1
        else:
            self.failures.append(text)

    def wanted(self, *names):
        return self.options.only in " / ".join(names)

    def controls(self):
        """Every form is right where nothing is spoiled: the signature is accepted, whatever then
        becomes of the request. Else no refusal would say anything."""
        upload = self.stage.begin_upload("probe")
        made = operations("probe", "geheim", upload, self.account)
        asked = {}
        for operation in made + other_interfaces():
            for form in self.forms:
                if not form.takes(operation):
                    continue
                wire = form.sign(operation, self.stage.signing(form.temporary))
                reply = self.ask(operation, wire)
                asked[reply.request_id] = (f"{form.name} / {operation.name}", reply)
        records = self.settled(asked)
        for identity, (cell, reply) in asked.items():
            users = [record.get("user") for record in records.get(identity, [])]
            good = len(users) == 1 and users[0] and reply.status != 403
            if ":" in cell:  # those may deny what they are asked, but know who asks
                good = len(users) == 1 and users[0]
            self.check(good, f"{cell}: a right request: {reply.status} {reply.code} {users}")

    def settled(self, asked):
        """The audit's records, once the last request has one: they are written behind it."""
        until = time.monotonic() + AUDIT_SECONDS
        while True:
            records = self.stage.records()
            if asked.keys() <= records.keys() or time.monotonic() > until:
                return records
            time.sleep(0.1)

    def cell(self, form, operation, mutation):
        code = mutation.code(form, operation)
        name = f"{form.name} / {operation.name} / {mutation.name}"
        if not code or not self.wanted(form.name, operation.name, mutation.name):
            return
        signing = self.stage.signing(form.temporary)
        if mutation.start:
            mutation.start(signing, self.stage)
        wire = form.sign(operation, signing)
        if mutation.spoil:
            mutation.spoil(wire, self.stage)
        said, _, code = code.rpartition(" ")
        status = int(said) if said else self.statuses[code]
        if operation.service in ("iam", "sts"):
            code, status = IN_IAM_WORDS.get(code, (code, status))
        reply = self.ask(operation, wire)
        good = reply.status == status and (wire.method == "HEAD" or reply.code == code)
        self.check(good, f"{name}: {reply.status} {reply.code}, wanted {status} {code}")
        self.by_form[form.name] += 1
        self.asked[reply.request_id] = (name, status, code, mutation.touches_body)

    def cells(self):
        for operation in self.operations:
            for form in self.forms:
                if form.takes(operation):
                    for mutation in ALL:
                        self.cell(form, operation, mutation)

    def random_cell(self, source):
        """Up to three mutations at once, whatever is left of the request; the code is any."""
        operation = source.choice(self.operations)
        form = source.choice([f for f in self.forms if f.takes(operation)])
        fitting = [m for m in ALL if m.code(form, operation) and not m.touches_body]
        chosen = independent(source.sample(fitting, source.randint(1, 3)))
        signing = self.stage.signing(form.temporary)
        for mutation in chosen:
            with contextlib.suppress(IndexError):
                if mutation.start:
                    mutation.start(signing, self.stage)
        wire = form.sign(operation, signing)
        for mutation in chosen:
            # One may have taken away what the next is about.
            with contextlib.suppress(AttributeError, TypeError, IndexError, KeyError):
                if mutation.spoil:
                    mutation.spoil(wire, self.stage)
        name = f"{form.name} / {operation.name} / {' + '.join(m.name for m in chosen)}"
        reply = self.ask(operation, wire)
        refused = reply.status in (400, 403, 405, 501)
        if operation.name == "DeleteObjects" and reply.code == "AccessDenied":
            refused = True  # of every key, when nothing is left of the authentication
        self.check(refused, f"{name}: {reply.status} {reply.code}")
        self.asked[reply.request_id] = (name, reply.status, "", False)

    def look_at_audit(self):
        records = self.settled(self.asked)
        earlier = len(self.failures)
        for identity, (name, status, code, touches_body) in self.asked.items():
            of_it = records.get(identity, [])
            if len(of_it) != 1:
                self.failures.append(f"{name}: {len(of_it)} audit records")
                continue
            record = of_it[0]
            error = "" if status == 200 else code
            same = record["status"] == status and error in ("", record.get("error"))
            if not same:
                self.failures.append(f"{name}: the audit says {record}")
            if not touches_body and record.get("user"):
                self.failures.append(f"{name}: the audit names a user: {record}")
        same = len(self.failures) == earlier
        self.check(same, "the audit has other records than the answers say")


def go_through(matrix, stage, options):
    matrix.controls()
    before = stage.listing()
    commits = stage.settled_commits()
    files = stage.files()
    began = time.monotonic()
    matrix.cells()
    source = random.Random(options.seed)
    for _ in range(options.random):
        matrix.random_cell(source)
    took = time.monotonic() - began
    after = stage.metric("torhaus_kv_commits_total")
    matrix.check(after == commits, f"{after - commits} commits for requests that were refused")
    matrix.check(stage.files() == files, f"other files: {files} and {stage.files()}")
    matrix.check(stage.listing() == before, "buckets are other than before")
    matrix.look_at_audit()
    matrix.check(stage.server.alive(), f"the server has ended\n{stage.server.log_tail()}")
    return took


def main(text):
    parser = argparse.ArgumentParser(
        description=text, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--random", type=int, default=0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randint(0, 10**9))
    parser.add_argument("--only", default="")
    parser.add_argument("--build", default=str(REPOSITORY / "build"))
    options = parser.parse_args()
    if options.random:
        print(f"seed {options.seed}")
    with Stage(options.build) as stage:
        matrix = Matrix(stage, options)
        took = go_through(matrix, stage, options)
    for form, count in matrix.by_form.items():
        print(f"{count:6} cells  {form}")
    total = len(matrix.asked)
    print(f"{total} requests in {took:.1f} s, {total / took:.0f} a second")
    for line in matrix.failures[:SHOWN]:
        print(f"FAIL {line}")
    if len(matrix.failures) > SHOWN:
        print(f"and {len(matrix.failures) - SHOWN} more")
    print(f"{matrix.passed} passed, {len(matrix.failures)} failed")
    return 1 if matrix.failures else 0
