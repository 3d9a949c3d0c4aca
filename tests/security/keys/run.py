"""Sends every key through every door and compares what comes back."""

import argparse
import base64
import concurrent.futures
import contextlib
import datetime
import hashlib
import hmac
import json
import os
import random
import re
import threading
import xml.parsers.expat
from pathlib import Path
from urllib.parse import quote

from harness.server import BASE_DOMAIN, REPOSITORY, Server
from harness.signed_http import UNSIGNED, SignedHttp, sign, signing_key
from keys.listing import LISTINGS, elements, list_v2, one_element
from keys.making import in_xml, keys

THREADS = 8
SHOWN = 20
BUCKET = "seltsam"
# What names of files below the data directory look like.
FILES = re.compile(
    r"VERSION|meta/(data\.mdb|lock\.mdb|LOCK)|audit/[\d-]+\.jsonl|segments/[0-9a-f.]+\w*"
    r"|blobs/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]+|tmp/[0-9a-f.]+\w*"
)


def body_of(key):
    return hashlib.sha256(key).hexdigest().encode()


class Doors:
    def __init__(self, server, chosen):
        self.server = server
        self.good = sorted(key for key, code in chosen.items() if code is None)
        self.bad = {key: code for key, code in chosen.items() if code is not None}
        self.passed = 0
        self.failures = []
        self.local = threading.local()
        self.lock = threading.Lock()

    def client(self):
        if not hasattr(self.local, "client"):
            self.local.client = SignedHttp(self.server.target)
        return self.local.client

    def check(self, good, door, key, detail=""):
        with self.lock:
            if good:
                self.passed += 1
            else:
                self.failures.append(f"{door} {key[:100]!r}: {detail}")

    def each(self, door, some, work):
        """work(key) → what is wrong, or nothing."""

        def one(key):
            try:
                wrong = work(key)
            except Exception as trouble:  # whatever it is, the key did not pass
                wrong = repr(trouble)
            self.check(not wrong, door, key, wrong)

        with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
            for _ in pool.map(one, some):
                pass

    def ask(self, method, key, status, code=None, **more):
        answer = self.client().request(method, BUCKET, key, **more)
        said = one_element(answer.body, b"Code")
        if answer.status != status:
            return f"{answer.status} {answer.body[:200]!r}"
        if code and said != code.encode():
            return f"{said} instead of {code}"
        return None

    def put(self, key):
        return self.ask("PUT", key, 200, body=body_of(key))

    def read(self, key):
        answer = self.client().request("GET", BUCKET, key)
        if answer.status != 200 or answer.body != body_of(key):
            return f"{answer.status} {answer.body[:200]!r}"
        return None

    def read_by_host(self, key):
        """Virtual-host style, and only the bytes encoded that HTTP does not carry."""
        target = self.server.target
        host = f"{BUCKET}.{BASE_DOMAIN}"
        path = "/" + quote(key, safe="/~-._!$&'()*+,;=:@")
        canonical = "/" + quote(key, safe="/~-._")
        signed = sign(target, "GET", canonical, "", {"host": host}, UNSIGNED)
        http = self.client().connect()
        with contextlib.closing(http):
            http.request("GET", path, headers=signed)
            answer = http.getresponse()
            body = answer.read()
        if answer.status != 200 or body != body_of(key):
            return f"{answer.status} {body[:200]!r}"
        return None

    def missing(self, key):
        """An error document that names the key is a document still."""
        answer = self.client().request("GET", BUCKET, key, {"versionId": "null-not"})
        if answer.status not in (400, 404):
            return f"{answer.status}"
        xml.parsers.expat.ParserCreate().Parse(answer.body, True)
        return None

    def copy(self, key):
        source = f"/{BUCKET}/" + quote(key, safe="")
        answer = self.client().request(
            "PUT", "kopien", hashlib.md5(key).hexdigest(), headers={"x-amz-copy-source": source}
        )
        if answer.status != 200:
            return f"{answer.status} {answer.body[:200]!r}"
        got = self.client().request("GET", "kopien", hashlib.md5(key).hexdigest())
        return None if got.body == body_of(key) else f"other bytes: {got.body[:100]!r}"

    def refuse_copy(self, key):
        headers = {"x-amz-copy-source": f"/{BUCKET}/" + quote(key, safe="")}
        answer = self.client().request("PUT", "kopien", "keine", headers=headers)
        return None if answer.status in (400, 404) else f"{answer.status}"

    def form(self, key):
        """What a browser sends: the key as bytes in a field."""
        code = self.bad.get(key)
        answer = self.post_form("formulare", key, body_of(key))
        if code:
            return None if answer.status == 400 else f"{answer.status} instead of {code}"
        if answer.status != 204:
            return f"{answer.status} {answer.body[:200]!r}"
        got = self.client().request("GET", "formulare", key)
        return None if got.body == body_of(key) else f"{got.status} {got.body[:100]!r}"

    def post_form(self, bucket, key, body):
        ends = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=5)
        policy = {
            "expiration": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "conditions": [{"bucket": bucket}, ["starts-with", "$key", ""]]
            + [["starts-with", f"$x-amz-{n}", ""] for n in ("algorithm", "credential", "date")],
        }
        target = self.server.target
        text = base64.b64encode(json.dumps(policy).encode()).decode()
        fields = form_fields(target, text) | {"key": key}
        boundary = b"grenze" + os.urandom(8).hex().encode()
        sent = b"".join(
            b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
            % (boundary, name.encode(), value if isinstance(value, bytes) else value.encode())
            for name, value in fields.items()
        )
        sent += (
            b'--%b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n%b'
            b"\r\n--%b--\r\n" % (boundary, body, boundary)
        )
        http = self.client().connect()
        with contextlib.closing(http):
            kind = f"multipart/form-data; boundary={boundary.decode()}"
            http.request("POST", f"/{bucket}", sent, {"Content-Type": kind, "Host": target.host})
            answer = http.getresponse()
            answer.body = answer.read()
        return answer

    def delete_many(self, some):
        """DeleteObjects names keys in XML, as text with references."""
        for at in range(0, len(some), 500):
            few = some[at : at + 500]
            listed = "".join(f"<Object><Key>{in_references(key)}</Key></Object>" for key in few)
            body = f"<Delete>{listed}</Delete>".encode()
            digest = base64.b64encode(hashlib.md5(body).digest()).decode()
            answer = self.client().request(
                "POST", BUCKET, query={"delete": ""}, headers={"content-md5": digest}, body=body
            )
            gone = set(elements(answer.body, b"Key", False))
            errors = one_element(answer.body, b"Code")
            for key in few:
                self.check(key in gone and not errors, "deleted", key, f"{errors}")

    def listings(self, expected, bucket=BUCKET):
        for name, reader in LISTINGS.items():
            for url in (True, False):
                found = []
                for body in reader(self.client(), bucket, url):
                    # A page's own Prefix, Marker … are no keys.
                    found += elements(body, b"Key", url)
                door = f"listed by {name}{', encoding-type=url' if url else ''}"
                self.compare(door, found, expected)
        self.common_prefixes(expected, bucket)

    def compare(self, door, found, expected):
        if found == expected:
            self.passed += len(expected)
            return
        for key in sorted(set(expected) ^ set(found))[:SHOWN]:
            self.check(False, door, key, "missing" if key in expected else "nobody's")
        self.check(sorted(found) == found, door, b"", "not in the order of bytes")
        self.check(len(found) == len(set(found)), door, b"", "a key twice")

    def common_prefixes(self, expected, bucket):
        found = set()
        for body in list_v2(self.client(), bucket, True, delimiter="/"):
            found |= set(
                elements(
                    b"".join(re.findall(b"<CommonPrefixes>.*?</CommonPrefixes>", body, re.S)),
                    b"Prefix",
                    True,
                )
            )
        wanted = {key.partition(b"/")[0] + b"/" for key in expected if b"/" in key}
        for prefix in found ^ wanted:
            self.check(
                False, "common prefix", prefix, "missing" if prefix in wanted else "nobody's"
            )
        self.passed += len(wanted)

    def files(self):
        """Nothing beside the data directory, and in it only names of the store's own."""
        for path in Path(self.server.folder).rglob("*"):
            name = str(path.relative_to(self.server.folder))
            if path.is_dir() or name in ("server.log", "data.master-key"):
                continue
            known = name.startswith("data/") and FILES.fullmatch(name[5:])
            self.check(known, "file", name.encode(errors="replace"), "nobody's")

    def lines(self):
        """Log and audit have one JSON object a line, whatever a key holds."""
        journals = list((self.server.data / "audit").glob("*.jsonl"))
        for path in [self.server.log_path, *journals]:
            for line in path.read_bytes().split(b"\n"):
                with contextlib.suppress(ValueError):
                    if not line or isinstance(json.loads(line), dict):
                        continue
                self.check(False, f"line of {path.name}", line, "no JSON object")
        self.passed += 1


