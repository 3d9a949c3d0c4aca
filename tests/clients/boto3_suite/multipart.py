"""Multipart uploads: the whole family, by hand and by the transfer manager."""

import hashlib
import io

from boto3.s3.transfer import TransferConfig
from support import (
    BUCKET,
    ENDPOINT,
    algorithm_here,
    b64,
    case,
    data,
    fails,
    fresh_bucket,
    get,
    knows,
    modern,
    put,
    s3,
    same,
)

PART = 5 << 20


def start(key, bucket=BUCKET, **options):
    number = s3.create_multipart_upload(Bucket=bucket, Key=key, **options)["UploadId"]
    return {"Bucket": bucket, "Key": key, "UploadId": number}


def finish(where, tags, **options):
    parts = [{"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, 1)]
    return s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **options, **where)


def upload_parts(key, sizes, **options):
    where = start(key, **options)
    bodies = [data(size, f"{key}{number}") for number, size in enumerate(sizes)]
    tags = [
        s3.upload_part(PartNumber=number, Body=body, **where)["ETag"]
        for number, body in enumerate(bodies, 1)
    ]
    return b"".join(bodies), finish(where, tags), bodies


def multipart_etag(bodies):
    parts = b"".join(hashlib.md5(b).digest() for b in bodies)
    return f'"{hashlib.md5(parts).hexdigest()}-{len(bodies)}"'


@case("multipart upload")
def whole():
    body, answer, bodies = upload_parts(
        "mp", [PART, PART + 1, 77], Metadata={"a": "1"}, ContentType="text/x"
    )
    same(answer["ETag"], multipart_etag(bodies), "ETag")
    same((answer["Bucket"], answer["Key"]), (BUCKET, "mp"), "Bucket, Key")
    head = s3.head_object(Bucket=BUCKET, Key="mp")
    same(
        (head["ETag"], head["ContentLength"], head["Metadata"], head["ContentType"]),
        (answer["ETag"], len(body), {"a": "1"}, "text/x"),
        "head",
    )
    same(get("mp"), body, "bytes")
    same(get("mp", Range=f"bytes={PART - 5}-{PART + 4}"), body[PART - 5 : PART + 5], "across parts")
    for number, part in enumerate(bodies, 1):
        got = s3.get_object(Bucket=BUCKET, Key="mp", PartNumber=number)
        same(got["PartsCount"], 3, "parts count")
        same(got["Body"].read(), part, f"part {number}")
    with fails(("InvalidPartNumber", "InvalidRange"), 416):
        get("mp", PartNumber=4)


@case("UploadPart: replaced before completion")
def replaced_part():
    where = start("replaced")
    s3.upload_part(PartNumber=1, Body=b"old", **where)
    tag = s3.upload_part(PartNumber=1, Body=b"new", **where)["ETag"]
    finish(where, [tag])
    same(get("replaced"), b"new", "bytes")


@case("ListParts")
def list_parts():
    where = start("parts", StorageClass="STANDARD")
    for number in (7, 2, 10000, 1, 30):
        s3.upload_part(PartNumber=number, Body=data(number % 50), **where)
    listed = s3.list_parts(**where)
    same([p["PartNumber"] for p in listed["Parts"]], [1, 2, 7, 30, 10000], "numbers")
    same([p["Size"] for p in listed["Parts"]], [1, 2, 7, 30, 0], "sizes")
    pages = s3.get_paginator("list_parts").paginate(**where, PaginationConfig={"PageSize": 2})
    same(
        [[p["PartNumber"] for p in page.get("Parts", [])] for page in pages],
        [[1, 2], [7, 30], [10000]],
        "pages",
    )
    s3.abort_multipart_upload(**where)
    with fails("NoSuchUpload", 404):
        s3.list_parts(**where)


@case("ListMultipartUploads")
def list_uploads():
    bucket = fresh_bucket("uploads")
    keys = ["a", "b/1", "b/2", "c ü+", "c ü+"]
    started = [start(key, bucket=bucket) for key in keys]
    try:
        listed = s3.list_multipart_uploads(Bucket=bucket)
        same([u["Key"] for u in listed["Uploads"]], keys, "keys")
        same({u["UploadId"] for u in listed["Uploads"]}, {w["UploadId"] for w in started}, "ids")
        listed = s3.list_multipart_uploads(Bucket=bucket, Delimiter="/")
        same([u["Key"] for u in listed["Uploads"]], ["a", "c ü+", "c ü+"], "with delimiter")
        same([p["Prefix"] for p in listed["CommonPrefixes"]], ["b/"], "common prefixes")
        listed = s3.list_multipart_uploads(Bucket=bucket, Prefix="b/")
        same([u["Key"] for u in listed["Uploads"]], ["b/1", "b/2"], "with prefix")
        pages = s3.get_paginator("list_multipart_uploads").paginate(
            Bucket=bucket, PaginationConfig={"PageSize": 2}
        )
        same([u["Key"] for page in pages for u in page["Uploads"]], keys, "paged")
    finally:
        for where in started:
            s3.abort_multipart_upload(**where)
    same(s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []), [], "after all were aborted")


