"""The stage of the matrix: a server whose clock can be set, two buckets, and callers of all sorts.
`akten` is what the spoiled requests are about; the right ones, which show that each form is right,
are about `probe`."""

import dataclasses
import datetime
import json
import re
import tempfile
import time
import urllib.request
from pathlib import Path

from attacks.sessions import call
from clock.clock import Clock
from harness.signed_http import SignedHttp
from matrix.forms import Signing
from world import World

DATA = ("meta/data.mdb", "segments", "blobs", "tmp")


class Stage(World):
    def __init__(self, build):
        super().__init__(Path(build) / "torhaus")
        self.scratch = tempfile.TemporaryDirectory(prefix="torhaus-matrix-")
        self.clock = Clock(build, self.scratch.name)
        # Nothing but requests may commit, and a whole day's scrub does not begin within the run.
        self.server.variables |= self.clock.variables | {
            "TORHAUS_S3_POST_FORM_SIGV2": "true",
            "TORHAUS_LIFECYCLE_INTERVAL": "24h",
            "TORHAUS_LOG_LEVEL": "warning",
        }

    def __enter__(self):
        super().__enter__()
        self.other = self.agency("dritte", "OTHERKEY000000000001")
        self.expect(self.victim.request("PUT", "ablage"), 200)
        self.expect(self.victim.request("PUT", "probe"), 200)
        self.expect(self.victim.request("PUT", "probe", "geheim", body=b"probe"), 200)
        self.upload = self.begin_upload("akten")
        self.disabled = self.key_that_was("disabled", "DISABLEDKEY000000001")
        self.deleted = self.key_that_was("deleted", "DELETEDKEY0000000001")
        self.clock.set(-datetime.timedelta(hours=2))
        self.expired = self.new_session(self.clock.now())
        self.clock.set(datetime.timedelta())
        self.session = self.new_session()
        self.other_session = self.new_session()
        return self

    def __exit__(self, *unused):
        super().__exit__()
        self.clock.close()
        self.scratch.cleanup()

    def begin_upload(self, bucket):
        answer = self.victim.request("POST", bucket, "geheim", {"uploads": ""})
        self.expect(answer, 200)
        return re.search(rb"<UploadId>([^<]+)<", answer.body)[1].decode()

    def key_that_was(self, what, key_id):
        secret = f"MARK{key_id.lower()}{'s' * 16}"
        self.admin(
            *("key", "create", "opfer", "eva", "--access-key-id", key_id),
            *("--secret-key-file", "-"),
            text=secret + "\n",
        )
        target = dataclasses.replace(self.server.target, access_key=key_id, secret_key=secret)
        self.expect(SignedHttp(target).request("GET"), 200)
        if what == "disabled":
            self.admin("key", "update", "opfer", "eva", key_id, "--disable")
        else:
            self.admin("key", "delete", "opfer", "eva", key_id)
        return key_id, secret

    def new_session(self, now=None):
        """(key id, secret, token) of GetSessionToken, for the least time that there is."""
        status, text = call(
            self, self.victim, "sts", "GetSessionToken", now=now, DurationSeconds="900"
        )
        assert status == 200, text
        return tuple(
            re.search(f"<{name}>([^<]+)<", text)[1]
            for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")
        )

    def signing(self, temporary):
        target = self.victim.target
        who = self.session if temporary else (target.access_key, target.secret_key, "")
        return Signing(
            who[0],
            who[1],
            target.host,
            target.region,
            who[2],
            hosts={"torhaus-admin": f"127.0.0.1:{self.server.admin_port}"},
            regions={"torhaus-admin": "us-east-1"},
        )

    def metric(self, name):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        url = f"http://127.0.0.1:{self.server.admin_port}/-/metrics"
        text = opener.open(url, timeout=10).read().decode()
        return float(re.search(rf"^{name} (\S+)$", text, re.M)[1])

    def settled_commits(self):
        """Commits of the metadata once nothing has committed for two seconds: what the controls
        left to be cleared away is cleared away later."""
        name = "torhaus_kv_commits_total"
        seen, since = self.metric(name), time.monotonic()
        deadline = since + 60
        while time.monotonic() - since < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
            now = self.metric(name)
            if now != seen:
                seen, since = now, time.monotonic()
        return seen

    def listing(self):
        """Everything a client can see of the buckets, as text."""
        seen = [self.victim.request("GET").body]
        for bucket in ("akten", "ablage"):
            for query in ("versions", "uploads", "policy", "acl", "tagging", "cors", "lifecycle"):
                seen.append(self.victim.request("GET", bucket, query={query: ""}).body)
        parts = {"uploadId": self.upload}
        seen.append(self.victim.request("GET", "akten", "geheim", query=parts).body)
        seen.append(self.victim.request("GET", "akten", "geheim").body)
        plain = b"\n".join(seen).decode()
        return re.sub("<(RequestId|HostId)>[^<]*<", "<", plain)

    def files(self):
        """Names and sizes below the data directory, without the audit and LMDB's lock."""
        found = {}
        for place in DATA:
            path = self.server.data / place
            for file in [path] if path.is_file() else sorted(path.rglob("*")):
                if file.is_file():
                    found[str(file.relative_to(self.server.data))] = file.stat().st_size
        return found

    def records(self):
        """The audit's records of requests, by request id."""
        found = {}
        for path in sorted((self.server.data / "audit").rglob("*.jsonl")):
            for line in path.read_text(errors="replace").splitlines():
                record = json.loads(line)
                if record.get("type") in ("request", "admin"):
                    found.setdefault(record["id"], []).append(record)
        return found
