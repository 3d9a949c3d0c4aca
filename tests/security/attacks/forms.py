"""Browser uploads: every condition of the policy, and only the bucket of the URL."""

import base64
import datetime
import hashlib
import hmac
import json

from harness.signed_http import signing_key
from world import attack, must

LIMIT = 1000


def form(who, url_bucket, conditions, fields, body, spoil=None):
    now = datetime.datetime.now(datetime.timezone.utc)
    stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    credential = f"{who.target.access_key}/{day}/{who.target.region}/s3/aws4_request"
    signed = {
        "x-amz-algorithm": "AWS4-HMAC-SHA256",
        "x-amz-credential": credential,
        "x-amz-date": stamp,
    }
    policy = {
        "expiration": (now + datetime.timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "conditions": conditions + [{name: value} for name, value in signed.items()],
    }
    text = base64.b64encode(json.dumps(policy).encode()).decode()
    key = signing_key(who.target.secret_key, day, who.target.region)
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    everything = [("policy", text), ("x-amz-signature", signature), *signed.items(), *fields]
    if spoil:
        everything = spoil(everything)
    edge = "torhaus-edge"
    parts = b"".join(
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in everything
    )
    parts += (
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="../../x"\r\n\r\n'
    ).encode()
    parts += body + f"\r\n--{edge}--\r\n".encode()
    return f"/{url_bucket}", {"Content-Type": f"multipart/form-data; boundary={edge}"}, parts


GOOD = [{"bucket": "akten"}, ["starts-with", "$key", "up/"], ["content-length-range", 0, LIMIT]]


@attack("CVE-2023-43040", "a form is for the bucket of its policy, which must be that of the URL")
def other_bucket(w):
    w.expect(w.victim.request("PUT", "akten-zweit"), 200)
    for url, fields in (
        ("akten-zweit", [("key", "up/a")]),
        ("akten-zweit", [("bucket", "akten"), ("key", "up/a")]),
        ("akten", [("bucket", "akten-zweit"), ("key", "up/a")]),
        ("beute", [("key", "up/a")]),
    ):
        answer = w.anonymous("POST", *form(w.victim, url, GOOD, fields, b"x"))
        w.refused(answer, (400, 403), f"{url} {fields}")
    must(w.keys(w.victim, "akten-zweit") == [], "an object in the other bucket")
    w.unharmed()


@attack(
    "CVE-2023-28434, rustfs GHSA-w5fh-f8xh-5x3p", "every condition of a form's policy is enforced"
)
def conditions(w):
    def unsigned(fields):
        return [f for f in fields if f[0] != "x-amz-signature"]

    def wrong(fields):
        return [(n, v[::-1] if n == "x-amz-signature" else v) for n, v in fields]

    tries = [
        ("another key", [("key", "geheim")], b"x", None),
        ("a key that climbs", [("key", "../up/a")], b"x", None),
        ("too large", [("key", "up/a")], b"x" * (LIMIT + 1), None),
        ("a field that the policy lacks", [("key", "up/a"), ("acl", "public-read")], b"x", None),
        ("metadata", [("key", "up/a"), ("x-amz-meta-a", "b")], b"x", None),
        ("two keys", [("key", "up/a"), ("key", "geheim")], b"x", None),
        ("no signature", [("key", "up/a")], b"x", unsigned),
        ("a wrong signature", [("key", "up/a")], b"x", wrong),
        ("an unsigned header", [("key", "up/a"), ("x-amz-storage-class", "GLACIER")], b"x", None),
    ]
    for what, fields, body, spoil in tries:
        answer = w.anonymous("POST", *form(w.victim, "akten", GOOD, fields, body, spoil))
        w.refused(answer, (400, 403), what)
        w.unharmed()
    path, headers, body = form(w.victim, "akten", GOOD, [("key", "up/${filename}")], b"good")
    answer = w.anonymous("POST", path, headers, body)
    must(answer.status == 204, f"the form itself must be good: {answer.status} {answer.body}")
    for key in w.keys(w.victim, "akten"):
        must(key == "geheim" or key.startswith("up/"), f"a file name became the key {key!r}")
        if key != "geheim":
            w.victim.request("DELETE", "akten", key)
    w.unharmed()


@attack(
    "RGW CVE-2020-12059, CVE-2019-10222, CVE-2019-19337, CVE-2018-7262, CVE-2018-16846, "
    "CVE-2022-3854, CVE-2024-47866",
    "no form, header, tag or URL can end the process",
)
def malformed(w):
    path, headers, body = form(w.victim, "akten", GOOD, [("key", "up/a")], b"x")
    for cut in range(0, len(body), max(1, len(body) // 60)):
        w.anonymous("POST", path, headers, body[:cut])
        must(w.server.alive(), f"the process ended over a form cut at {cut}")
    for kind in (
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary="',
    ):
        w.anonymous("POST", path, {"Content-Type": kind}, body)
    for name, value in (
        ("x-amz-copy-source", ""),
        ("x-amz-tagging", "&&=&"),
        ("Range", "bytes=-"),
        ("Host", ""),
        ("x-amz-date", "x"),
        ("Authorization", "AWS4-HMAC-SHA256 "),
        ("Expires", "\xff" * 100),
        ("x-amz-meta-", "x"),
        ("If-Match", '"'),
        ("Content-MD5", "="),
        ("Cookie", ";" * 8000),
    ):
        w.send(w.victim, "PUT", "akten", "neu", unsigned={name: value})
        must(w.server.alive(), f"the process ended over {name}: {value!r}")
    for target in (
        "*",
        "",
        "/%",
        "/%00",
        "/" + "a" * 30_000,
        "/akten?" + "&" * 9000,
        "http://x/y",
        "/akten/geheim?versionId=%ff",
        "/akten/" + "%41" * 2000,
    ):
        w.anonymous("GET", target)
        must(w.server.alive(), f"the process ended over {target[:40]!r}")
    if w.victim.request("GET", "akten", "neu").status == 200:
        w.victim.request("DELETE", "akten", "neu")
    w.unharmed()
