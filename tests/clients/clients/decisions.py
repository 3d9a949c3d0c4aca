"""Who may what: every S3 and every admin operation, asked of a running server by every role, in the
owning agency and from another one, and compared with the table kept in decisions.txt. Operations
are those of the server's own tables, so that a new one is missed here.

TORHAUS_WRITE_DECISIONS=1 writes the table anew."""

import base64
import dataclasses
import difflib
import hashlib
import http.client
import json
import os
import re
from pathlib import Path

from harness.client import Client, check, operation
from harness.server import REPOSITORY, Server
from harness.signed_http import SignedHttp, sign

ROWS = REPOSITORY / "gateway/s3/operations.inc"
TABLE = Path(__file__).with_name("decisions.txt")
ROLES = ("manager", "editor", "contributor", "reader", "depositor")
OWNER, OTHER, PROJECT = "bau", "werke", "trasse"
ANSWERED, REFUSED = "x", "-"

# What an operation needs besides its method and sub-resource.
QUERIES = {
    "uploadId": "none",
    "partNumber": "1",
    "id": "one",
    "annotationName": "one",
    "list-type": "2",
}
HEADERS = {
    "CopyObject": {"x-amz-copy-source": f"/{PROJECT}/object"},
    "UploadPartCopy": {"x-amz-copy-source": f"/{PROJECT}/object"},
    "RenameObject": {"x-amz-rename-source": f"/{PROJECT}/object"},
}
BODIES = {"DeleteObjects": b"<Delete><Object><Key>object</Key></Object></Delete>"}
# Who has no key is asked for one in a form, and only then whether it may.
FORM = b'--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nPostObject\r\n'
FORM += b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nbytes\r\n--b--\r\n'
for name, body in BODIES.items():
    HEADERS[name] = {"content-md5": base64.b64encode(hashlib.md5(body).digest()).decode()}
CHANGING = ("PUT", "POST", "DELETE")
# Keys that are there only when the operation made them.
NEW_KEYS = ("PutObject", "CopyObject", "RenameObject", "CreateMultipartUpload")


def s3_rows():
    """(name, method, scope, query) of each operation, and once more with a version."""
    text = (
        r'\{"(\w+)", "([\w:-]+)", "(\w+)", scope::(\w+), "([^"]*)", "[^"]*", [^,]+, (\w+)'
        r'(?:, "([^"]*)")?'
    )
    for line in ROWS.read_text().splitlines():
        found = re.match(text, line)
        if not found or found[2] == "-":
            continue
        name, _, method, scope, resource, _, version = found.groups()
        query = {}
        for part in filter(None, resource.split("&")):
            key, _, value = part.partition("=")
            query[key] = value or QUERIES.get(key, "")
        yield name, name, method, scope, query
        if version:
            yield f"{name} ?versionId", name, method, scope, query | {"versionId": "null"}
        if name == "PutObject":
            yield "PutObject (overwrites)", "overwrite", method, scope, query


