"""The forms of authentication that the server takes, each as it should be. AWS: "Authenticating
Requests" in the S3 API reference. What is wrong from the start (another region, another secret, a
clock that is off) is a field of `Signing`; what is changed on the way is done to the `Wire`."""

import base64
import copy
import dataclasses
import datetime
import hashlib
import hmac
import json
import zlib
from urllib.parse import quote

from harness.signed_http import EMPTY, UNSIGNED, signing_key
from matrix.wire import BOUNDARY, IN_QUERY, Wire

UTC = datetime.timezone.utc
SIGNED_STREAM = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


def quoted(text):
    return quote(str(text), safe="~-._")


def hex_of(data):
    return hashlib.sha256(data).hexdigest()


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


@dataclasses.dataclass
class Signing:
    """Who signs, and everything about a signature that can be wrong from the start."""

    key_id: str
    secret: str
    host: str
    region: str
    token: str = ""
    service: str = "s3"
    hosts: dict = dataclasses.field(default_factory=dict)  # of services that have their own
    regions: dict = dataclasses.field(default_factory=dict)
    algorithm: str = "AWS4-HMAC-SHA256"
    terminator: str = "aws4_request"
    shift: datetime.timedelta = datetime.timedelta()
    scope_day: str = ""  # empty: the day of the date
    stamp: str = ""  # empty: now and the shift
    expires: str = "300"
    unsigned: tuple = ()  # names that are left out of SignedHeaders
    policy_shift: datetime.timedelta = datetime.timedelta(minutes=5)

    def time(self):
        now = datetime.datetime.now(UTC) + self.shift
        return self.stamp or now.strftime("%Y%m%dT%H%M%SZ")

    def scope(self, stamp):
        day = self.scope_day or stamp[:8]
        return f"{day}/{self.region}/{self.service}/{self.terminator}"

    def key(self, stamp):
        return signing_key(self.secret, self.scope_day or stamp[:8], self.region, self.service)


def canonical(method, path, query, headers, payload):
    names = sorted(headers)
    return "\n".join(
        [
            method,
            path,
            "&".join(sorted(query)),
            "".join(f"{name}:{headers[name]}\n" for name in names),
            ";".join(names),
            payload,
        ]
    )


class Form:
    """`takes(operation)`: whether the form is one for this operation."""

    name = ""
    where = "header"
    payload = ""  # x-amz-content-sha256; empty: the hash of the body

    def __init__(self, name, temporary):
        self.name = name + (", temporary keys" if temporary else "")
        self.temporary = temporary

    def takes(self, operation):
        return operation.kind != "form"

    def payload_of(self, operation):
        return self.payload or hex_of(operation.body)

    def headers_of(self, operation, signing):
        headers = dict(operation.headers) | {"host": signing.host}
        if operation.service == "s3":
            headers["x-amz-content-sha256"] = self.payload_of(operation)
        return headers

    def sign(self, operation, signing):
        """The right request, as far as `signing` is right."""
        signing = copy.copy(signing)
        if operation.service != "s3" and signing.service == "s3":
            signing.service = operation.service
            signing.host = signing.hosts.get(operation.service, signing.host)
            signing.region = signing.regions.get(operation.service, signing.region)
        stamp = signing.time()
        headers = self.headers_of(operation, signing)
        covered = headers | {"x-amz-date": stamp}
        if signing.token:
            covered["x-amz-security-token"] = signing.token
        covered = {n: v for n, v in covered.items() if n not in signing.unsigned}
        text = canonical(
            operation.method, operation.path, operation.query, covered, self.payload_of(operation)
        )
        scope = signing.scope(stamp)
        signature = mac(
            signing.key(stamp), "\n".join([signing.algorithm, stamp, scope, hex_of(text.encode())])
        )
        auth = [
            ["Algorithm", signing.algorithm],
            ["Credential", f"{signing.key_id}/{scope}"],
            ["SignedHeaders", ";".join(sorted(covered))],
            ["Signature", signature],
            ["Date", stamp],
        ]
        if signing.token:
            auth.append(["Token", signing.token])
        wire = Wire(
            operation.method,
            operation.path,
            list(operation.query),
            [list(pair) for pair in headers.items()],
            auth,
            self.where,
            operation.body,
        )
        self.frame(wire, signing, stamp, scope)
        return wire

    def frame(self, wire, signing, stamp, scope):
        """What becomes of the body."""


class Header(Form):
    """The Authorization header and the hash of the body."""


class UnsignedBody(Form):
    payload = UNSIGNED

    def takes(self, operation):
        return operation.kind != "form" and operation.service == "s3"


