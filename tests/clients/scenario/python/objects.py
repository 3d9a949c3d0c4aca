"""Single objects: bytes, names, headers, conditions, copies, links, encryption."""

import datetime
import os

from botocore.exceptions import ClientError
from common import BUCKET, HTTPS, fails, fetch, get, keys, md5, put, s3
from report import same, step


@step("put and get")
def put_and_get():
    for key, body in (("small", b"a small object"), ("empty", b"")):
        same(put(key, body)["ETag"], f'"{md5(body)}"', "ETag")
        found = s3.get_object(Bucket=BUCKET, Key=key)
        same(found["ContentLength"], len(body), "length")
        same(found["ETag"], f'"{md5(body)}"', "ETag")
        same(found["Body"].read(), body, "bytes")


def name_survives(key):
    put(key, key.encode())
    same(get(key).decode(), key, "bytes")
    listed = keys(s3.list_objects_v2(Bucket=BUCKET, Prefix=key[:6]))
    same(listed, [key], "listed")


@step("unicode key")
def unicode_key():
    name_survives("Grüße/日本語 und 😀.txt")


@step("key with plus and percent")
def plus_and_percent():
    name_survives("signs/a+b %41&c=d  e%2Ff.txt")


@step("metadata and content type")
def metadata():
    wanted = {"author": "someone", "purpose": "a test; with = signs"}
    put(
        "described",
        b"{}",
        Metadata=wanted,
        ContentType="application/json; charset=utf-8",
        CacheControl="max-age=60",
    )
    found = s3.head_object(Bucket=BUCKET, Key="described")
    same(found["Metadata"], wanted, "metadata")
    same(found["ContentType"], "application/json; charset=utf-8", "content type")
    same(found["CacheControl"], "max-age=60", "cache control")


@step("head object")
def head_object():
    put("headed", b"12345")
    found = s3.head_object(Bucket=BUCKET, Key="headed")
    same(found["ContentLength"], 5, "length")
    same(found["ETag"], f'"{md5(b"12345")}"', "ETag")
    age = datetime.datetime.now(datetime.timezone.utc) - found["LastModified"]
    assert abs(age) < datetime.timedelta(minutes=10), age
    with fails("404", 404):
        s3.head_object(Bucket=BUCKET, Key="absent")


@step("range get")
def range_get():
    put("ranged", b"0123456789")
    found = s3.get_object(Bucket=BUCKET, Key="ranged", Range="bytes=2-5")
    same(found["Body"].read(), b"2345", "bytes")
    same(found["ContentRange"], "bytes 2-5/10", "Content-Range")
    same(get("ranged", Range="bytes=-3"), b"789", "last bytes")
    with fails("InvalidRange", 416):
        get("ranged", Range="bytes=10-")


@step("conditional get")
def conditional_get():
    etag = put("conditional", b"as it was")["ETag"]
    same(get("conditional", IfMatch=etag), b"as it was", "bytes")
    with fails("304", 304):
        get("conditional", IfNoneMatch=etag)
    with fails("PreconditionFailed", 412):
        get("conditional", IfMatch='"0123"')


@step("put if none match")
def put_if_none_match():
    put("only once", b"first", IfNoneMatch="*")
    with fails("PreconditionFailed", 412):
        put("only once", b"second", IfNoneMatch="*")
    same(get("only once"), b"first", "bytes")


@step("copy object")
def copy_object():
    etag = put("copied/from", b"to be copied", Metadata={"kept": "yes"}, ContentType="text/x-one")[
        "ETag"
    ]
    source = {"Bucket": BUCKET, "Key": "copied/from"}
    s3.copy_object(Bucket=BUCKET, Key="copied/to", CopySource=source)
    found = s3.get_object(Bucket=BUCKET, Key="copied/to")
    same(found["Body"].read(), b"to be copied", "bytes")
    same((found["Metadata"], found["ContentType"]), ({"kept": "yes"}, "text/x-one"), "kept")
    s3.copy_object(
        Bucket=BUCKET,
        Key="copied/to",
        CopySource=source,
        MetadataDirective="REPLACE",
        Metadata={"new": "one"},
        ContentType="text/x-two",
    )
    found = s3.head_object(Bucket=BUCKET, Key="copied/to")
    same((found["Metadata"], found["ContentType"]), ({"new": "one"}, "text/x-two"), "replaced")
    with fails("PreconditionFailed", 412):
        s3.copy_object(
            Bucket=BUCKET, Key="copied/to", CopySource=source, CopySourceIfNoneMatch=etag
        )


