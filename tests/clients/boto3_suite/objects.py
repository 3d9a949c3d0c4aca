"""Objects: put, get, head, delete, with everything that goes into a header."""

import datetime
import hashlib
import io
import threading

from support import BUCKET, b64, case, client, data, fails, get, md5, put, s3, same

UTC = datetime.timezone.utc
SYSTEM = {
    "ContentType": "text/x-test; charset=utf-8",
    "CacheControl": "max-age=60, private",
    "ContentDisposition": 'attachment; filename="a b.txt"',
    "ContentEncoding": "gzip",
    "ContentLanguage": "de, en",
}


@case("PutObject")
def put_object():
    # Sizes on both sides of where the bytes may find another home.
    for size in (0, 1, 4095, 4096, 16384, 16385, 65536, 1 << 20, (1 << 20) + 1, 9_000_001):
        body = data(size)
        same(put(f"size/{size}", body)["ETag"], f'"{md5(body)}"', f"ETag of {size}")
        same(get(f"size/{size}"), body, f"bytes of {size}")


@case("PutObject: body as a stream")
def put_stream():
    body = data(3_000_000, "stream")
    same(put("stream", io.BytesIO(body))["ETag"], f'"{md5(body)}"', "ETag")
    same(get("stream"), body, "bytes")


@case("PutObject: overwrite")
def overwrite():
    for number in range(5):
        put("again", data(1000 * number, number))
        same(get("again"), data(1000 * number, number), f"bytes {number}")


@case("PutObject: metadata and system headers")
def metadata():
    user = {
        "one": "1",
        "two-words": "a b  c",
        "empty": "",
        "case": "MiXeD",
        "utf8": "=?UTF-8?Q?M=C3=BCller?=",
    }
    expires = datetime.datetime(2031, 2, 3, 4, 5, 6, tzinfo=UTC)
    put("meta", b"m", Metadata=user, Expires=expires, **SYSTEM)
    for answer in (
        s3.head_object(Bucket=BUCKET, Key="meta"),
        s3.get_object(Bucket=BUCKET, Key="meta"),
    ):
        same({name: answer.get(name) for name in SYSTEM}, SYSTEM, "system headers")
        # Blanks within a value are folded by the signature, so by what is kept of it no promise is
        # made.
        got = {name: " ".join(value.split()) for name, value in answer["Metadata"].items()}
        same(got, {name: " ".join(value.split()) for name, value in user.items()}, "metadata")
        same(
            answer["ResponseMetadata"]["HTTPHeaders"]["expires"],
            "Mon, 03 Feb 2031 04:05:06 GMT",
            "Expires",
        )


@case("PutObject: metadata that is too large")
def large_metadata():
    put("meta-2k", Metadata={"a": "x" * 2000})
    with fails("MetadataTooLarge", 400):
        put("meta-3k", Metadata={"a": "x" * 3000})


@case("PutObject: default content type, storage class")
def defaults():
    put("plain", b"p")
    same(s3.head_object(Bucket=BUCKET, Key="plain")["ContentType"], "binary/octet-stream", "type")
    put("cold", b"c", StorageClass="STANDARD")
    assert s3.head_object(Bucket=BUCKET, Key="cold").get("StorageClass", "STANDARD") == "STANDARD"
    with fails("InvalidStorageClass", 400):
        put("cold", b"c", StorageClass="NO_SUCH_CLASS")


@case("PutObject: Content-MD5")
def content_md5():
    put("md5", b"right", ContentMD5=b64(hashlib.md5(b"right").digest()))
    with fails("BadDigest", 400):
        put("md5", b"wrong", ContentMD5=b64(hashlib.md5(b"right").digest()))
    with fails("InvalidDigest", 400):
        put("md5", b"wrong", ContentMD5="too short")
    same(get("md5"), b"right", "the earlier object")


@case("GetObject")
def get_object():
    body = data(100_000, "get")
    put("get", body)
    answer = s3.get_object(Bucket=BUCKET, Key="get")
    same(answer["ContentLength"], 100_000, "length")
    same(answer["ETag"], f'"{md5(body)}"', "ETag")
    same(answer["AcceptRanges"], "bytes", "Accept-Ranges")
    age = datetime.datetime.now(UTC) - answer["LastModified"]
    assert abs(age.total_seconds()) < 60, answer["LastModified"]
    same(answer["Body"].read(), body, "bytes")
    with fails("NoSuchKey", 404) as error:
        get("missing")
    same(error["Error"].get("Key"), "missing", "Key in the error")