@case("AbortMultipartUpload")
def abort():
    where = start("aborted")
    tag = s3.upload_part(PartNumber=1, Body=b"x" * 100_000, **where)["ETag"]
    same(s3.abort_multipart_upload(**where)["ResponseMetadata"]["HTTPStatusCode"], 204, "status")
    for action in (
        lambda: s3.upload_part(PartNumber=1, Body=b"x", **where),
        lambda: finish(where, [tag]),
        lambda: s3.abort_multipart_upload(**where),
    ):
        with fails("NoSuchUpload", 404):
            action()


@case("CompleteMultipartUpload: once more")
def complete_again():
    where = start("twice")
    tag = s3.upload_part(PartNumber=1, Body=b"p", **where)["ETag"]
    same(finish(where, [tag])["ETag"], finish(where, [tag])["ETag"], "ETag of the repetition")


@case("CompleteMultipartUpload: errors")
def complete_errors():
    where = start("wrong")
    small = s3.upload_part(PartNumber=1, Body=b"too small", **where)["ETag"]
    last = s3.upload_part(PartNumber=2, Body=b"last", **where)["ETag"]
    with fails("EntityTooSmall", 400):
        finish(where, [small, last])
    with fails("InvalidPart", 400):
        finish(where, [last])
    with fails("InvalidPart", 400):
        finish(where, [small, last, last])
    with fails("InvalidPartOrder", 400):
        s3.complete_multipart_upload(
            MultipartUpload={
                "Parts": [{"PartNumber": 2, "ETag": last}, {"PartNumber": 1, "ETag": small}]
            },
            **where,
        )
    with fails("MalformedXML", 400):
        s3.complete_multipart_upload(MultipartUpload={"Parts": []}, **where)
    with fails("NoSuchUpload", 404):
        s3.complete_multipart_upload(
            **{**where, "UploadId": "unheard-of"},
            MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": small}]},
        )
    for number in (0, 10001):
        with fails("InvalidArgument", 400):
            s3.upload_part(PartNumber=number, Body=b"x", **where)
    s3.abort_multipart_upload(**where)


@case("upload_fileobj and download_fileobj")
def transfer():
    how = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART, max_concurrency=4)
    for size in (0, 100, PART, PART * 4 + 4321):
        body = data(size, "transfer")
        s3.upload_fileobj(io.BytesIO(body), BUCKET, "transfer", Config=how)
        into = io.BytesIO()
        s3.download_fileobj(BUCKET, "transfer", into, Config=how)
        same(into.getvalue(), body, f"bytes of {size}")


def composite(digests, hasher):
    return f"{b64(hasher(b''.join(digests)))}-{len(digests)}"


@case("multipart checksums: composite SHA256 and SHA1")
def composite_sha():
    for name, hasher in (("SHA256", hashlib.sha256), ("SHA1", hashlib.sha1)):
        where = start(f"mp-{name}", ChecksumAlgorithm=name)
        bodies = [data(PART, name), data(1000, name)]
        field, parts = f"Checksum{name}", []
        for number, body in enumerate(bodies, 1):
            answer = s3.upload_part(PartNumber=number, Body=body, ChecksumAlgorithm=name, **where)
            same(answer[field], b64(hasher(body).digest()), f"part {number}")
            parts.append({"PartNumber": number, "ETag": answer["ETag"], field: answer[field]})
        listed = s3.list_parts(**where)["Parts"]
        same([p[field] for p in listed], [p[field] for p in parts], "checksums of ListParts")
        wrong = [{**parts[0], field: parts[1][field]}, parts[1]]
        with fails(("InvalidPart", "BadDigest"), 400):
            s3.complete_multipart_upload(MultipartUpload={"Parts": wrong}, **where)
        answer = s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **where)
        wanted = composite([hasher(b).digest() for b in bodies], lambda d: hasher(d).digest())
        same(answer[field], wanted, "composite checksum")
        head = s3.head_object(Bucket=BUCKET, Key=f"mp-{name}", ChecksumMode="ENABLED")
        same(head[field], wanted, "as kept")