@step("object tags")
def object_tags():
    put("tagged", b"x", Tagging="first=1")
    s3.put_object_tagging(
        Bucket=BUCKET,
        Key="tagged",
        Tagging={"TagSet": [{"Key": "a+b", "Value": "c d"}, {"Key": "ü", "Value": ""}]},
    )
    got = s3.get_object_tagging(Bucket=BUCKET, Key="tagged")["TagSet"]
    same(sorted((t["Key"], t["Value"]) for t in got), [("a+b", "c d"), ("ü", "")], "tags")
    same(s3.get_object(Bucket=BUCKET, Key="tagged")["TagCount"], 2, "count")
    s3.delete_object_tagging(Bucket=BUCKET, Key="tagged")
    same(s3.get_object_tagging(Bucket=BUCKET, Key="tagged")["TagSet"], [], "tags after deletion")


@step("delete")
def delete():
    names = [f"gone/{i}" for i in range(6)]
    for name in names:
        put(name)
    s3.delete_object(Bucket=BUCKET, Key=names[0])
    s3.delete_object(Bucket=BUCKET, Key="gone/never there")
    answer = s3.delete_objects(
        Bucket=BUCKET, Delete={"Objects": [{"Key": name} for name in names[1:]]}
    )
    same(sorted(d["Key"] for d in answer["Deleted"]), names[1:], "deleted")
    same(keys(s3.list_objects_v2(Bucket=BUCKET, Prefix="gone/")), [], "left")


@step("presigned get")
def presigned_get():
    put("linked äöü", b"behind a link")
    where = {"Bucket": BUCKET, "Key": "linked äöü"}
    link = s3.generate_presigned_url("get_object", Params=where, ExpiresIn=300)
    same(fetch(link), (200, b"behind a link"), "answer")
    last = "1" if link[-1] == "0" else "0"
    same(fetch(link[:-1] + last)[0], 403, "status for another signature")


@step("presigned put")
def presigned_put():
    where = {"Bucket": BUCKET, "Key": "linked/up", "ContentType": "text/plain"}
    link = s3.generate_presigned_url("put_object", Params=where, ExpiresIn=300)
    body = os.urandom(1000)
    same(fetch(link, body, {"Content-Type": "text/plain"}), (200, b""), "answer")
    same(get("linked/up"), body, "bytes")


@step("SSE-S3")
def sse_s3():
    body = os.urandom(100_000)
    answer = put("sealed", body, ServerSideEncryption="AES256")
    same(answer["ServerSideEncryption"], "AES256", "of put")
    found = s3.head_object(Bucket=BUCKET, Key="sealed")
    same(found["ServerSideEncryption"], "AES256", "of head")
    same(get("sealed"), body, "bytes")


@step("SSE-C")
def sse_c():
    key, other = os.urandom(32), os.urandom(32)
    body = os.urandom(100_000)
    if not HTTPS:
        with fails("InvalidRequest", 400):
            put("own key", body, SSECustomerAlgorithm="AES256", SSECustomerKey=key)
        return
    put("own key", body, SSECustomerAlgorithm="AES256", SSECustomerKey=key)
    same(get("own key", SSECustomerAlgorithm="AES256", SSECustomerKey=key), body, "bytes")
    with fails("InvalidRequest", 400):
        get("own key")
    try:
        get("own key", SSECustomerAlgorithm="AES256", SSECustomerKey=other)
    except ClientError as error:
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403), error
    else:
        raise AssertionError("the wrong key was taken")
