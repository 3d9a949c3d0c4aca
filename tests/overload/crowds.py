"""Clients that nobody wants, in numbers. Each crowd is a function that runs in a process of its own
and returns what it has seen; sockets are plain ones, so that they can be as rude as they like."""

import contextlib
import hashlib
import os
import random
import re
import select
import socket
import struct
import time

from harness.signed_http import UNSIGNED, SignedHttp, encode_path, encode_query, sign

SECONDS = 30
TRICKLE_SECONDS = 0.5  # between two bytes of a slow client
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset
ABORTED_BYTES = 200_000


def head_of(target, method, bucket, key="", query=None, headers=None, payload=UNSIGNED):
    path, text = encode_path(bucket, key), encode_query(query)
    signed = sign(target, method, path, text, headers or {}, payload)
    lines = "".join(f"{name}: {value}\r\n" for name, value in signed.items())
    return f"{method} {path}{'?' + text if text else ''} HTTP/1.1\r\n{lines}\r\n".encode()


def connect(target, receive_bytes=None):
    connection = socket.socket()
    if receive_bytes:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    connection.settimeout(SECONDS)
    connection.connect(target.address)
    return connection


class Crowd:
    """Connections that are fed or read a little at a time until the time is over. `closed` counts
    those that the server has closed."""

    def __init__(self, target, count, begin, receive_bytes=None):
        self.poll = select.epoll()
        self.members = {}
        self.closed = 0
        self.answers = b""
        for number in range(count):
            member = connect(target, receive_bytes)
            if first := begin(number):
                member.sendall(first)
            member.setblocking(False)
            self.members[member.fileno()] = member
            self.poll.register(member.fileno(), select.EPOLLIN | select.EPOLLRDHUP)

    def drop(self, member):
        self.closed += 1
        self.poll.unregister(member.fileno())
        del self.members[member.fileno()]
        member.close()

    def feed(self, data):
        for member in list(self.members.values()):
            try:
                member.send(data)
            except BlockingIOError:
                pass
            except OSError:
                self.drop(member)

    def hear(self, seconds):
        """Takes what the server says; an end of it is the end of a member."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            for number, _ in self.poll.poll(left):
                member = self.members.get(number)
                try:
                    said = member.recv(4096)
                except BlockingIOError:
                    continue
                except OSError:
                    said = b""
                if len(self.answers) < 1 << 20:
                    self.answers += said
                if not said:
                    self.drop(member)

    def leave(self):
        for member in list(self.members.values()):
            member.close()
        self.members.clear()
        self.poll.close()


def trickling(target, count, seconds, begin, bite):
    crowd = Crowd(target, count, begin)
    until = time.monotonic() + seconds
    while time.monotonic() < until and crowd.members:
        crowd.feed(bite)
        crowd.hear(TRICKLE_SECONDS)
    left = len(crowd.members)
    crowd.leave()
    return {"connections": count, "cut off": crowd.closed, "still there": left}


def slow_heads(target, count, seconds):
    return trickling(
        target, count, seconds, lambda n: b"GET /akten HTTP/1.1\r\nHost: a\r\nX: ", b"x"
    )


def slow_bodies(target, count, seconds):
    def begin(number):
        more = {"content-length": str(1 << 20)}
        return head_of(target, "PUT", "akten", f"langsam/{number}", headers=more) + b"x" * 20_000

    return trickling(target, count, seconds, begin, b"x")


def idle(target, count, seconds):
    """Every second connection has had an answer before."""

    def begin(number):
        return head_of(target, "HEAD", "akten", "klein") if number % 2 else b""

    crowd = Crowd(target, count, begin)
    crowd.hear(seconds)
    left = len(crowd.members)
    crowd.leave()
    return {"connections": count, "cut off": crowd.closed, "still there": left}


def slow_readers(target, count, seconds):
    """Each asks for a large object and takes 1 KiB of it at a time."""
    crowd = Crowd(target, count, lambda n: head_of(target, "GET", "akten", "gross"), 4096)
    until = time.monotonic() + seconds
    taken = 0
    while time.monotonic() < until:
        for member in list(crowd.members.values()):
            with contextlib.suppress(BlockingIOError):
                try:
                    taken += len(member.recv(1024))
                except ConnectionError:
                    crowd.drop(member)
        time.sleep(TRICKLE_SECONDS)
    left = len(crowd.members)
    crowd.leave()
    return {"connections": count, "bytes taken": taken, "still there": left}


def endless_upload(target, seconds):
    """Parts of 64 MiB on one connection, as an upload of a terabyte has them; aborted then."""
    client, piece = SignedHttp(target), bytes(1 << 20)
    began = client.request("POST", "akten", "ohne-ende", {"uploads": ""})
    upload = {"uploadId": re.search(rb"<UploadId>([^<]+)<", began.body)[1].decode()}
    until, parts = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        body = (piece for _ in range(64))
        number = {"partNumber": parts % 10_000 + 1} | upload
        answer = client.request("PUT", "akten", "ohne-ende", number, body=body, length=64 << 20)
        assert answer.status == 200, answer.body
        parts += 1
    client.request("DELETE", "akten", "ohne-ende", upload)
    return {"parts": parts}


def aborted_requests(target, uploads):
    """Requests as they are when somebody breaks them off: in the head, in each kind of body, and
    while the answer comes."""
    size = {"content-length": str(ABORTED_BYTES)}
    chunked = size | {
        "content-encoding": "aws-chunked",
        "x-amz-decoded-content-length": str(ABORTED_BYTES - 300),
    }
    part = {"partNumber": "1", "uploadId": uploads}
    trailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    form = {"content-type": "multipart/form-data; boundary=b", "content-length": "100000"}
    xml = {"content-length": "5000"}
    return [
        head_of(target, "PUT", "akten", "ab/kopf", headers=size)[:200],
        head_of(target, "PUT", "akten", "ab/a", headers=size),
        head_of(target, "PUT", "akten", "ab/b", headers=size) + b"x" * 1000,
        head_of(target, "PUT", "akten", "ab/c", headers=size) + b"x" * 150_000,
        head_of(target, "PUT", "akten", "ab/d", headers=chunked, payload=trailer)
        + b"20000\r\n"
        + b"x" * 60_000,
        head_of(target, "PUT", "akten", "ab/e", part, size) + b"x" * 50_000,
        head_of(target, "POST", "akten", query={"delete": ""}, headers=xml) + b"<Delete>",
        head_of(target, "POST", "akten", headers=form) + b"--b\r\nContent-Disp",
        head_of(target, "GET", "akten", "gross"),
        head_of(target, "GET", "akten", query={"list-type": "2"}),
    ]


def aborts(target, count, seconds, uploads):
    """Half of them close, half reset; at most for so long."""
    choice = random.Random(count)
    until = time.monotonic() + seconds
    done, made = 0, 0.0
    while done < count and time.monotonic() < until:
        if time.monotonic() - made > 60:
            requests, made = aborted_requests(target, uploads), time.monotonic()
        with contextlib.suppress(OSError):
            connection = connect(target)
            with connection, contextlib.suppress(OSError):
                connection.sendall(requests[done % len(requests)])
                if done % len(requests) >= 8:
                    connection.recv(1024)
                if choice.random() < 0.5:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        done += 1
    return {"aborted": done}


def strangers(target, count, seconds):
    """Requests with signatures that are wrong, as fast as one connection takes them."""
    until = time.monotonic() + seconds
    good = head_of(target, "GET", "akten", "klein")
    at = good.index(b"Signature=") + 10
    refused = done = 0
    connection = connect(target)
    while done < count and time.monotonic() < until:
        batch = b"".join(
            good[:at] + hashlib.sha256(os.urandom(8)).hexdigest().encode() + good[at + 64 :]
            for _ in range(50)
        )
        connection.sendall(batch)
        done += 50
        seen = b""
        while seen.count(b"</Error>") < 50:
            piece = connection.recv(1 << 18)
            if not piece:
                break
            seen += piece
        refused += seen.count(b"<Code>SignatureDoesNotMatch<")
    connection.close()
    return {"wrong signatures": done, "refused": refused}


def openers(target, count, seconds, first=0):
    """Opens uploads one after the other on eight connections; puts nothing into them."""
    until = time.monotonic() + seconds
    lines = [connect(target) for _ in range(8)]
    opened, number = [], 0
    while number < count and time.monotonic() < until:
        for line in lines:
            key = f"offen/{first + number}"
            more = {"content-length": "0"}
            line.sendall(head_of(target, "POST", "akten", key, {"uploads": ""}, more))
            number += 1
        for line in lines:
            seen = b""
            while b"</InitiateMultipartUploadResult>" not in seen and b"</Error>" not in seen:
                seen += line.recv(65536)
            if found := re.search(rb"<UploadId>([^<]+)<", seen):
                key = re.search(rb"<Key>([^<]+)<", seen)[1].decode()
                opened.append((key, found[1].decode()))
    for line in lines:
        line.close()
    return {"opened": len(opened), "uploads": opened}


def closers(target, opened):
    """Aborts those uploads."""
    lines = [connect(target) for _ in range(8)]
    for at in range(0, len(opened), len(lines)):
        few = list(zip(lines, opened[at : at + len(lines)], strict=False))
        for line, (key, upload) in few:
            line.sendall(head_of(target, "DELETE", "akten", key, {"uploadId": upload}))
        for line, _ in few:
            while not line.recv(65536).endswith(b"\r\n\r\n"):
                pass
    for line in lines:
        line.close()
    return {"aborted uploads": len(opened)}
