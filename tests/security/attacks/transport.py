"""HTTP itself: smuggling, injection into headers, sockets that are left behind."""

import time

from harness.signed_http import UNSIGNED, sign
from world import attack, md5, must

SMUGGLED = b"GET /akten/geheim HTTP/1.1\r\nHost: x\r\n\r\n"
FRAMINGS = [
    ("both lengths", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"),
    ("two lengths", "Content-Length: 4\r\nContent-Length: 44\r\n"),
    ("a list of lengths", "Content-Length: 4, 4\r\n"),
    ("a signed length", "Content-Length: +4\r\n"),
    ("a negative length", "Content-Length: -1\r\n"),
    ("a hexadecimal length", "Content-Length: 0x4\r\n"),
    ("a length beyond numbers", "Content-Length: 99999999999999999999999\r\n"),
    ("xchunked", "Transfer-Encoding: xchunked\r\n"),
    ("chunked, identity", "Transfer-Encoding: chunked, identity\r\n"),
    ("gzip, chunked", "Transfer-Encoding: gzip, chunked\r\n"),
    ("two codings", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
    ("a space before the colon", "Content-Length : 4\r\n"),
    ("a folded line", "Content-Length: 4\r\nX: a\r\n b\r\n"),
    ("a bare line feed", "Content-Length: 4\nX: a\r\n"),
    ("a bare return", "X: a\rContent-Length: 4\r\n"),
    ("a NUL", "X: a\x00b\r\n"),
    ("a tabbed coding", "Transfer-Encoding:\tchunked\x0b\r\n"),
]
CHUNKS = [
    ("a bare line feed in an extension (CVE-2025-55315)", b"4;a\nb\r\nabcd\r\n0\r\n\r\n"),
    ("a bare line feed after a size (CVE-2025-22871)", b"4\nabcd\r\n0\r\n\r\n"),
    ("a size with 0x", b"0x4\r\nabcd\r\n0\r\n\r\n"),
    ("a size beyond numbers", b"fffffffffffffffff4\r\nabcd\r\n0\r\n\r\n"),
    ("no line end after the data", b"4\r\nabcdX\r\n0\r\n\r\n"),
    ("a negative size", b"-4\r\nabcd\r\n0\r\n\r\n"),
]


@attack(
    "Kestrel CVE-2025-55315, Go CVE-2025-22871, fasthttp PR 1899",
    "a request whose end can be seen in two ways gets one refusal, and the connection ends",
)
def smuggling(w):
    host = w.server.target.host
    for what, lines in FRAMINGS:
        head = f"PUT /akten/neu HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n".encode("latin-1")
        answer = w.raw(head + b"4\r\nabcd\r\n0\r\n\r\n" + SMUGGLED)
        must(answer.status in (400, 501), f"{what}: {answer.status}")
        must(answer.answers == 1, f"{what}: {answer.answers} answers")
    for what, body in CHUNKS:
        head = f"PUT /akten/neu HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n"
        answer = w.raw(head.encode() + body + SMUGGLED)
        must(answer.status in (400, 403, 411, 501), f"{what}: {answer.status}")
        must(answer.answers == 1, f"{what}: {answer.answers} answers")
    w.unharmed()


@attack("CVE-2020-10753, CVE-2021-3524", "no value that is echoed can bring a header of its own")
def header_injection(w):
    for name in (
        "response-content-disposition",
        "response-content-type",
        "response-expires",
        "response-cache-control",
        "response-content-language",
    ):
        for value in ("a\r\nSet-Cookie: x=1", "a\nSet-Cookie: x=1", "a\rSet-Cookie: x", "a\x00b"):
            answer = w.send(w.victim, "GET", "akten", "geheim", {name: value})
            must(b"Set-Cookie" not in answer.head, f"{name}: {answer.head!r}")
            must(answer.status == 400, f"{name} {value!r}: {answer.status}")
    rule = (
        "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET"
        "</AllowedMethod><ExposeHeader>a&#13;&#10;Set-Cookie: x=1</ExposeHeader></CORSRule>"
        "</CORSConfiguration>"
    ).encode()
    w.victim.request(
        "PUT", "akten", query={"cors": ""}, body=rule, headers={"content-md5": md5(rule)}
    )
    answer = w.send(w.victim, "GET", "akten", "geheim", unsigned={"Origin": "https://a.example"})
    must(b"Set-Cookie" not in answer.head, f"by CORS: {answer.head!r}")
    w.victim.request("DELETE", "akten", query={"cors": ""})
    for name in ('a"\r\nSet-Cookie: x=1', "a\r\nb"):
        w.victim.request("PUT", "akten", "up/" + name, body=b"x")
        answer = w.send(w.victim, "GET", "akten", "up/" + name)
        must(b"Set-Cookie" not in answer.head, f"by key: {answer.head!r}")
        w.victim.request("DELETE", "akten", "up/" + name)
    w.unharmed()


@attack(
    "rustfs GHSA-x5xv", "an origin is answered only where a rule names it, never with credentials"
)
def cors(w):
    origin = {"Origin": "https://boese.example", "Access-Control-Request-Method": "GET"}
    for method in ("OPTIONS", "GET"):
        answer = w.anonymous(method, "/akten/geheim", origin)
        must(b"ccess-control-allow-origin" not in answer.head.lower(), f"{method}: {answer.head}")
        must(b"allow-credentials" not in answer.head.lower(), f"{method}: {answer.head}")
    admin = w.server.target.host.replace(str(w.server.port), str(w.server.admin_port))
    must(admin != w.server.target.host, "the admin listener has a port of its own")


@attack(
    "RGW CVE-2020-1700, CVE-2019-3821, Swift CVE-2016-0738",
    "2,000 broken-off requests leave no socket and no file open",
)
def aborted(w):
    before = w.server.open_files()
    headers = {"content-length": "5000000"}
    signed = sign(w.victim.target, "PUT", "/akten/neu", "", headers, UNSIGNED)
    lines = "".join(f"{name}: {value}\r\n" for name, value in signed.items())
    head = f"PUT /akten/neu HTTP/1.1\r\n{lines}\r\n".encode()
    kinds = [b"GET / HT", head[:-20], head, head + b"x" * 100_000]
    for n in range(2000):
        connection = w.connect()
        connection.sendall(kinds[n % len(kinds)])
        connection.close()
    deadline = time.monotonic() + 20
    while w.server.open_files() > before + 20 and time.monotonic() < deadline:
        time.sleep(0.2)
    now = w.server.open_files()
    must(now <= before + 20, f"{now} open files, {before} before")
    left = list((w.server.data / "tmp").glob("*"))
    must(not left, f"{len(left)} temporary files are left")
    w.unharmed()
