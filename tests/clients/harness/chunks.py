"""aws-chunked uploads made by hand, right ones and wrong ones. AWS: "Signature calculations for the
Authorization header: transferring payload in multiple chunks" and "… including trailing headers".
"""

import base64
import datetime
import hashlib
import hmac
import zlib

from harness.signed_http import EMPTY, encode_path, sign, signing_key

CHUNK = 65536


def request_head(target, bucket, key, headers, payload_hash, now):
    path = encode_path(bucket, key)
    signed = sign(target, "PUT", path, "", headers, payload_hash, now)
    lines = "".join(f"{name}: {value}\r\n" for name, value in signed.items())
    return f"PUT {path} HTTP/1.1\r\n{lines}\r\n".encode(), signed


def signed_upload(target, bucket, key, body, bad=None):
    """STREAMING-AWS4-HMAC-SHA256-PAYLOAD. bad: a wrong chunk signature, two chunks in the wrong
    order, an end that is missing, or a decoded length that is not true."""
    pieces = [body[at : at + CHUNK] for at in range(0, len(body), CHUNK)] + [b""]
    size = sum(len(p) + len(f"{len(p):x};chunk-signature=\r\n\r\n") + 64 for p in pieces)
    now = datetime.datetime.now(datetime.timezone.utc)
    stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    announced = len(body) + (1 if bad == "length" else 0)
    head, signed = request_head(
        target,
        bucket,
        key,
        {
            "content-length": size,
            "content-encoding": "aws-chunked",
            "x-amz-decoded-content-length": announced,
        },
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        now,
    )
    previous = signed["authorization"].rpartition("=")[2]
    signer = signing_key(target.secret_key, day, target.region)
    encoded = []
    for piece in pieces:
        text = "\n".join(
            [
                "AWS4-HMAC-SHA256-PAYLOAD",
                stamp,
                f"{day}/{target.region}/s3/aws4_request",
                previous,
                EMPTY,
                hashlib.sha256(piece).hexdigest(),
            ]
        )
        previous = hmac.new(signer, text.encode(), hashlib.sha256).hexdigest()
        shown = previous
        if bad == "signature" and len(encoded) == 2:
            shown = "0" * 64
        encoded.append(f"{len(piece):x};chunk-signature={shown}\r\n".encode() + piece + b"\r\n")
    if bad == "order":
        encoded[0], encoded[1] = encoded[1], encoded[0]
    if bad == "truncated":
        encoded.pop()
    return head, encoded


def trailer_upload(target, bucket, key, body, bad=None):
    """STREAMING-UNSIGNED-PAYLOAD-TRAILER with a CRC32. bad: a wrong value, another name than
    announced, no trailer, or one without a colon."""
    value = base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
    if bad == "value":
        value = "AAAAAA=="
    trailer = f"x-amz-checksum-crc32:{value}\r\n"
    if bad == "name":
        trailer = f"x-amz-checksum-sha1:{value}\r\n"
    if bad == "missing":
        trailer = ""
    if bad == "malformed":
        trailer = "x-amz-checksum-crc32\r\n"
    sent = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n" + trailer.encode() + b"\r\n"
    head, _ = request_head(
        target,
        bucket,
        key,
        {
            "content-length": len(sent),
            "content-encoding": "aws-chunked",
            "x-amz-decoded-content-length": len(body),
            "x-amz-trailer": "x-amz-checksum-crc32",
        },
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        datetime.datetime.now(datetime.timezone.utc),
    )
    return head, sent
