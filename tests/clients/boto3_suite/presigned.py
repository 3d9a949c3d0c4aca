"""Presigned links, opened by plain HTTP without any key."""

import datetime
import hashlib
import ssl
import time
import urllib.error
import urllib.request
from unittest import mock

from support import BUCKET, ENDPOINT, case, client, config, data, get, put, s3, same
import os

CONTEXT = (
    ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE") or None)
    if ENDPOINT.startswith("https")
    else None
)


def open_link(url, method="GET", body=None, headers=None):
    """(status, headers, body) without following the rules of any SDK."""
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=CONTEXT)
    )
    try:
        with opener.open(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers, answer.read()


def link(operation, key, seconds=60, **parameters):
    return s3.generate_presigned_url(
        operation, Params={"Bucket": BUCKET, "Key": key, **parameters}, ExpiresIn=seconds
    )


@case("presigned GET")
def presigned_get():
    body = data(100_000, "link")
    for key in ("link", "link ü+/..//%20"):
        put(key, body)
        same(open_link(link("get_object", key))[::2], (200, body), f"answer for {key}")
        same(
            open_link(link("get_object", key), headers={"Range": "bytes=5-9"})[::2],
            (206, body[5:10]),
            "answer with a range",
        )
    same(open_link(link("head_object", "link"), "HEAD")[0], 200, "status of HEAD")


@case("presigned GET: response headers in the link")
def presigned_overrides():
    put("link", b"x")
    url = link(
        "get_object",
        "link",
        ResponseContentDisposition='attachment; filename="Akte ü.pdf"'.replace("ü", "u"),
        ResponseContentType="application/pdf",
    )
    _, headers, _ = open_link(url)
    same(
        (headers["Content-Disposition"], headers["Content-Type"]),
        ('attachment; filename="Akte u.pdf"', "application/pdf"),
        "headers",
    )


@case("presigned PUT")
def presigned_put():
    body = data(50_000, "put")
    status, headers, _ = open_link(
        link("put_object", "dropped", ContentType="text/x", Metadata={"a": "b"}),
        "PUT",
        body,
        {"Content-Type": "text/x", "x-amz-meta-a": "b"},
    )
    same((status, headers["ETag"]), (200, f'"{hashlib.md5(body).hexdigest()}"'), "status, ETag")
    same(get("dropped"), body, "bytes")
    head = s3.head_object(Bucket=BUCKET, Key="dropped")
    same((head["ContentType"], head["Metadata"]), ("text/x", {"a": "b"}), "headers")
    status, _, answer = open_link(
        link("put_object", "dropped"),
        "PUT",
        b"y",
        {"Content-Type": "a/b", "x-amz-meta-more": "unsigned"},
    )
    same((status, b"AccessDenied" in answer), (403, True), f"an unsigned header: {answer[:300]!r}")
    same(get("dropped"), body, "bytes")


@case("presigned UploadPart, DeleteObject, ListObjects")
def presigned_others():
    from multipart import finish, start

    where = start("by links")
    url = s3.generate_presigned_url("upload_part", Params={"PartNumber": 1, **where})
    status, headers, _ = open_link(url, "PUT", b"part", {"Content-Type": ""})
    same(status, 200, "status")
    finish(where, [headers["ETag"]])
    same(get("by links"), b"part", "bytes")
    same(open_link(link("delete_object", "by links"), "DELETE")[0], 204, "status")
    url = s3.generate_presigned_url(
        "list_objects_v2", Params={"Bucket": BUCKET, "Prefix": "no such"}
    )
    same(open_link(url)[0], 200, "status")


@case("presigned links: changed, expired, used otherwise")
def presigned_refused():
    put("link", b"x")
    url = link("get_object", "link")
    status, _, answer = open_link(url.replace("/link?", "/other?"))
    same((status, b"SignatureDoesNotMatch" in answer), (403, True), repr(answer[:200]))
    same(open_link(url, "DELETE")[0], 403, "another method")
    same(open_link(url + "&response-content-type=text/html")[0], 403, "one parameter more")
    same(open_link(url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"))[0], 403, "more time")
    url = link("get_object", "link", seconds=1)
    time.sleep(2.2)
    status, _, answer = open_link(url)
    same(
        (status, b"AccessDenied" in answer and b"expired" in answer.lower()),
        (403, True),
        f"expired: {answer[:300]!r}",
    )
    status, _, answer = open_link(link("get_object", "link", seconds=8 * 86400))
    same(
        (status, b"AuthorizationQueryParametersError" in answer),
        (400, True),
        f"8 days: {answer[:300]!r}",
    )
    same(get("link"), b"x", "bytes")


@case("presigned links: made long ago, still valid")
def presigned_earlier():
    put("link", b"x")
    # The time of signing is botocore's own clock; it is set back by two hours while a link is made.
    earlier = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=2)

    class Clock(datetime.datetime):
        @classmethod
        def utcnow(cls):
            return earlier.replace(tzinfo=None)

        @classmethod
        def now(cls, tz=None):
            return earlier

    import botocore.auth

    patches = (
        [mock.patch.object(botocore.auth.datetime, "datetime", Clock)]
        if hasattr(botocore.auth.datetime, "datetime")
        else [mock.patch.object(botocore.auth, "datetime", Clock)]
    )
    if hasattr(botocore.auth, "get_current_datetime"):
        patches.append(
            mock.patch.object(
                botocore.auth, "get_current_datetime", lambda **unused: earlier.replace(tzinfo=None)
            )
        )
    for patch in patches:
        patch.start()
    try:
        url = link("get_object", "link", seconds=3 * 3600)
        old = link("get_object", "link", seconds=3600)
    finally:
        for patch in patches:
            patch.stop()
    assert earlier.strftime("%Y%m%dT%H") in url, f"the clock was not set back: {url}"
    same(open_link(url)[0], 200, "status of a link for three hours")
    same(open_link(old)[0], 403, "status of a link for one hour")


@case("presigned links: old signatures are refused")
def presigned_v2():
    put("link", b"x")
    old = client(config(signature_version="s3"))
    url = old.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "link"})
    assert open_link(url)[0] in (400, 403), open_link(url)
