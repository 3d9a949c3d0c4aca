"""The stage of the attacks: a server with two agencies. `victim` owns the bucket `akten` with the
object `geheim`, `attacker` is the user of another agency with a bucket of his own. Every secret of
the run is marked, so that the end of it can look where one has got to."""

import base64
import contextlib
import dataclasses
import hashlib
import json
import re
import secrets
import socket
import subprocess
import urllib.parse

from harness.server import Server
from harness.signed_http import UNSIGNED, SignedHttp, encode_path, encode_query, sign

SECRET_BYTES = b"Kennwort der Leitstelle: 7391"
SECONDS = 20
CASES = []


def attack(ids, text):
    """Registers a case: the advisories that it stands for, and what is shown not to work."""

    def register(function):
        CASES.append((ids, text, function))
        return function

    return register


def md5(body):
    """Content-MD5."""
    return base64.b64encode(hashlib.md5(body).digest()).decode()


class Works(Exception):
    """The attack has worked."""


def must(condition, text):
    if not condition:
        raise Works(text)


@dataclasses.dataclass
class Raw:
    status: int
    code: str
    head: bytes
    body: bytes
    answers: int


class World:
    def __init__(self, binary, variables=None):
        self.binary = str(binary)
        usual = {"TORHAUS_S3_NEW_BUCKET_PUBLIC_ACCESS_BLOCK": "false"}
        self.server = Server(binary, variables=usual | (variables or {}))
        self.marked = {}  # name → secret

    def __enter__(self):
        self.server.start()
        self.marked["root's secret key"] = self.server.secret_key
        self.victim = self.agency("opfer", "VICTIMKEY00000000001")
        self.attacker = self.agency("angreifer", "ATTACKERKEY000000001")
        self.expect(self.victim.request("PUT", "akten"), 200)
        self.expect(self.victim.request("PUT", "akten", "geheim", body=SECRET_BYTES), 200)
        self.expect(self.attacker.request("PUT", "beute"), 200)
        return self

    def __exit__(self, *unused):
        self.server.remove()

    @staticmethod
    def expect(answer, status):
        assert answer.status == status, (answer.status, answer.body)

    def admin(self, *words, text=None):
        environment = self.server.target.environment()
        environment["TORHAUS_ENDPOINT"] = f"http://127.0.0.1:{self.server.admin_port}"
        done = subprocess.run(
            [self.binary, "admin", *words],
            env=environment,
            input=text,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def agency(self, name, key_id):
        secret = f"MARK{secrets.token_hex(18)}"
        self.marked[f"secret key of {name}"] = secret
        self.admin("agency", "create", name, "--name", f"Amt {name}")
        self.admin("user", "create", name, "eva")
        self.admin(
            "key",
            "create",
            name,
            "eva",
            "--access-key-id",
            key_id,
            "--secret-key-file",
            "-",
            text=secret + "\n",
        )
        target = dataclasses.replace(self.server.target, access_key=key_id, secret_key=secret)
        return SignedHttp(target)

    def account(self, name):
        return json.loads(self.admin("agency", "show", name, "--json"))["account"]

    def connect(self):
        return socket.create_connection(self.server.target.address, timeout=SECONDS)

    def raw(self, data):
        """Sends bytes as they are; everything that comes back until the server closes."""
        received = b""
        with self.connect() as connection:
            with contextlib.suppress(OSError):
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
            with contextlib.suppress(OSError):
                while piece := connection.recv(65536):
                    received += piece
        head, _, body = received.partition(b"\r\n\r\n")
        code = re.search(rb"<Code>([^<]+)</Code>", body)
        status = int(head.split()[1]) if head.startswith(b"HTTP/1.") else 0
        answers = len(re.findall(rb"HTTP/1\.1 \d\d\d ", received))
        return Raw(status, code[1].decode() if code else "", head, body, answers)

    def send(
        self,
        who,
        method,
        bucket,
        key="",
        query=None,
        signed=None,
        unsigned=None,
        body=b"",
        payload=UNSIGNED,
        spoil=None,
        path=None,
    ):
        """A signed request with headers that the signature does not cover. `spoil` may change the
        signed headers; `path` goes over the wire as it is, and is what was signed."""
        text = encode_query(query)
        path = path or encode_path(bucket, key)
        headers = dict(signed or {})
        if body or method in ("PUT", "POST"):
            headers["content-length"] = str(len(body))
        signed = sign(who.target, method, path, text, headers, payload)
        if spoil:
            spoil(signed)
        signed |= unsigned or {}
        lines = "".join(f"{name}: {value}\r\n" for name, value in signed.items())
        target = path + ("?" + text if text else "")
        head = f"{method} {target} HTTP/1.1\r\n{lines}connection: close\r\n\r\n"
        return self.raw(head.encode("latin-1") + body)

    def anonymous(self, method, target, headers=None, body=b""):
        lines = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        if body or method in ("PUT", "POST"):
            lines += f"Content-Length: {len(body)}\r\n"
        host = self.server.target.host
        head = f"{method} {target} HTTP/1.1\r\nHost: {host}\r\n{lines}Connection: close\r\n\r\n"
        return self.raw(head.encode("latin-1", "replace") + body)

    def keys(self, who, bucket):
        body = who.request("GET", bucket, query={"list-type": "2", "encoding-type": "url"}).body
        body = body.decode()
        return [urllib.parse.unquote_plus(key) for key in re.findall("<Key>([^<]*)</Key>", body)]

    def unharmed(self):
        """The victim's data is as it was, and nobody else's."""
        got = self.victim.request("GET", "akten", "geheim")
        must(got.body == SECRET_BYTES, f"the object is now {got.status} {got.body[:80]!r}")
        must(self.keys(self.victim, "akten") == ["geheim"], "the bucket has other keys")
        must(self.server.alive(), f"the server has ended:\n{self.server.log_tail()}")

    def refused(self, answer, statuses=(400, 403), what=""):
        must(answer.status in statuses, f"{what}: {answer.status} {answer.body[:300]!r}")
        must(SECRET_BYTES not in answer.body, f"{what}: the secret came back")

    @contextlib.contextmanager
    def policy(self, *statements):
        """The victim's bucket policy for a while."""
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)}).encode()
        self.expect(self.victim.request("PUT", "akten", query={"policy": ""}, body=document), 204)
        try:
            yield
        finally:
            self.expect(self.victim.request("DELETE", "akten", query={"policy": ""}), 204)

    def statement(self, action, resource="arn:aws:s3:::akten/*", effect="Allow", **more):
        principal = {"AWS": f"arn:aws:iam::{self.account('angreifer')}:root"}
        return {
            "Effect": effect,
            "Principal": principal,
            "Action": action,
            "Resource": resource,
            **more,
        }