@case("multipart checksums: full-object CRC64NVME and CRC32")
def full_object():
    knows("CreateMultipartUpload", "ChecksumType")
    from checksums import value_of

    for name in ("CRC64NVME", "CRC32", "CRC32C"):
        algorithm_here(name)
        where = start(f"mp-{name}", ChecksumAlgorithm=name, ChecksumType="FULL_OBJECT")
        bodies = [data(PART, name), data(1000, name)]
        parts = []
        for number, body in enumerate(bodies, 1):
            answer = s3.upload_part(PartNumber=number, Body=body, ChecksumAlgorithm=name, **where)
            parts.append(
                {
                    "PartNumber": number,
                    "ETag": answer["ETag"],
                    f"Checksum{name}": answer[f"Checksum{name}"],
                }
            )
        whole_body = b"".join(bodies)
        wanted = value_of(name, whole_body)
        field = {f"Checksum{name}": wanted}
        with fails(("BadDigest", "InvalidRequest"), 400):
            s3.complete_multipart_upload(
                MultipartUpload={"Parts": parts},
                ChecksumType="FULL_OBJECT",
                **{f"Checksum{name}": value_of(name, b"other")},
                **where,
            )
        answer = s3.complete_multipart_upload(
            MultipartUpload={"Parts": parts}, ChecksumType="FULL_OBJECT", **field, **where
        )
        same(answer[f"Checksum{name}"], wanted, f"{name} of the answer")
        head = s3.head_object(Bucket=BUCKET, Key=f"mp-{name}", ChecksumMode="ENABLED")
        same((head[f"Checksum{name}"], head["ChecksumType"]), (wanted, "FULL_OBJECT"), "as kept")
        same(get(f"mp-{name}"), whole_body, "bytes")


@case("multipart checksums: parts without, and kept all the same")
def kept_by_itself():
    if not modern():
        from support import Skip

        raise Skip("this boto3 does not know CRC64NVME")
    from checksums import value_of
    from support import client, config

    plain = client(config(request_checksum_calculation="when_required"))
    number = plain.create_multipart_upload(Bucket=BUCKET, Key="mp-none")["UploadId"]
    where = {"Bucket": BUCKET, "Key": "mp-none", "UploadId": number}
    bodies = [data(PART, "none"), data(5, "none")]
    tags = [
        plain.upload_part(PartNumber=n, Body=b, **where)["ETag"] for n, b in enumerate(bodies, 1)
    ]
    plain.complete_multipart_upload(
        MultipartUpload={
            "Parts": [{"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, 1)]
        },
        **where,
    )
    head = s3.head_object(Bucket=BUCKET, Key="mp-none", ChecksumMode="ENABLED")
    same(head.get("ChecksumCRC64NVME"), value_of("CRC64NVME", b"".join(bodies)), "CRC64NVME")


@case("multipart upload: many parts")
def many_parts():
    # Copied from one object, since they would be 5 GB on the wire. A thousand of them are one page
    # of the list of parts, with which https has nothing to do.
    count = 100 if ENDPOINT.startswith("https:") else 1000
    put("seed", data(PART, "seed"))
    where = start("thousand")
    tags = [
        s3.upload_part_copy(PartNumber=n, CopySource={"Bucket": BUCKET, "Key": "seed"}, **where)[
            "CopyPartResult"
        ]["ETag"]
        for n in range(1, count + 1)
    ]
    finish(where, tags)
    same(s3.head_object(Bucket=BUCKET, Key="thousand")["ContentLength"], PART * count, "length")
    at = PART * 77 - 100
    same(
        get("thousand", Range=f"bytes={at}-{at + 199}"),
        data(PART, "seed")[-100:] + data(PART, "seed")[:100],
        "across parts 77 and 78",
    )
    s3.delete_object(Bucket=BUCKET, Key="thousand")
    same(get("seed"), data(PART, "seed"), "the source after the copy was deleted")
