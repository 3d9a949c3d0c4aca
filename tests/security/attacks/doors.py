"""Doors that should not be there: administration, fixed keys, parsers that fetch, secrets that
leak."""

import base64
import dataclasses
import os
import re
import subprocess
import tempfile
import urllib.request
from pathlib import Path

from harness.server import free_ports
from harness.signed_http import SignedHttp
from world import SECRET_BYTES, attack, md5, must


@attack(
    "CVE-2023-28432, rustfs GHSA-f5cv, GHSA-796f, GHSA-8784, rclone CVE-2026-41176",
    "the S3 listener knows no administration, and the admin listener tells strangers no secret",
)
def administration(w):
    for path in (
        "/-/admin/v1/agencies",
        "/-/metrics",
        "/-/admin/v1/openapi.json",
        "/minio/health",
        "/minio/bootstrap/v1/verify",
        "/-/config",
        "/-/debug",
        "/metrics",
        "/rc/noop",
    ):
        for method in ("GET", "POST"):
            answer = w.anonymous(method, path)
            must(answer.status in (400, 403, 404, 405), f"S3: {method} {path}: {answer.status}")
    port = w.server.admin_port
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for path in ("/-/admin/v1/agencies", "/-/admin/v1/agencies/opfer/users/eva/keys"):
        try:
            opener.open(f"http://127.0.0.1:{port}{path}", timeout=5)
            must(False, f"admin: {path} answers anyone")
        except urllib.error.HTTPError as refused:
            must(refused.code in (401, 403), f"admin: {path}: {refused.code}")
    metrics = opener.open(f"http://127.0.0.1:{port}/-/metrics", timeout=5).read().decode()
    for name in [*w.marked.values(), "VICTIMKEY", "akten", "geheim"]:
        must(name not in metrics, f"the metrics hold {name[:12]}")
    # A user of an agency is no administrator.
    environment = w.attacker.target.environment()
    environment["TORHAUS_ENDPOINT"] = f"http://127.0.0.1:{port}"
    for words in (
        ["agency", "list"],
        ["user", "list", "opfer"],
        ["key", "create", "opfer", "eva"],
        ["user", "create", "root", "ich", "--root"],
        ["kms-key", "list"],
    ):
        done = subprocess.run(
            [w.binary, "admin", *words],
            env=environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        must(done.returncode != 0, f"admin {words} works for anyone: {done.stdout[:200]}")


@attack(
    "rustfs CVE-2025-68926, GHSA-r5qv, GHSA-ch63, GHSA-68cw",
    "no key of the factory opens: the well-known pairs are unknown here",
)
def default_keys(w):
    for key, secret in (
        ("minioadmin", "minioadmin"),
        ("rustfsadmin", "rustfsadmin"),
        ("admin", "admin"),
        ("torhaus", "torhaus"),
        ("root", "root"),
        ("", ""),
        ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ):
        http = SignedHttp(dataclasses.replace(w.victim.target, access_key=key, secret_key=secret))
        must(http.request("GET").status in (400, 403), f"{key!r} opens")


@attack("(own)", "plain HTTP beyond loopback is refused without the explicit switch")
def plain_http(w):
    port, admin = free_ports(2)
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [
                w.binary,
                "serve",
                "--data",
                f"{folder}/data",
                "--listen",
                f"0.0.0.0:{port}",
                "--admin-listen",
                f"127.0.0.1:{admin}",
            ],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
            env={k: v for k, v in os.environ.items() if not k.startswith("TORHAUS_")},
        )
        must(done.returncode != 0, "it serves")
        must("HTTP" in done.stderr or "TLS" in done.stderr, f"no reason given: {done.stderr}")


@attack(
    "Swift s3api CVE-2022-47950", "XML has no DTD and no entities: no file is read, nothing grows"
)
def xml(w):
    entity = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))
        + "]>"
    )
    deep = "<a>" * 50_000
    for text in (
        entity + "<Tagging><TagSet><Tag><Key>a</Key><Value>&x;</Value></Tag></TagSet></Tagging>",
        bomb + "<Tagging><TagSet><Tag><Key>a</Key><Value>&j;</Value></Tag></TagSet></Tagging>",
        deep,
        "<Tagging>" + "<TagSet>" * 1000,
        "<" * 100_000,
        "<Tagging xmlns:a='" + "b" * 100_000,
    ):
        body = text.encode()
        answer = w.victim.request(
            "PUT", "akten", "geheim", {"tagging": ""}, {"content-md5": md5(body)}, body
        )
        must(answer.status == 400, f"{text[:40]}: {answer.status}")
    tags = w.victim.request("GET", "akten", "geheim", {"tagging": ""}).body
    must(b"<Tag>" not in tags, f"tags were stored: {tags}")
    w.unharmed()


