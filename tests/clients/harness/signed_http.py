"""A small S3 client over http.client with its own SigV4: an independent witness of what clients
stored, and the means to send what no proper client would."""

import dataclasses
import datetime
import hashlib
import hmac
import http.client
import ssl
import time
from urllib.parse import quote

from harness.secrets_seen import BOOK

UNSIGNED = "UNSIGNED-PAYLOAD"
EMPTY = hashlib.sha256(b"").hexdigest()
SECONDS = 60
LEAST_ERROR = 400  # status
IDLE_SECONDS = 15  # well below what servers allow


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict
    body: bytes


def signing_key(secret, day, region, service="s3"):
    key = ("AWS4" + secret).encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def encode_path(bucket, key=""):
    """Keys are bytes or text; every byte but the unreserved ones and '/' is percent-encoded
    once."""
    path = "/" + bucket if bucket else "/"
    if key:
        path += "/" + quote(key, safe="/~-._")
    return path


def encode_query(query):
    pairs = sorted(
        (
            quote(name, safe="~-._"),
            quote(value if isinstance(value, bytes) else str(value), safe="~-._"),
        )
        for name, value in (query or {}).items()
    )
    return "&".join(f"{name}={value}" for name, value in pairs)


def sign(target, method, path, query, headers, payload_hash, now=None, service="s3"):
    """The headers of a request with its signature; `path` and `query` as they go over the wire."""
    BOOK.note_request(target, headers)
    now = now or datetime.datetime.now(datetime.timezone.utc)
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    day = stamp[:8]
    signed = {name.lower(): " ".join(str(value).split()) for name, value in headers.items()}
    signed |= {
        "host": signed.get("host", target.host),
        "x-amz-date": stamp,
        "x-amz-content-sha256": payload_hash,
    }
    names = ";".join(sorted(signed))
    canonical = "\n".join(
        [
            method,
            path,
            query,
            "".join(f"{name}:{signed[name]}\n" for name in sorted(signed)),
            names,
            payload_hash,
        ]
    )
    scope = f"{day}/{target.region}/{service}/aws4_request"
    text = "\n".join(
        ["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()]
    )
    key = signing_key(target.secret_key, day, target.region, service)
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    signed["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={target.access_key}/{scope}, "
        f"SignedHeaders={names}, Signature={signature}"
    )
    return signed


class SignedHttp:
    """One kept-alive connection; not for use by several threads at once."""

    def __init__(self, target, seconds=SECONDS):
        self.target = target
        self.seconds = seconds
        self.connection = None
        self.last_use = 0.0

    def connect(self):
        host, port = self.target.address
        if self.target.scheme == "https":
            context = ssl.create_default_context(cafile=self.target.ca_file or None)
            return http.client.HTTPSConnection(host, port, timeout=self.seconds, context=context)
        return http.client.HTTPConnection(host, port, timeout=self.seconds)

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def request(
        self,
        method,
        bucket="",
        key="",
        query=None,
        headers=None,
        body=b"",
        length=None,
        payload_hash=None,
        now=None,
    ):
        """body: bytes, or an iterable of bytes with its length. Network trouble raises OSError or
        http.client.HTTPException, and the next request connects anew. So does one after a pause in
        which the server may have closed the idle connection."""
        if time.monotonic() - self.last_use > IDLE_SECONDS:
            self.close()
        path, text = encode_path(bucket, key), encode_query(query)
        if payload_hash is None:
            payload_hash = hashlib.sha256(body).hexdigest() if isinstance(body, bytes) else UNSIGNED
        size = len(body) if isinstance(body, bytes) else length
        extra = dict(headers or {})
        if size or method in ("PUT", "POST"):
            extra["content-length"] = str(size)
        signed = sign(self.target, method, path, text, extra, payload_hash, now)
        try:
            if self.connection is None:
                self.connection = self.connect()
            self.connection.request(
                method, path + ("?" + text if text else ""), body=body or None, headers=signed
            )
            answer = self.connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        self.last_use = time.monotonic()
        if answer.will_close:
            self.close()
        BOOK.note_answer(content)
        if answer.status >= LEAST_ERROR and (leaked := BOOK.found_in(content)):
            raise AssertionError(f"{leaked[0][0]} in an error: {content[:2000]!r}")
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, content)