@case("GetObject: ranges")
def ranges():
    for size in (10_000, 500_000, 5_000_000):
        body = data(size, "range")
        put("range", body)
        for text, wanted in (
            ("0-0", body[:1]),
            ("1-4", body[1:5]),
            ("9000-", body[9000:]),
            ("-7", body[-7:]),
            (f"-{size * 2}", body),
            (f"{size - 1}-{size * 2}", body[-1:]),
            (f"{size // 2 - 3000}-{size // 2 + 3000}", body[size // 2 - 3000 : size // 2 + 3001]),
        ):
            answer = s3.get_object(Bucket=BUCKET, Key="range", Range=f"bytes={text}")
            same(answer["ResponseMetadata"]["HTTPStatusCode"], 206, "status")
            same(answer["Body"].read(), wanted, f"bytes={text} of {size}")
        answer = s3.get_object(Bucket=BUCKET, Key="range", Range="bytes=2-5")
        same(answer["ContentRange"], f"bytes 2-5/{size}", "Content-Range")
    with fails("InvalidRange", 416):
        get("range", Range="bytes=5000000-")
    # AWS: a range that cannot be read as one is ignored.
    same(len(get("range", Range="bytes=x-y")), 5_000_000, "whole object")
    put("empty")
    with fails("InvalidRange", 416):
        get("empty", Range="bytes=0-0")


@case("GetObject: response headers by query")
def overrides():
    put("override", b"o", ContentType="text/plain")
    wanted = {
        "ContentType": "x/y",
        "CacheControl": "no-store",
        "ContentDisposition": 'attachment; filename="u.txt"',
        "ContentEncoding": "identity",
        "ContentLanguage": "fr",
    }
    answer = s3.get_object(
        Bucket=BUCKET,
        Key="override",
        ResponseExpires="Mon, 03 Feb 2031 04:05:06 GMT",
        **{f"Response{name}": value for name, value in wanted.items()},
    )
    same({name: answer.get(name) for name in wanted}, wanted, "headers")


@case("GetObject: conditions")
def conditions():
    tag = put("cond", b"c")["ETag"]
    before, after = datetime.datetime(2001, 1, 1), datetime.datetime.now(UTC) + datetime.timedelta(
        1
    )
    for read in (s3.get_object, s3.head_object):
        where = {"Bucket": BUCKET, "Key": "cond"}
        read(IfMatch=tag, **where)
        read(IfMatch="*", **where)
        read(IfNoneMatch='"other"', **where)
        read(IfModifiedSince=before, **where)
        read(IfUnmodifiedSince=after, **where)
        read(IfMatch=tag, IfUnmodifiedSince=before, **where)  # RFC 9110: the ETag decides
        read(IfNoneMatch='"other"', IfModifiedSince=after, **where)
        for refused in ({"IfMatch": '"other"'}, {"IfUnmodifiedSince": before}):
            with fails(("PreconditionFailed", "412"), 412):
                read(**refused, **where)
        for refused in (
            {"IfNoneMatch": tag},
            {"IfNoneMatch": "*"},
            {"IfNoneMatch": f'"x", {tag}'},
            {"IfNoneMatch": tag, "IfModifiedSince": before},
        ):
            with fails(("304", "NotModified"), 304):
                read(**refused, **where)


@case("GetObject: two readers and a writer see whole versions")
def whole_versions():
    versions = [data(700_000 + n, f"v{n}") for n in range(4)]
    put("busy", versions[0])
    wrong, stop = [], threading.Event()

    def reader():
        mine = client()
        while not stop.is_set():
            if mine.get_object(Bucket=BUCKET, Key="busy")["Body"].read() not in versions:
                wrong.append("a mix")

    readers = [threading.Thread(target=reader) for _ in range(2)]
    for thread in readers:
        thread.start()
    for number in range(30):
        put("busy", versions[number % 4])
    stop.set()
    for thread in readers:
        thread.join(30)
    assert not wrong, wrong


@case("HeadObject")
def head_object():
    put("head", data(777))
    answer = s3.head_object(Bucket=BUCKET, Key="head")
    same((answer["ContentLength"], answer["ETag"]), (777, f'"{md5(data(777))}"'), "head")
    same(s3.head_object(Bucket=BUCKET, Key="head", Range="bytes=0-9")["ContentLength"], 10, "range")
    with fails("404", 404):
        s3.head_object(Bucket=BUCKET, Key="missing")


@case("DeleteObject")
def delete_object():
    put("delete", b"d")
    for _ in range(2):
        status = s3.delete_object(Bucket=BUCKET, Key="delete")["ResponseMetadata"]["HTTPStatusCode"]
        same(status, 204, "status")
    with fails("NoSuchKey", 404):
        get("delete")


@case("DeleteObjects")
def delete_objects():
    names = [f"batch/{n:04} ü+&<" for n in range(1000)]
    for name in names[::50]:
        put(name, b"b")
    answer = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": name} for name in names]})
    same(sorted(item["Key"] for item in answer["Deleted"]), names, "deleted")
    same(s3.list_objects_v2(Bucket=BUCKET, Prefix="batch/")["KeyCount"], 0, "what is left")
    put(names[0], b"b")
    answer = s3.delete_objects(
        Bucket=BUCKET, Delete={"Objects": [{"Key": names[0]}], "Quiet": True}
    )
    same(answer.get("Deleted", []), [], "quiet")
    with fails("MalformedXML", 400):
        s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": str(n)} for n in range(1001)]})


@case("objects in a bucket that is not there")
def no_bucket():
    absent = f"{BUCKET}-absent"
    for action in (
        lambda: put("a", b"x" * 100_000, bucket=absent),
        lambda: get("a", bucket=absent),
        lambda: s3.delete_object(Bucket=absent, Key="a"),
        lambda: s3.create_multipart_upload(Bucket=absent, Key="a"),
    ):
        with fails("NoSuchBucket", 404):
            action()