def in_references(key):
    plain = {"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;"}
    return "".join(
        plain.get(c, f"&#x{ord(c):x};" if c in "\t\n\r\x85\u2028" else c) for c in key.decode()
    )


def form_fields(target, policy):
    stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    key = signing_key(target.secret_key, stamp[:8], target.region)
    return {
        "policy": policy,
        "x-amz-algorithm": "AWS4-HMAC-SHA256",
        "x-amz-credential": f"{target.access_key}/{stamp[:8]}/{target.region}/s3/aws4_request",
        "x-amz-date": stamp,
        "x-amz-signature": hmac.new(key, policy.encode(), hashlib.sha256).hexdigest(),
    }


def go_through(doors):
    for bucket in (BUCKET, "kopien", "formulare"):
        assert doors.client().request("PUT", bucket).status == 200
    doors.each("put", doors.good, doors.put)
    doors.each(
        "refused", doors.bad, lambda key: doors.ask("PUT", key, 400, doors.bad[key], body=b"x")
    )
    doors.each("read", doors.good, doors.read)
    doors.each("read by host", doors.good[::4], doors.read_by_host)
    doors.each("missing version", doors.good[::4], doors.missing)
    doors.listings(doors.good)
    doors.each("copied", doors.good[::4], doors.copy)
    doors.each("no copy", doors.bad, doors.refuse_copy)
    doors.each("form", doors.good[::8] + list(doors.bad)[::8], doors.form)
    doors.listings(sorted(key for key in doors.good[::8]), "formulare")
    doors.files()
    doors.delete_many([key for key in doors.good if in_xml(key)])
    rest = [key for key in doors.good if not in_xml(key)]
    doors.compare(
        "left",
        [k for b in list_v2(doors.client(), BUCKET, True) for k in elements(b, b"Key", True)],
        rest,
    )
    doors.each("deleted alone", rest, lambda key: doors.ask("DELETE", key, 204))
    doors.listings([])
    doors.lines()


def main(text):
    parser = argparse.ArgumentParser(
        description=text, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--keys", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randint(0, 10**9))
    parser.add_argument("--build", default=str(REPOSITORY / "build"))
    options = parser.parse_args()
    print(f"{options.keys} keys, seed {options.seed}", flush=True)
    chosen = keys(options.keys, random.Random(options.seed))
    with Server(Path(options.build) / "torhaus") as server:
        doors = Doors(server, chosen)
        go_through(doors)
        doors.check(server.alive(), "server", b"", "has ended")
    for line in doors.failures[:SHOWN]:
        print(f"FAIL {line}")
    print(f"{len(doors.good)} keys stored, {len(doors.bad)} refused")
    print(f"{doors.passed} passed, {len(doors.failures)} failed")
    return 1 if doors.failures else 0
