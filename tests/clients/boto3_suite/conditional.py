"""Conditional writes: made once, changed only as known, and never by two at a time."""

import concurrent.futures

from botocore.exceptions import ClientError
from support import BUCKET, case, client, data, fails, get, knows, put, s3, same


@case("PutObject: If-None-Match")
def if_none_match():
    knows("PutObject", "IfNoneMatch")
    s3.delete_object(Bucket=BUCKET, Key="once")
    put("once", b"first", IfNoneMatch="*")
    with fails("PreconditionFailed", 412):
        put("once", b"second", IfNoneMatch="*")
    same(get("once"), b"first", "bytes")
    s3.delete_object(Bucket=BUCKET, Key="once")
    put("once", b"third", IfNoneMatch="*")


@case("PutObject: If-Match")
def if_match():
    knows("PutObject", "IfMatch")
    tag = put("known", b"1")["ETag"]
    put("known", b"2", IfMatch=tag)
    with fails("PreconditionFailed", 412):
        put("known", b"3", IfMatch=tag)
    with fails("NoSuchKey", 404):
        put("unknown", b"4", IfMatch=tag)
    same(get("known"), b"2", "bytes")


def race(attempts):
    """Runs all at the same time; returns how many worked. The others must have been refused."""

    def one(attempt):
        try:
            attempt()
            return True
        except ClientError as error:
            code = error.response["Error"]["Code"]
            assert code in ("PreconditionFailed", "ConditionalRequestConflict"), code
            return False

    with concurrent.futures.ThreadPoolExecutor(len(attempts)) as pool:
        return sum(pool.map(one, attempts))


@case("PutObject: If-None-Match, sixteen at once")
def race_to_create():
    knows("PutObject", "IfNoneMatch")
    clients = [client() for _ in range(16)]
    for turn in range(5):
        attempts = [
            lambda c=c, n=n: c.put_object(
                Bucket=BUCKET, Key=f"race{turn}", Body=data(50_000, n), IfNoneMatch="*"
            )
            for n, c in enumerate(clients)
        ]
        same(race(attempts), 1, "winners")


@case("PutObject: If-Match, sixteen at once")
def race_to_change():
    knows("PutObject", "IfMatch")
    clients = [client() for _ in range(16)]
    for turn in range(5):
        tag = put("change", data(1000, f"turn{turn}"))["ETag"]
        attempts = [
            lambda c=c, n=n: c.put_object(
                Bucket=BUCKET, Key="change", Body=data(50_000, n), IfMatch=tag
            )
            for n, c in enumerate(clients)
        ]
        same(race(attempts), 1, "winners")


@case("CompleteMultipartUpload: conditions")
def complete():
    knows("CompleteMultipartUpload", "IfNoneMatch")
    put("there", b"already")

    def upload(key, **condition):
        number = s3.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
        where = {"Bucket": BUCKET, "Key": key, "UploadId": number}
        tag = s3.upload_part(PartNumber=1, Body=b"part", **where)["ETag"]
        s3.complete_multipart_upload(
            MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": tag}]}, **condition, **where
        )

    with fails("PreconditionFailed", 412):
        upload("there", IfNoneMatch="*")
    same(get("there"), b"already", "bytes")
    s3.delete_object(Bucket=BUCKET, Key="not-there")
    upload("not-there", IfNoneMatch="*")
    same(get("not-there"), b"part", "bytes")
    if (
        "IfMatch"
        in s3.meta.service_model.operation_model("CompleteMultipartUpload").input_shape.members
    ):
        with fails("PreconditionFailed", 412):
            upload("there", IfMatch='"0123"')
        upload("there", IfMatch=s3.head_object(Bucket=BUCKET, Key="there")["ETag"])
        same(get("there"), b"part", "bytes")
