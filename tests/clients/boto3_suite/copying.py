"""CopyObject with its directives and conditions, UploadPartCopy with its ranges."""

import datetime

from support import BUCKET, case, data, fails, fresh_bucket, get, md5, put, s3, same

BODY = data(2_000_000, "copy")
SOURCE = f"{BUCKET}/copy source ü+%"


def copy(key, bucket=BUCKET, source=None, **options):
    return s3.copy_object(
        Bucket=bucket,
        Key=key,
        CopySource=source or {"Bucket": BUCKET, "Key": "copy source ü+%"},
        **options,
    )


def source():
    return put(
        "copy source ü+%", BODY, Metadata={"a": "1"}, ContentType="text/x", CacheControl="no-cache"
    )


@case("CopyObject")
def copy_object():
    source()
    answer = copy("copied")["CopyObjectResult"]
    same(answer["ETag"], f'"{md5(BODY)}"', "ETag")
    assert answer["LastModified"].year > 2020, answer
    head = s3.head_object(Bucket=BUCKET, Key="copied")
    same(
        (head["Metadata"], head["ContentType"], head["CacheControl"]),
        ({"a": "1"}, "text/x", "no-cache"),
        "headers",
    )
    same(get("copied"), BODY, "bytes")
    s3.delete_object(Bucket=BUCKET, Key="copy source ü+%")
    same(get("copied"), BODY, "bytes after the source was deleted")


@case("CopyObject: to another bucket")
def other_bucket():
    source()
    bucket = fresh_bucket("copies")
    copy("there", bucket=bucket)
    same(get("there", bucket=bucket), BODY, "bytes")


@case("CopyObject: REPLACE")
def replace():
    source()
    copy("replaced", MetadataDirective="REPLACE", Metadata={"b": "2"}, ContentType="text/y")
    head = s3.head_object(Bucket=BUCKET, Key="replaced")
    same(
        (head["Metadata"], head["ContentType"], head.get("CacheControl")),
        ({"b": "2"}, "text/y", None),
        "headers",
    )
    copy("kept", MetadataDirective="COPY", Metadata={"b": "2"})
    same(s3.head_object(Bucket=BUCKET, Key="kept")["Metadata"], {"a": "1"}, "COPY")


@case("CopyObject: onto itself")
def onto_itself():
    put("self", BODY, Metadata={"a": "1"})
    itself = {"Bucket": BUCKET, "Key": "self"}
    with fails("InvalidRequest", 400):
        copy("self", source=itself)
    copy("self", source=itself, MetadataDirective="REPLACE", Metadata={"a": "2"})
    same(s3.head_object(Bucket=BUCKET, Key="self")["Metadata"], {"a": "2"}, "metadata")
    same(get("self"), BODY, "bytes")


@case("CopyObject: conditions on the source")
def conditions():
    tag = source()["ETag"]
    before = datetime.datetime(2001, 1, 1)
    after = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    copy("c", CopySourceIfMatch=tag)
    copy("c", CopySourceIfNoneMatch='"0"')
    copy("c", CopySourceIfModifiedSince=before)
    copy("c", CopySourceIfUnmodifiedSince=after)
    for refused in (
        {"CopySourceIfMatch": '"0"'},
        {"CopySourceIfNoneMatch": tag},
        {"CopySourceIfUnmodifiedSince": before},
        {"CopySourceIfNoneMatch": tag, "CopySourceIfModifiedSince": before},
    ):
        with fails("PreconditionFailed", 412):
            copy("c", **refused)


@case("CopyObject: from nowhere")
def from_nowhere():
    with fails("NoSuchKey", 404):
        copy("c", source={"Bucket": BUCKET, "Key": "missing"})
    with fails("NoSuchBucket", 404):
        copy("c", source={"Bucket": f"{BUCKET}-absent", "Key": "missing"})
    with fails(("InvalidArgument", "InvalidRequest"), 400):
        copy("c", source="nonsense")


@case("CopyObject: of a multipart object")
def multipart_source():
    from multipart import upload_parts

    body = upload_parts("copy-parts", [5 << 20, 100])[0]
    copy("copy-parts-2", source={"Bucket": BUCKET, "Key": "copy-parts"})
    same(get("copy-parts-2"), body, "bytes")


@case("UploadPartCopy")
def part_copy():
    source()
    from multipart import finish, start

    where = start("assembled")
    place = {"Bucket": BUCKET, "Key": "copy source ü+%"}
    first = data(5 << 20, "first")
    parts = [s3.upload_part(PartNumber=1, Body=first, **where)["ETag"]]
    put("big source", first + BODY)
    answer = s3.upload_part_copy(
        PartNumber=2,
        CopySource={"Bucket": BUCKET, "Key": "big source"},
        CopySourceRange=f"bytes=10-{(5 << 20) + 9}",
        **where,
    )
    parts.append(answer["CopyPartResult"]["ETag"])
    parts.append(
        s3.upload_part_copy(PartNumber=3, CopySource=place, **where)["CopyPartResult"]["ETag"]
    )
    same(parts[2], f'"{md5(BODY)}"', "ETag of a copied part")
    finish(where, parts)
    same(get("assembled"), first + (first + BODY)[10 : (5 << 20) + 10] + BODY, "bytes")
    where = start("assembled")
    with fails(("InvalidRange", "InvalidArgument", "InvalidRequest")):
        s3.upload_part_copy(
            PartNumber=1, CopySource=place, CopySourceRange="bytes=0-99999999", **where
        )
    with fails("NoSuchKey", 404):
        s3.upload_part_copy(PartNumber=1, CopySource={"Bucket": BUCKET, "Key": "missing"}, **where)
    with fails("PreconditionFailed", 412):
        s3.upload_part_copy(PartNumber=1, CopySource=place, CopySourceIfMatch='"0"', **where)
    s3.abort_multipart_upload(**where)


@case("copy by the transfer manager")
def managed_copy():
    from boto3.s3.transfer import TransferConfig

    body = data(12_000_000, "managed")
    put("managed", body, Metadata={"m": "1"})
    s3.copy(
        {"Bucket": BUCKET, "Key": "managed"},
        BUCKET,
        "managed-2",
        Config=TransferConfig(multipart_threshold=6 << 20, multipart_chunksize=5 << 20),
    )
    same(get("managed-2"), body, "bytes")
