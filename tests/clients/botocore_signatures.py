#!/usr/bin/env python3
"""Lets botocore sign random requests and Torhaus verify them.

Usage: tests/clients/botocore_signatures.py [--count N] [--seed S] [build/unit_sigv4]
Prints the seed, so that a failing run can be repeated. Without botocore it says so and succeeds.
"""

import argparse
import datetime
import os
import random
import subprocess
import sys
import tempfile
from unittest import mock
from urllib.parse import quote

try:
    import botocore.auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
except ImportError:
    print("botocore signatures: botocore is not installed, skipped")
    sys.exit(0)

NOW = datetime.datetime(2026, 3, 14, 15, 9, 26)
STAMP = NOW.strftime("%Y%m%dT%H%M%SZ")
PIECES = ["a", "Z", "0", "/", "//", ".", "..", "-", "_", "~", "+", " ", "%", "&", "=", "?", "#",
          "@", ":", ";", ",", "!", "*", "'", "(", ")", "[", "]", "{", "}", "|", "\\", "^", "`",
          '"', "<", ">", "\t", "\n", "\x7f", "\u00e4", "a\u0308", "\u20ac", "\U0001f600",
          "%2F", "%20", "key", "prefix"]
METHODS = ["GET", "PUT", "POST", "DELETE", "HEAD"]
HASHES = ["UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
          "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", None]
HEADERS = ["x-amz-meta-a", "X-Amz-Meta-Long-Name", "Content-Type", "Content-MD5", "x-amz-acl",
           "Range", "If-Match", "x-amz-copy-source", "Content-Disposition", "x-amz-tagging"]
VALUES = ["v", "two words", "  outer blanks ", "inner   blanks", "a,b,c", "", '"quoted  text"',
          "x=y&z", "b\u00fc"]
HOSTS = ["s3.example.org", "bucket.s3.example.org", "localhost:9000", "127.0.0.1:80",
         "[::1]:9000", "s3.example.org:443"]


def text(rng, most):
    return "".join(rng.choice(PIECES) for _ in range(rng.randint(1, most)))


def make(rng):
    secret = "".join(rng.choice("abcXYZ019/+=") for _ in range(40))
    token = rng.choice([None, None, "token/" + rng.randbytes(9).hex() + "+=="])
    credentials = Credentials("AKIA%016d" % rng.randint(0, 10**16 - 1), secret, token)
    region = rng.choice(["us-east-1", "eu-central-1", "de-th-1"])
    path = "/bucket/" + quote(text(rng, 8), safe="/~")
    parameters = {text(rng, 2): text(rng, 4) for _ in range(rng.randint(0, 4))}
    query = "&".join(
        quote(k, safe="") + ("=" + quote(v, safe="") if rng.random() < 0.9 else "")
        for k, v in parameters.items())
    host = rng.choice(HOSTS)
    scheme = rng.choice(["http", "https"])
    headers = {}
    for name in rng.sample(HEADERS, rng.randint(0, 4)):
        headers[name] = rng.choice(VALUES)
    presigned = rng.random() < 0.5
    body_hash = rng.choice(HASHES)
    body = b"" if body_hash or presigned else rng.randbytes(rng.randint(0, 64))
    if body_hash is not None and not presigned:
        headers["X-Amz-Content-SHA256"] = body_hash
    url = f"{scheme}://{host}{path}" + ("?" + query if query else "")
    request = AWSRequest(method=rng.choice(METHODS), url=url, headers=headers, data=body)
    request.context["payload_signing_enabled"] = True
    if presigned:
        signer = botocore.auth.S3SigV4QueryAuth(
            credentials, "s3", region, expires=rng.randint(1, 604800))
    else:
        signer = botocore.auth.S3SigV4Auth(credentials, "s3", region)
    signer.add_auth(request)
    prepared = request.prepare()
    target = prepared.url.split("://", 1)[1]
    sent_path, _, sent_query = target[target.index("/"):].partition("?")
    sent = [(k, v) for k, v in prepared.headers.items()
            if k.lower() not in ("host", "content-length")]
    sent.append(("Host", host))
    fields = [STAMP, prepared.method, sent_path, sent_query, secret, region]
    for name, value in sent:
        fields += [name, value.decode("latin-1") if isinstance(value, bytes) else value]
    return "\t".join(f.encode("utf-8").hex() for f in fields)


def stop_the_clock():
    """botocore asks its clock for the time of a signature; older releases ask datetime itself."""
    if hasattr(botocore.auth, "get_current_datetime"):
        mock.patch("botocore.auth.get_current_datetime", lambda *a, **k: NOW).start()
        return
    clock = mock.Mock(wraps=datetime.datetime)
    clock.utcnow = lambda: NOW
    mock.patch("botocore.auth.datetime", mock.Mock(wraps=datetime, datetime=clock)).start()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randint(0, 10**9))
    parser.add_argument("program", nargs="?", default="build/unit_sigv4")
    options = parser.parse_args()
    count, program = options.count, options.program
    print(f"botocore {botocore.__version__}: {count} requests, seed {options.seed}", flush=True)
    rng = random.Random(options.seed)
    stop_the_clock()
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as lines:
        for _ in range(count):
            lines.write(make(rng) + "\n")
        lines.flush()
        environment = dict(os.environ, TORHAUS_SIGV4_REQUESTS=lines.name)
        command = [program, "requests_of_a_file_verify"]
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
