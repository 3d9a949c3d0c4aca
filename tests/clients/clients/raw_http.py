"""Plain sockets: what a broken or hostile client sends. Nothing of it may be stored or stay
behind."""

import base64
import hashlib
import re
import socket
import ssl
import time

from harness.chunks import signed_upload, trailer_upload
from harness.client import Client, check, operation, same
from harness.signed_http import UNSIGNED, encode_path, encode_query, sign

SECONDS = 20


class RawHttp(Client):
    name = "sockets"
    quick = True

    def version(self):
        return "Python's socket"

    def connect(self):
        plain = socket.create_connection(self.target.address, timeout=SECONDS)
        if self.target.scheme == "http":
            return plain
        context = ssl.create_default_context(cafile=self.target.ca_file or None)
        return context.wrap_socket(plain, server_hostname=self.target.address[0])

    def head(self, method, key, headers, payload_hash=UNSIGNED, query=None, extra=""):
        """The bytes of a signed request head; `extra` lines go in unsigned, as they are."""
        path, text = encode_path(self.bucket, key), encode_query(query)
        signed = sign(self.target, method, path, text, headers, payload_hash)
        lines = "".join(f"{name}: {value}\r\n" for name, value in signed.items())
        target = path + ("?" + text if text else "")
        return f"{method} {target} HTTP/1.1\r\n{lines}{extra}\r\n".encode("latin-1")

    def exchange(self, data):
        """Sends bytes and returns everything until the server closes, which it may do before the
        end."""
        with self.connect() as connection:
            try:
                connection.sendall(data)
            except (ConnectionError, ssl.SSLError):
                pass
            return self.drain(connection)

    @staticmethod
    def drain(connection):
        received = b""
        try:
            while piece := connection.recv(65536):
                received += piece
        except (ConnectionError, ssl.SSLError):
            pass
        return received

    def one_answer(self, connection):
        """(status, body) of the next answer on a kept connection."""
        received = b""
        while b"\r\n\r\n" not in received:
            piece = connection.recv(65536)
            check(piece, f"closed after {received!r}")
            received += piece
        head, _, body = received.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        while length and len(body) < int(length[1]):
            piece = connection.recv(65536)
            check(piece, "closed in the middle of a body")
            body += piece
        return int(head.split()[1]), body

    def refused(self, data, statuses, what):
        answer = self.exchange(data)
        check(answer.startswith(b"HTTP/1.1 "), f"{what}: answered {answer[:200]!r}")
        status = int(answer.split()[1])
        check(status in statuses, f"{what}: {answer[:400]!r}, wanted {statuses}")
        check(len(re.findall(rb"HTTP/1\.1 \d\d\d", answer)) == 1, f"{what}: more than one answer")

    @operation("Expect: 100-continue, then the body")
    def expect_continue(self):
        body = b"x" * 70_000
        head = self.head("PUT", "expect", {"content-length": len(body), "expect": "100-continue"})
        with self.connect() as connection:
            connection.sendall(head)
            first = connection.recv(1000)
            check(first.startswith(b"HTTP/1.1 100"), f"wanted 100 Continue, got {first[:200]!r}")
            connection.sendall(body)
            same(self.one_answer(connection)[0], 200, "status")
        same(self.stored("expect"), body, "bytes")

    @operation("Expect: 100-continue, refused before the body")
    def expect_refused(self):
        head = self.head("PUT", "never", {"content-length": 5, "expect": "100-continue"})
        answer = self.exchange(head.replace(b"Signature=", b"Signature=0"))
        check(answer.startswith(b"HTTP/1.1 4"), f"{answer[:200]!r}")
        self.absent("never")

    @operation("body shorter than announced")
    def short_body(self):
        head = self.head("PUT", "short", {"content-length": 100_000})
        with self.connect() as connection:
            connection.sendall(head + b"only this")
            if self.target.scheme == "http":
                connection.shutdown(socket.SHUT_WR)
                answer = self.drain(connection)
                check(answer == b"" or answer.startswith(b"HTTP/1.1 400"), f"{answer[:300]!r}")
        time.sleep(0.2)
        self.absent("short")

    @operation("bytes after the body are the next request")
    def pipelining(self):
        put = self.head("PUT", "piped", {"content-length": 5}) + b"12345"
        get = self.head("GET", "piped", {}, payload_hash=hashlib.sha256(b"").hexdigest())
        with self.connect() as connection:
            connection.sendall(put + get + get.replace(b"GET", b"HEAD", 1))
            received = b""
            while received.count(b"HTTP/1.1 ") < 3:
                piece = connection.recv(65536)
                check(piece, f"closed after {received!r}")
                received += piece
        statuses = re.findall(rb"HTTP/1\.1 (\d\d\d)", received)
        # HEAD was signed as GET: its refusal shows that the third request was read as one of its
        # own.
        same(statuses, [b"200", b"200", b"403"], "statuses")
        check(b"\r\n\r\n12345HTTP/1.1 403" in received, repr(received[-600:]))

    @operation("ambiguous framing is refused")
    def framing(self):
        base = self.head("PUT", "smuggled", {})[:-2]
        host = f"host: {self.target.host}\r\n".encode()
        vectors = {
            "length and chunked": base
            + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "two lengths": base + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
            "one length twice": base + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
            "a list of lengths": base + b"Content-Length: 5, 5\r\n\r\nhello",
            "length with a sign": base + b"Content-Length: +5\r\n\r\nhello",
            "negative length": base + b"Content-Length: -5\r\n\r\nhello",
            "hexadecimal length": base + b"Content-Length: 0x5\r\n\r\nhello",
            "length beyond 64 bits": base + b"Content-Length: 99999999999999999999\r\n\r\nhello",
            "unknown coding": base + b"Transfer-Encoding: xchunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            "chunked, then identity": base
            + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            "gzip, then chunked": base + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "chunked twice": base
            + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "chunked on HTTP/1.0": base.replace(b"HTTP/1.1", b"HTTP/1.0", 1)
            + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "bare line feeds": base.replace(b"\r\n", b"\n") + b"Content-Length: 5\n\nhello",
            "space before the colon": base + b"Content-Length : 5\r\n\r\nhello",
            "folded header": base + b"Content-Length: 5\r\nx-fold: a\r\n b\r\n\r\nhello",
            "NUL in a header": base + b"x-nul: a\0b\r\nContent-Length: 5\r\n\r\nhello",
            "no Host": base.replace(host, b"", 1) + b"Content-Length: 5\r\n\r\nhello",
            "two Hosts": base + host + b"Content-Length: 5\r\n\r\nhello",
            "raw byte in the target": base.replace(b"smuggled", b"smuggled\xff", 1)
            + b"Content-Length: 5\r\n\r\nhello",
            "HTTP/2.0": base.replace(b"HTTP/1.1", b"HTTP/2.0", 1)
            + b"Content-Length: 5\r\n\r\nhello",
            "chunk size of a kind of its own": base
            + b"Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
            "endless chunk extension": base
            + b"Transfer-Encoding: chunked\r\n\r\n5;"
            + b"e" * 100_000
            + b"\r\nhello\r\n0\r\n\r\n",
        }
        for what, data in vectors.items():
            # A second request behind it must never be answered.
            self.refused(
                data + b"GET /-/health/live HTTP/1.1\r\nHost: x\r\n\r\n",
                (400, 403, 411, 501, 505, 431),
                what,
            )
        self.absent("smuggled")

    @operation("oversized heads are refused")
    def oversized(self):
        base = self.head("GET", "any", {})[:-2]
        self.refused(base + b"x-long: " + b"a" * 2_000_000 + b"\r\n\r\n", (400, 413, 431), "header")
        self.refused(b"GET /" + b"a" * 2_000_000 + b" HTTP/1.1\r\n\r\n", (400, 414, 431), "target")
        many = b"".join(b"x-%d: y\r\n" % n for n in range(20_000))
        self.refused(base + many + b"\r\n", (400, 413, 431), "many headers")

    @operation("unsigned x-amz-* headers are refused")
    def unsigned_headers(self):
        self.put("source", b"secret")
        for extra in (
            "x-amz-copy-source: /" + self.bucket + "/source",
            "x-amz-meta-a: b",
            "x-amz-acl: public-read",
        ):
            head = self.head("PUT", "unsigned", {"content-length": 0}, extra=extra + "\r\n")
            with self.connect() as connection:
                connection.sendall(head)
                status, body = self.one_answer(connection)
            check(status == 403 and b"AccessDenied" in body, f"{extra}: {status} {body[:300]!r}")
            check(extra.split(":")[0].encode() in body, f"the header is not named: {body[:300]!r}")
        self.absent("unsigned")

    @operation("hostile XML is refused")
    def hostile_xml(self):
        deep = b"<Delete>" + b"<Object>" * 50_000 + b"</Object>" * 50_000 + b"</Delete>"
        bomb = (
            b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>'
            b"<Delete><Object><Key>&b;</Key></Object></Delete>"
        )
        outside = (
            b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            b"<Delete><Object><Key>&x;</Key></Object></Delete>"
        )
        for what, body in (
            ("deep", deep),
            ("entities", bomb),
            ("files", outside),
            ("no XML", b"{}"),
            ("cut off", b"<Delete><Object>"),
            ("empty", b""),
            ("huge", b"<Delete>" + b" " * 9_000_000 + b"</Delete>"),
        ):
            md5 = {"content-md5": base64.b64encode(hashlib.md5(body).digest()).decode()}
            try:
                answer = self.http.request(
                    "POST", self.bucket, query={"delete": ""}, headers=md5, body=body
                )
            except OSError:
                check(what == "huge", f"{what}: connection lost")  # refused before all was sent
                continue
            check(
                answer.status in (400, 413) and b"root:" not in answer.body,
                f"{what}: {answer.status} {answer.body[:300]!r}",
            )

    @operation("aws-chunked: signed chunks")
    def signed_chunks(self):
        body = bytes(range(256)) * 1000
        for bad in (None, "signature", "order", "truncated", "length"):
            head, pieces = signed_upload(self.target, self.bucket, f"chunks-{bad}", body, bad)
            with self.connect() as connection:
                connection.sendall(head + b"".join(pieces))
                if bad == "truncated" and self.target.scheme == "http":
                    connection.shutdown(socket.SHUT_WR)
                elif bad == "truncated":
                    connection.close()
                    continue
                status, answer = self.one_answer(connection)
            same(status, 200 if bad is None else status, f"status, {bad}: {answer[:300]!r}")
            check(bad is None or status in (400, 403), f"{bad}: {status} {answer[:300]!r}")
        same(self.stored("chunks-None"), body, "bytes")
        time.sleep(0.2)
        for bad in ("signature", "order", "truncated", "length"):
            self.absent(f"chunks-{bad}")

    @operation("aws-chunked: trailing checksums")
    def trailers(self):
        body = bytes(range(256)) * 300
        for bad in (None, "value", "name", "missing", "malformed"):
            head, sent = trailer_upload(self.target, self.bucket, f"trailer-{bad}", body, bad)
            with self.connect() as connection:
                connection.sendall(head + sent)
                status, answer = self.one_answer(connection)
            check(status == (200 if bad is None else 400), f"{bad}: {status} {answer[:300]!r}")
        same(self.stored("trailer-None"), body, "bytes")
        for bad in ("value", "name", "missing", "malformed"):
            self.absent(f"trailer-{bad}")

    @operation("clients that vanish leave nothing open")
    def vanish(self):
        head = self.head("PUT", "vanished", {"content-length": 50_000_000})
        for number in range(50):
            with self.connect() as connection:
                connection.sendall(head + b"y" * (number * 1000))
        time.sleep(0.3)
        self.absent("vanished")
        self.put("alive", b"still")
        same(self.stored("alive"), b"still", "bytes")


def clients(tools):
    return [RawHttp()]
