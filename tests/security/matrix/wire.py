"""A request on its way: parts that can be spoiled one by one, then bytes. And one connection that
is kept for as long as the server keeps it."""

import dataclasses
import re
import socket

SECONDS = 30
# Where each part of a signature stands, by form of authentication.
IN_QUERY = {
    "Algorithm": "X-Amz-Algorithm",
    "Credential": "X-Amz-Credential",
    "Date": "X-Amz-Date",
    "Expires": "X-Amz-Expires",
    "SignedHeaders": "X-Amz-SignedHeaders",
    "Token": "X-Amz-Security-Token",
    "Signature": "X-Amz-Signature",
}
IN_FIELDS = {
    "Algorithm": "x-amz-algorithm",
    "Credential": "x-amz-credential",
    "Date": "x-amz-date",
    "Token": "x-amz-security-token",
    "Signature": "x-amz-signature",
    "Policy": "policy",
}
IN_FIELDS_V2 = {"Credential": "AWSAccessKeyId", "Token": "x-amz-security-token"} | {
    "Signature": "signature",
    "Policy": "policy",
}
BOUNDARY = "----grenze7391"


@dataclasses.dataclass
class Wire:
    """`auth` has pairs (part of the signature, value), in the order in which they are sent, and
    may have one twice."""

    method: str
    path: str
    query: list
    headers: list  # of [name, value], without authentication
    auth: list
    where: str  # "header", "query", "fields", "fields_v2"
    body: bytes = b""
    fields: list = dataclasses.field(default_factory=list)  # of a form, without authentication
    chunks: list = dataclasses.field(default_factory=list)  # of [head, data]: aws-chunked
    trailer: list = dataclasses.field(default_factory=list)  # of lines
    authorization: str = ""  # one more such header, as it is

    def get(self, part):
        return next((value for name, value in self.auth if name == part), None)

    def set(self, part, value):
        for pair in self.auth:
            if pair[0] == part:
                pair[1] = value
                return
        self.auth.append([part, value])

    def drop(self, part):
        self.auth = [pair for pair in self.auth if pair[0] != part]

    def header(self, name, value):
        """Sets a header in place, or adds it."""
        for pair in self.headers:
            if pair[0] == name:
                pair[1] = value
                return
        self.headers.append([name, value])

    def without(self, name):
        self.headers = [pair for pair in self.headers if pair[0] != name]

    def sent_headers(self):
        headers = [list(pair) for pair in self.headers]
        if self.where == "header" and self.auth:
            algorithm = self.get("Algorithm")
            parts = [
                f"{name}={value}"
                for name, value in self.auth
                if name not in ("Algorithm", "Date", "Token")
            ]
            text = " ".join(filter(None, [algorithm, ", ".join(parts)]))
            headers.append(["authorization", text])
            for part, name in (("Date", "x-amz-date"), ("Token", "x-amz-security-token")):
                headers += [[name, value] for have, value in self.auth if have == part]
        if self.authorization:
            headers.append(["authorization", self.authorization])
        return headers

    def form_body(self):
        names = IN_FIELDS if self.where == "fields" else IN_FIELDS_V2
        pairs = [*self.fields, *([names.get(name, name), value] for name, value in self.auth)]
        out = b""
        for name, value in pairs:
            out += (
                f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            ).encode()
        out += (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        ).encode()
        return out + self.body + f"\r\n--{BOUNDARY}--\r\n".encode()

    def sent_body(self):
        if self.where.startswith("fields"):
            return self.form_body()
        if not self.chunks:
            return self.body
        framed = b"".join(head.encode() + b"\r\n" + data for head, data in self.chunks)
        return framed + b"".join(line.encode() + b"\r\n" for line in self.trailer) + b"\r\n"

    def sent_query(self):
        from matrix.forms import quoted

        extra = []
        if self.where == "query":
            extra = [f"{IN_QUERY.get(n, n)}={quoted(v)}" for n, v in self.auth]
        return "&".join([*self.query, *extra])

    def encoded(self):
        body = self.sent_body()
        query = self.sent_query()
        target = self.path + ("?" + query if query else "")
        lines = [f"{name}: {value}\r\n" for name, value in self.sent_headers()]
        if body or self.method in ("PUT", "POST"):
            lines.append(f"content-length: {len(body)}\r\n")
        head = f"{self.method} {target} HTTP/1.1\r\n{''.join(lines)}\r\n"
        return head.encode("latin-1") + body


@dataclasses.dataclass
class Reply:
    status: int
    code: str
    request_id: str
    text: bytes


class Connection:
    def __init__(self, address):
        self.address = address
        self.socket = None
        self.buffer = b""

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket, self.buffer = None, b""

    def ask(self, wire):
        """One more try when the server has closed what was kept."""
        data, kept = wire.encoded(), self.socket is not None
        try:
            return self.ask_once(data, wire.method)
        except OSError:
            self.close()
            if not kept:
                raise
            return self.ask_once(data, wire.method)

    def ask_once(self, data, method):
        if self.socket is None:
            self.socket = socket.create_connection(self.address, timeout=SECONDS)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(data)
        while b"\r\n\r\n" not in self.buffer:
            self.more()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        text = head.decode("latin-1").lower()
        length = re.search(r"\r\ncontent-length: (\d+)", text)
        wanted = int(length[1]) if length and method != "HEAD" else 0
        while len(self.buffer) < wanted:
            self.more()
        body, self.buffer = self.buffer[:wanted], self.buffer[wanted:]
        if "\r\nconnection: close" in text:
            self.close()
        code = re.search(rb'<Code>([^<]+)</Code>|"code":"([^"]+)"', body)
        identity = re.search(r"\r\nx-amzn?-request-?id: (\S+)", head.decode("latin-1"), re.I)
        return Reply(
            int(head.split()[1]),
            (code[1] or code[2]).decode() if code else "",
            identity[1] if identity else "",
            body,
        )

    def more(self):
        piece = self.socket.recv(65536)
        if not piece:
            raise ConnectionResetError("closed before the answer")
        self.buffer += piece