class Streaming(Form):
    def __init__(self, name, temporary, payload):
        super().__init__(name, temporary)
        self.payload = payload

    def takes(self, operation):
        return operation.kind == "stream"

    def headers_of(self, operation, signing):
        more = {
            "content-encoding": "aws-chunked",
            "x-amz-decoded-content-length": str(len(operation.body)),
        }
        if self.payload != SIGNED_STREAM:
            more["x-amz-trailer"] = "x-amz-checksum-crc32"
        return super().headers_of(operation, signing) | more

    def frame(self, wire, signing, stamp, scope):
        previous, key = wire.get("Signature"), signing.key(stamp)
        for piece in (wire.body, b""):
            head = f"{len(piece):x}"
            if self.payload != UNSIGNED_TRAILER:
                text = [
                    "AWS4-HMAC-SHA256-PAYLOAD",
                    stamp,
                    scope,
                    previous,
                    EMPTY,
                    hex_of(piece),
                ]
                previous = mac(key, "\n".join(text))
                head += f";chunk-signature={previous}"
            wire.chunks.append([head, piece + b"\r\n" if piece else b""])
        if self.payload == SIGNED_STREAM:
            return
        checksum = base64.b64encode(zlib.crc32(wire.body).to_bytes(4, "big")).decode()
        wire.trailer = [f"x-amz-checksum-crc32:{checksum}"]
        if self.payload == SIGNED_TRAILER:
            text = ["AWS4-HMAC-SHA256-TRAILER", stamp, scope, previous]
            text.append(hex_of(f"x-amz-checksum-crc32:{checksum}\n".encode()))
            wire.trailer.append(f"x-amz-trailer-signature:{mac(key, chr(10).join(text))}")


class Presigned(Form):
    where = "query"

    def takes(self, operation):
        # A copy's source cannot stand in a query, and in IAM's the form is the query.
        return operation.kind != "form" and operation.service == "s3"

    def sign(self, operation, signing):
        stamp = signing.time()
        scope = signing.scope(stamp)
        headers = dict(operation.headers) | {"host": signing.host}
        covered = {n: v for n, v in headers.items() if n not in signing.unsigned}
        auth = [
            ["Algorithm", signing.algorithm],
            ["Credential", f"{signing.key_id}/{scope}"],
            ["Date", stamp],
            ["Expires", signing.expires],
            ["SignedHeaders", ";".join(sorted(covered))],
        ]
        if signing.token:
            auth.append(["Token", signing.token])
        query = [*operation.query, *(f"{IN_QUERY[n]}={quoted(v)}" for n, v in auth)]
        text = canonical(operation.method, operation.path, query, covered, UNSIGNED)
        key = signing.key(stamp)
        lines = [signing.algorithm, stamp, scope, hex_of(text.encode())]
        auth.append(["Signature", mac(key, "\n".join(lines))])
        return Wire(
            operation.method,
            operation.path,
            list(operation.query),
            [list(pair) for pair in headers.items()],
            auth,
            "query",
            operation.body,
        )


class Upload(Form):
    """A browser's form, signed by version 4, or by version 2 where that is allowed."""

    def __init__(self, name, temporary, where):
        super().__init__(name, temporary)
        self.where = where

    def takes(self, operation):
        return operation.kind == "form"

    def sign(self, operation, signing):
        stamp = signing.time()
        scope = signing.scope(stamp)
        bucket = operation.path.strip("/")
        auth = [["Credential", signing.key_id]]
        if self.where == "fields":
            auth = [
                ["Algorithm", signing.algorithm],
                ["Credential", f"{signing.key_id}/{scope}"],
                ["Date", stamp],
            ]
        if signing.token:
            auth.append(["Token", signing.token])
        wire = Wire(
            "POST",
            operation.path,
            [],
            [["host", signing.host], ["content-type", f"multipart/form-data; boundary={BOUNDARY}"]],
            auth,
            self.where,
            operation.body,
            fields=[["key", "geheim"], ["x-amz-meta-note", "a note"]],
        )
        ends = datetime.datetime.now(UTC) + signing.policy_shift
        conditions = [
            {"bucket": bucket},
            {"key": "geheim"},
            {"x-amz-meta-note": "a note"},
            ["content-length-range", 0, len(operation.body)],
        ]
        if self.where == "fields":
            names = ("x-amz-algorithm", "x-amz-credential", "x-amz-date")
            conditions += [["starts-with", "$" + name, ""] for name in names]
        if signing.token:
            conditions.append({"x-amz-security-token": signing.token})
        document = {"expiration": ends.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "conditions": conditions}
        policy = base64.b64encode(json.dumps(document).encode()).decode()
        wire.set("Policy", policy)
        if self.where == "fields":
            wire.set("Signature", mac(signing.key(stamp), policy))
        else:
            digest = hmac.new(signing.secret.encode(), policy.encode(), hashlib.sha1).digest()
            wire.set("Signature", base64.b64encode(digest).decode())
        return wire


def forms():
    made = []
    for temporary in (False, True):
        made += [
            Header("header", temporary),
            UnsignedBody("header, unsigned body", temporary),
            Presigned("presigned", temporary),
            Streaming("signed stream", temporary, SIGNED_STREAM),
            Streaming("signed stream and trailer", temporary, SIGNED_TRAILER),
            Streaming("unsigned stream with trailer", temporary, UNSIGNED_TRAILER),
            Upload("form", temporary, "fields"),
            Upload("form of version 2", temporary, "fields_v2"),
        ]
    return made
