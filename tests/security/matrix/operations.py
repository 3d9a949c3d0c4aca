"""A right request for each row of the table of operations: what the matrix spoils."""

import base64
import dataclasses
import hashlib
import re
from urllib.parse import quote

from harness.server import REPOSITORY
from harness.signed_http import encode_path

TABLE = REPOSITORY / "gateway" / "s3" / "operations.inc"
ROW = re.compile(
    r'^\{"(\w+)", "[^"]*", "(\w+)", scope::(\w+), "([^"]*)", "([^"]*)", body_kind::(\w+), (\w+)'
)
XML = b"<Nothing>of any operation</Nothing>"
ADMIN = "/-/admin/v1/agencies"
CONTROL = "/v20180820/tags/"
DELETE = b"<Delete><Object><Key>geheim</Key></Object></Delete>"
BYTES = b"Ein Antrag auf Akteneinsicht, eingegangen am Montag. " * 4


@dataclasses.dataclass(frozen=True)
class Operation:
    name: str
    method: str
    path: str
    query: tuple = ()  # of "name=value", as they go over the wire
    headers: tuple = ()
    body: bytes = b""
    kind: str = "none"  # the table's kind of body
    there: bool = True  # has a handler
    service: str = "s3"

    @property
    def scope(self):
        if self.path.startswith(CONTROL):
            return "resource"
        return ("service", "bucket", "object")[min(2, len([p for p in self.path.split("/") if p]))]


def query_of(sub_resource, upload):
    """ "analytics&id" → ("analytics=", "id=1")"""
    values = {"id": "1", "partNumber": "1", "uploadId": quote(upload, safe="~-._")}
    parts = []
    for part in filter(None, sub_resource.split("&")):
        name, _, value = part.partition("=")
        parts.append(f"{name}={value or values.get(name, '')}")
    return tuple(sorted(parts))


def rows():
    """The table's rows that are signed: a preflight shows no credentials."""
    found = [ROW.match(line).groups() for line in TABLE.read_text().splitlines() if line[:1] == "{"]
    assert len(found) > 100, "the table of operations is not read any more"
    return [row for row in found if row[1] != "OPTIONS"]


def operations(bucket, key, upload, account):
    """All rows for one bucket of that account with one object and one unfinished upload. Reading
    rows come first, DeleteBucket last, so that each finds what it is about."""
    made = []
    for name, method, scope, sub_resource, header, kind, handler in rows():
        path = {
            "service": "/",
            "bucket": encode_path(bucket),
            "object": encode_path(bucket, key),
            "resource": CONTROL + quote(f"arn:aws:s3:::{bucket}", safe=""),
        }[scope]
        body = {"none": b"", "stream": BYTES, "form": BYTES}.get(kind, XML)
        body = DELETE if name == "DeleteObjects" else body
        headers = [("content-type", "text/plain"), ("x-amz-meta-note", "a note")]
        if header:
            of_control = header == "x-amz-account-id"
            headers.append((header, account if of_control else encode_path(bucket, key)))
        if kind == "xml":
            digest = base64.b64encode(hashlib.md5(body).digest()).decode()
            headers.append(("content-md5", digest))
        made.append(
            Operation(
                name,
                method,
                path,
                query_of(sub_resource, upload),
                tuple(headers),
                body,
                kind,
                handler != "nullptr",
            )
        )
    order = {"GET": 0, "HEAD": 0, "POST": 1, "PUT": 1, "DELETE": 2}
    return sorted(made, key=lambda o: (o.name == "DeleteBucket", order[o.method]))


def other_interfaces():
    """IAM and STS, which answer on the same port and have words of their own for errors; and the
    administration on its own."""
    headers = (("content-type", "application/x-www-form-urlencoded"),)
    calls = (("iam", "ListUsers", "2010-05-08"), ("sts", "GetCallerIdentity", "2011-06-15"))
    body = b'{"id":"neu","name":"Amt neu"}'
    json = (("content-type", "application/json"),)
    acts = [
        Operation("admin:ListAgencies", "GET", ADMIN, (), json, service="torhaus-admin"),
        Operation("admin:CreateAgency", "POST", ADMIN, (), json, body, service="torhaus-admin"),
    ]
    return acts + [
        Operation(
            f"{service}:{action}",
            "POST",
            "/",
            (),
            headers,
            f"Action={action}&Version={version}".encode(),
            "query",
            service=service,
        )
        for service, action, version in calls
    ]
