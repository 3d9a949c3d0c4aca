"""Who signs what: forms of authentication, coverage of headers, time."""

import datetime
import hashlib
import hmac

from harness.chunks import signed_upload
from harness.signed_http import encode_path, encode_query, signing_key
from world import SECRET_BYTES, attack, must

TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


def wrong_signature(signed):
    head, _, signature = signed["authorization"].rpartition("=")
    signed["authorization"] = head + "=" + signature[::-1]


def trailer_body(body):
    return f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"


@attack(
    "CVE-2026-40344 (GHSA-9c4q-hq6p-c237), CVE-2026-41145 (GHSA-hv4r-mvr4-25vw), CVE-2025-31489",
    "an upload with an unsigned trailer needs a good signature, on each operation and in each form",
)
def unsigned_trailer(w):
    body = trailer_body(b"stolen seal")
    headers = {"x-amz-decoded-content-length": "11", "content-encoding": "aws-chunked"}
    for query in ({}, {"partNumber": "1", "uploadId": "x"}, {"tagging": ""}, {"acl": ""}):
        for more in ({}, {"x-amz-meta-snowball-auto-extract": "true"}):
            answer = w.send(
                w.victim,
                "PUT",
                "akten",
                "neu",
                query,
                headers | more,
                None,
                body,
                TRAILER,
                wrong_signature,
            )
            w.refused(answer, (403,), f"PUT ?{query}")
    # Credentials in the query, none in the header.
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{w.victim.target.access_key}/{now[:8]}/eu-central-1/s3/aws4_request",
        "X-Amz-Date": now,
        "X-Amz-Expires": "60",
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Signature": "0" * 64,
    }
    target = encode_path("akten", "neu") + "?" + encode_query(query)
    w.refused(
        w.anonymous("PUT", target, headers | {"x-amz-content-sha256": TRAILER}, body), (400, 403)
    )
    w.unharmed()


@attack("CVE-2025-31489 (GHSA-wg47-6jq2-q2hh)", "an unsigned trailer is taken by uploads only")
def trailer_elsewhere(w):
    body = trailer_body(b"<Tagging/>")
    headers = {"x-amz-decoded-content-length": "10", "content-encoding": "aws-chunked"}
    for query in ({"tagging": ""}, {"acl": ""}, {"retention": ""}, {"legal-hold": ""}):
        answer = w.send(w.victim, "PUT", "akten", "geheim", query, headers, None, body, TRAILER)
        w.refused(answer, (400, 403, 501), f"PUT {query}")
    w.unharmed()


@attack("(own)", "a form of authentication that nobody knows is refused, not taken for anonymous")
def unknown_form(w):
    for value in (
        "AWS4-ECDSA-P256-SHA256 Credential=a",
        "Bearer abc",
        "AWS a:b",
        "Basic YTpi",
        "x",
    ):
        w.refused(
            w.anonymous("GET", "/akten/geheim", {"Authorization": value}), (400, 403, 501), value
        )
    for payload in ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-X", "", "unsigned", "0" * 63):
        answer = w.send(w.victim, "PUT", "akten", "neu", body=b"x", payload=payload)
        w.refused(answer, (400, 403), f"x-amz-content-sha256 {payload!r}")
    w.unharmed()


def presigned(who, method, bucket, key, seconds=300, shift=0, extra=None):
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=shift)
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{stamp[:8]}/{who.target.region}/s3/aws4_request"
    query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{who.target.access_key}/{scope}",
        "X-Amz-Date": stamp,
        "X-Amz-Expires": str(seconds),
        "X-Amz-SignedHeaders": "host",
        **(extra or {}),
    }
    path, text = encode_path(bucket, key), encode_query(query)
    canonical = "\n".join(
        [method, path, text, f"host:{who.target.host}\n", "host", "UNSIGNED-PAYLOAD"]
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    signer = signing_key(who.target.secret_key, stamp[:8], who.target.region)
    signed = hmac.new(
        signer, f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}".encode(), hashlib.sha256
    )
    return f"{path}?{text}&X-Amz-Signature={signed.hexdigest()}"