@attack(
    "CVE-2021-21287, CVE-2026-73080 (GHSA-87fv-vqqr-m4jr), rustfs GHSA-j5c2",
    "no address from a request is ever called: notifications go to configured receivers only",
)
def server_side_requests(w):
    for arn in (
        "http://169.254.169.254/latest/meta-data/",
        "arn:aws:sqs:eu-central-1:1:queue",
        "arn:torhaus:webhook::http://127.0.0.1:1/",
        "http://127.0.0.1:22/",
    ):
        for kind in ("Queue", "Topic", "CloudFunction"):
            body = (
                f"<NotificationConfiguration><{kind}Configuration><{kind}>{arn}</{kind}><Event>"
                f"s3:ObjectCreated:*</Event></{kind}Configuration></NotificationConfiguration>"
            ).encode()
            answer = w.victim.request("PUT", "akten", query={"notification": ""}, body=body)
            must(answer.status == 400, f"{kind} {arn}: {answer.status}")


@attack("CVE-2026-39414", "SelectObjectContent is not offered, and says so")
def select(w):
    query = {"select": "", "select-type": "2"}
    answer = w.victim.request("POST", "akten", "geheim", query, body=b"<x/>")
    must(answer.status == 501, f"{answer.status}")


@attack(
    "CVE-2026-34204, GHSA-3rh2-v3gr-35p9, rustfs GHSA-xrrf",
    "what is said to be encrypted is, on the disk, and no header claims it for a plain object",
)
def encryption(w):
    marker = b"Klartext-Marke-" + os.urandom(8).hex().encode()
    for size in (100, 50_000, 3_000_000):
        body = (marker + b"-") * (size // len(marker) + 1)
        headers = {"x-amz-server-side-encryption": "AES256"}
        put = w.victim.request("PUT", "akten", "up/zu", headers=headers, body=body)
        must(put.headers.get("x-amz-server-side-encryption") == "AES256", f"{put.headers}")
        for path in w.server.data.rglob("*"):
            must(not path.is_file() or marker not in path.read_bytes(), f"{size}: clear in {path}")
    lies = {
        "x-amz-meta-x-amz-server-side-encryption": "AES256",
        "x-minio-replication-server-side-encryption-sealed-key": "abc",
        "x-internal-server-side-encryption": "AES256",
    }
    w.victim.request("PUT", "akten", "up/zu", headers=lies, body=b"plain")
    got = w.victim.request("GET", "akten", "up/zu")
    must(got.body == b"plain", f"{got.status}")
    must("x-amz-server-side-encryption" not in got.headers, f"{got.headers}")
    w.victim.request("DELETE", "akten", "up/zu")
    w.unharmed()


@attack(
    "rustfs GHSA-r54g, GHSA-8cm2, GHSA-333v, GHSA-3495, CVE-2018-16889, swift3 bug 1561199",
    "no secret of this run is in the log, the audit, the data directory or the command line",
)
def leaks(w):
    key = os.urandom(32)
    customer = {
        "x-amz-server-side-encryption-customer-algorithm": "AES256",
        "x-amz-server-side-encryption-customer-key": base64.b64encode(key).decode(),
        "x-amz-server-side-encryption-customer-key-md5": md5(key),
    }
    w.victim.request("PUT", "akten", "up/zu", headers=customer, body=b"x")
    w.marked["customer key"] = base64.b64encode(key).decode()
    w.victim.request("GET", "akten", "geheim", {"X-Amz-Security-Token": "MARKEDTOKEN0123456789"})
    w.marked["session token"] = "MARKEDTOKEN0123456789"
    places = {"command line": Path(f"/proc/{w.server.process.pid}/cmdline").read_bytes()}
    for path in [w.server.log_path, *w.server.data.rglob("*")]:
        if path.is_file():
            places[str(path)] = path.read_bytes()
    for place, content in places.items():
        for name, secret in w.marked.items():
            must(secret.encode() not in content, f"{name} is in {place}")
        must(not re.search(rb"Signature=[0-9a-f]{64}", content), f"a signature is in {place}")
    log = places[str(w.server.log_path)]
    must(SECRET_BYTES not in log, "an object's bytes are in the log")
    must(b"\n" in log, "there is a log")
    limits = Path(f"/proc/{w.server.process.pid}/limits").read_text()
    must(re.search(r"Max core file size\s+0\s", limits), "core dumps are on")


@attack("(own)", "what a client says cannot forge a line of the log")
def log_injection(w):
    forged = '","level":"critical","event":"forged"}\n{"event":"forged line"}\n'
    for text in (forged, "\x1b[2J\r\n", "a\u2028b"):
        w.send(w.attacker, "GET", "akten", text)
        w.anonymous("GET", "/akten", {"User-Agent": "x\t" + text.split("\n")[0].replace("\r", "")})
    for line in w.server.log_path.read_text(errors="replace").splitlines():
        must(not line.startswith('{"event":"forged line'), f"a forged line: {line}")
        must("\x1b" not in line, f"an escape sequence: {line!r}")