class Decisions(Client):
    name = "decisions"
    own_server = True
    table = "decisions"

    def __init__(self, binary):
        super().__init__()
        self.binary = binary
        self.server = self.connections = self.callers = self.owner = self.account = None

    def version(self):
        return f"{self.binary.name} of this build"

    def perform(self, only=None):
        with Server(self.binary, folder=self.folder / "own") as self.server:
            return super().perform(only)

    def setup(self):
        (self.folder / "own").mkdir()
        self.connections = {}
        self.callers = {}  # shown as: (key id, secret), None for nobody

    def root(self):
        return self.server.access_key, self.server.secret_key

    def admin(self, keys, method, path, body=None):
        """Status and body of one call of the admin API."""
        host = f"127.0.0.1:{self.server.admin_port}"
        sent = b"" if body is None else json.dumps(body).encode()
        headers = {}
        if keys:
            who = dataclasses.replace(
                self.server.target,
                endpoint=f"http://{host}",
                access_key=keys[0],
                secret_key=keys[1],
                region="us-east-1",
            )
            digest = hashlib.sha256(sent).hexdigest()
            service = "torhaus-admin"
            headers = sign(who, method, path, "", {"Host": host}, digest, service=service)
        connection = http.client.HTTPConnection(host, timeout=30)
        connection.request(method, path, sent or None, headers)
        answer = connection.getresponse()
        status, text = answer.status, answer.read()
        connection.close()
        return status, text

    def made(self, method, path, body):
        status, text = self.admin(self.root(), method, "/-/admin/v1/" + path, body)
        check(status < 300, f"{method} {path}: {status} {text!r}")
        return json.loads(text)

    def user(self, agency, name, **more):
        self.made("POST", f"agencies/{agency}/users", {"name": name, **more})
        key = self.made("POST", f"agencies/{agency}/users/{name}/keys", {})
        return key["access_key_id"], key["secret_key"]

    def s3(self, keys, method, bucket="", key="", query=None, headers=None, body=b""):
        if keys:
            if keys not in self.connections:
                target = dataclasses.replace(
                    self.server.target, access_key=keys[0], secret_key=keys[1]
                )
                self.connections[keys] = SignedHttp(target)
            return self.connections[keys].request(method, bucket, key, query, headers, body)
        host, port = self.server.target.address
        connection = http.client.HTTPConnection(host, port, timeout=30)
        path = "/" + "/".join(filter(None, (bucket, key)))
        text = "&".join(f"{name}={value}" for name, value in (query or {}).items())
        connection.request(method, path + ("?" + text if text else ""), body, headers or {})
        answer = connection.getresponse()
        answer.body = answer.read()
        connection.close()
        return answer

    @operation("decisions: the world")
    def world(self):
        accounts = {
            agency: self.made("POST", "agencies", {"id": agency})["account"]
            for agency in (OWNER, OTHER)
        }
        self.account = accounts[OWNER]
        self.callers["root user of the owner"] = self.user(OWNER, "root", root=True)
        self.made("POST", "projects", {"id": PROJECT, "owner": OWNER})
        for agency in (OWNER, OTHER):
            for role in ROLES:
                keys = self.user(agency, role, may_open_projects=False)
                body = {"agency": agency, "user": role, "role": role}
                self.made("POST", f"projects/{PROJECT}/members", body)
                self.callers[f"{role}, {'owner' if agency == OWNER else 'other agency'}"] = keys
        self.callers["colleague without a role"] = self.user(OWNER, "none")
        self.callers["user of another agency"] = self.user(OTHER, "none")
        self.callers["root user of another agency"] = self.user(OTHER, "root", root=True)
        self.callers["administrator of the owner"] = self.user(OWNER, "chief", administrator=True)
        self.callers["administrator of another"] = self.user(OTHER, "chief", administrator=True)
        self.callers["operator"] = self.root()
        self.callers["nobody"] = None
        self.owner = self.callers["root user of the owner"]
        self.restore()

    def restore(self):
        self.s3(self.owner, "PUT", PROJECT)
        self.s3(self.owner, "PUT", PROJECT, "object", body=b"bytes")
        for key in NEW_KEYS:
            self.s3(self.owner, "DELETE", PROJECT, key)
        self.s3(self.owner, "DELETE", PROJECT + "-new")

    def ask_s3(self, keys, name, method, scope, query):
        bucket = "" if scope == "service" else PROJECT
        if name == "CreateBucket":
            bucket = PROJECT + "-new"
        key = "" if scope != "object" else name if name in NEW_KEYS else "object"
        headers, body = HEADERS.get(name), BODIES.get(name, b"")
        if scope == "resource":
            bucket, key = "v20180820", f"tags/arn:aws:s3:::{PROJECT}"
            headers = {"x-amz-account-id": self.account}
        if name == "PostObject" and keys is None:
            headers, body = {"content-type": "multipart/form-data; boundary=b"}, FORM
        answer = self.s3(keys, method, bucket, key, query, headers, body)
        if method in CHANGING and answer.status < 300:
            self.restore()
        denied = answer.status == 403 and (not answer.body or b"AccessDenied" in answer.body)
        inside = answer.status == 200 and b"<Code>AccessDenied</Code>" in answer.body
        return REFUSED if denied or inside else ANSWERED

    def ask_admin(self, keys, method, path, pattern):
        body = {} if method in ("POST", "PATCH") else None
        if pattern == "/explain":
            body = {"agency": OWNER, "user": "reader", "action": "s3:GetObject"}
            body["resource"] = f"{PROJECT}/object"
        if (method, pattern) == ("POST", "/projects"):
            body = {"id": "x", "owner": OWNER}
        status, text = self.admin(keys, method, path, body)
        return REFUSED if status == 403 and b"AccessDenied" in text else ANSWERED

    def admin_rows(self):
        names = {"agency": OWNER, "user": "missing", "project": PROJECT, "key": "missing"}
        _, text = self.admin(self.root(), "GET", "/-/admin/v1/openapi.json")
        for pattern, methods in json.loads(text)["paths"].items():
            path = re.sub(r"\{(\w+)\}", lambda found: names.get(found[1], "missing"), pattern)
            for method in methods:
                yield method.upper(), "/-/admin/v1" + path, pattern

    def lines(self):
        columns = list(self.callers.values())
        yield "Who may what in a project. x: answered, -: refused. Columns:"
        yield ""
        for number, who in enumerate(self.callers, 1):
            yield f"{number:3}  {who}"
        head = " ".join(f"{number:2}" for number in range(1, len(columns) + 1))
        yield from ("", f"{'S3':56} {head}")
        for shown, *row in s3_rows():
            yield f"{shown:56} " + " ".join(f" {self.ask_s3(keys, *row)}" for keys in columns)
        yield from ("", f"{'Administration':56} {head}")
        for method, path, pattern in self.admin_rows():
            cells = " ".join(f" {self.ask_admin(k, method, path, pattern)}" for k in columns)
            yield f"{method + ' ' + pattern:56} {cells}"

    @operation("decisions: as the table says")
    def compare(self):
        found = "".join(line.rstrip() + "\n" for line in self.lines())
        if os.environ.get("TORHAUS_WRITE_DECISIONS"):
            TABLE.write_text(found)
        wanted = TABLE.read_text()
        difference = difflib.unified_diff(wanted.splitlines(), found.splitlines(), lineterm="")
        check(found == wanted, "\n".join(difference))


def clients(tools):
    return [Decisions(tools.parent / "torhaus")]