@attack(
    "CVE-2026-54330, versitygw 57747021, rustfs PR 7425, PR 7796",
    "an x-amz-* header that the signature does not cover is refused, also x-amz-copy-source",
)
def unsigned_headers(w):
    w.expect(w.victim.request("PUT", "akten", "ablage", body=b"here"), 200)
    extra = [
        {"x-amz-copy-source": "/akten/geheim"},
        {"x-amz-acl": "public-read"},
        {"x-amz-meta-owner": "me"},
        {"x-amz-tagging": "a=b"},
        {"x-amz-server-side-encryption": "AES256"},
        {"x-amz-object-lock-mode": "GOVERNANCE"},
        {"x-amz-bypass-governance-retention": "true"},
        {"x-amz-metadata-directive": "REPLACE"},
        {"X-AMZ-Copy-Source": "/akten/geheim"},
    ]
    link = presigned(w.victim, "PUT", "akten", "ablage")
    assert w.anonymous("PUT", link, body=b"here").status == 200, "the link itself must be good"
    for headers in extra:
        answer = w.send(w.victim, "PUT", "akten", "ablage", body=b"", unsigned=headers)
        w.refused(answer, (403,), f"signed, {headers}")
        w.refused(w.anonymous("PUT", link, headers), (403,), f"presigned, {headers}")
        must(w.victim.request("GET", "akten", "ablage").body == b"here", f"{headers}: replaced")
    w.expect(w.victim.request("DELETE", "akten", "ablage"), 204)
    w.unharmed()


@attack("CVE-2021-21390", "a chunk with a wrong signature leaves nothing behind")
def chunk_signature(w):
    for bad in ("signature", "order", "truncated", "length"):
        head, pieces = signed_upload(w.victim.target, "akten", "neu", b"z" * 300_000, bad)
        answer = w.raw(head + b"".join(pieces))
        must(answer.status in (0, 400, 403), f"{bad}: {answer.status}")
        must(w.victim.request("GET", "akten", "neu").status == 404, f"{bad}: an object is there")
    w.unharmed()


@attack("GHSA-v2ch-c8v8-fgr7", "no aws-chunked data can end the process")
def chunk_data(w):
    bodies = [
        b"",
        b"\r\n",
        b"0",
        b"-1\r\n",
        b"ffffffffffffffff\r\n",
        b"1;chunk-signature=\r\nx",
        b"0x10\r\n" + b"a" * 16,
        b"5\r\nabc",
        b"3\nabc\n0\n\n",
        b"g\r\n",
        b";" * 70_000,
        b"0\r\n" + b"x" * 70_000,
        b"1\r\na\r\n" * 5000 + b"0\r\n\r\n",
        b"\x00" * 100,
    ]
    for body in bodies:
        for payload in (TRAILER, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"):
            for length in ("0", "16", "99999999999999999999"):
                headers = {"x-amz-decoded-content-length": length}
                w.send(w.victim, "PUT", "akten", "neu", {}, headers, None, body, payload)
                must(w.server.alive(), f"the process ended over {body[:40]!r}")
    if w.victim.request("GET", "akten", "neu").status == 200:
        must(w.victim.request("GET", "akten", "neu").body == b"", "bytes out of nowhere")
        w.victim.request("DELETE", "akten", "neu")
    w.unharmed()


@attack(
    "CVE-2025-68671 (GHSA-f2ph-gc9m-q55f)",
    "a request counts for 15 minutes, a presigned one for seven days at most",
)
def replay(w):
    minute = datetime.timedelta(minutes=1)
    now = datetime.datetime.now(datetime.timezone.utc)
    for shift in (-16 * minute, 16 * minute, -24 * 60 * minute):
        answer = w.victim.request("GET", "akten", "geheim", now=now + shift)
        must(answer.status == 403, f"{shift}: {answer.status}")

    # The date of the scope is that of the request.
    def other_day(signed):
        signed["x-amz-date"] = (now - 3 * minute).strftime("%Y%m%dT%H%M%SZ")

    w.refused(w.send(w.victim, "GET", "akten", "geheim", spoil=other_day), (403,))
    for seconds, shift in ((60, -61), (604_801, 0), (60, 16 * 60), (-1, 0), (0, -1)):
        link = presigned(w.victim, "GET", "akten", "geheim", seconds, shift)
        w.refused(w.anonymous("GET", link), (400, 403), f"link of {seconds} s, {shift} s ago")
    link = presigned(w.victim, "GET", "akten", "geheim")
    must(w.anonymous("GET", link).body == SECRET_BYTES, "the link itself must be good")
    w.refused(w.anonymous("DELETE", link), (403,), "another method")
    w.refused(w.anonymous("GET", link.replace("geheim", "geheim2")), (403,), "another key")
    w.unharmed()
