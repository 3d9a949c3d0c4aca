"""Uploads in parts, by the SDK's manager and by hand."""

import base64
import hashlib
import io
import os
import threading

from boto3.s3.transfer import TransferConfig
from common import BUCKET, PART, fails, get, md5, put, s3
from report import same, step

IN_PARTS = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART)


def piped(body):
    """A stream without a length or a place to seek to."""
    reading, writing = os.pipe()

    def write():
        with os.fdopen(writing, "wb") as stream:
            stream.write(body)

    threading.Thread(target=write, daemon=True).start()
    return os.fdopen(reading, "rb")


@step("stream of unknown length")
def unknown_length():
    body = os.urandom(2 * PART + 12345)
    with piped(body) as stream:
        s3.upload_fileobj(stream, BUCKET, "streamed", Config=IN_PARTS)
    same(md5(get("streamed")), md5(body), "MD5 of the bytes")


@step("20 MiB by upload manager")
def by_manager():
    body = os.urandom(20 << 20)
    s3.upload_fileobj(io.BytesIO(body), BUCKET, "managed", Config=IN_PARTS)
    etag = s3.head_object(Bucket=BUCKET, Key="managed")["ETag"]
    assert etag.endswith('-4"'), etag
    back = io.BytesIO()
    s3.download_fileobj(BUCKET, "managed", back, Config=IN_PARTS)
    same(md5(back.getvalue()), md5(body), "MD5 of the bytes")


def upload(key, number, body, upload_id):
    answer = s3.upload_part(
        Bucket=BUCKET,
        Key=key,
        PartNumber=number,
        UploadId=upload_id,
        Body=body,
        ChecksumAlgorithm="SHA256",
    )
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    same(answer["ChecksumSHA256"], digest, f"checksum of part {number}")
    return {"PartNumber": number, "ETag": answer["ETag"], "ChecksumSHA256": digest}


@step("multipart by hand")
def by_hand():
    bodies = [os.urandom(PART), os.urandom(PART), b"the last part"]
    where = {"Bucket": BUCKET, "Key": "by hand"}
    upload_id = s3.create_multipart_upload(**where, ChecksumAlgorithm="SHA256")["UploadId"]
    parts = [upload("by hand", n, body, upload_id) for n, body in enumerate(bodies, 1)]
    done = s3.complete_multipart_upload(
        **where, UploadId=upload_id, MultipartUpload={"Parts": parts}
    )
    assert done["ETag"].endswith('-3"'), done["ETag"]
    all_parts = hashlib.sha256(b"".join(hashlib.sha256(body).digest() for body in bodies))
    wanted = base64.b64encode(all_parts.digest()).decode() + "-3"
    same((done["ChecksumSHA256"], done["ChecksumType"]), (wanted, "COMPOSITE"), "checksum")
    same(md5(get("by hand")), md5(b"".join(bodies)), "MD5 of the bytes")
    same(md5(get("by hand", PartNumber=2)), md5(bodies[1]), "MD5 of part 2")


@step("list parts and uploads")
def list_and_abort():
    where = {"Bucket": BUCKET, "Key": "aborted"}
    upload_id = s3.create_multipart_upload(**where)["UploadId"]
    for number in (1, 2, 3):
        s3.upload_part(**where, PartNumber=number, UploadId=upload_id, Body=b"x" * number)
    pages = s3.get_paginator("list_parts").paginate(
        **where, UploadId=upload_id, PaginationConfig={"PageSize": 2}
    )
    found = [(p["PartNumber"], p["Size"]) for page in pages for p in page["Parts"]]
    same(found, [(1, 1), (2, 2), (3, 3)], "parts")
    uploads = s3.list_multipart_uploads(Bucket=BUCKET, Prefix="aborted")["Uploads"]
    same([(u["Key"], u["UploadId"]) for u in uploads], [("aborted", upload_id)], "uploads")
    s3.abort_multipart_upload(**where, UploadId=upload_id)
    same(s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []), [], "uploads afterwards")
    with fails("NoSuchUpload", 404):
        s3.list_parts(**where, UploadId=upload_id)


@step("copy a part")
def copy_part():
    body = os.urandom(PART + 1000)
    put("part source", body)
    where = {"Bucket": BUCKET, "Key": "part copied"}
    upload_id = s3.create_multipart_upload(**where)["UploadId"]
    copied = s3.upload_part_copy(
        **where,
        UploadId=upload_id,
        PartNumber=1,
        CopySource={"Bucket": BUCKET, "Key": "part source"},
        CopySourceRange=f"bytes=1000-{PART + 999}",
    )["CopyPartResult"]
    sent = s3.upload_part(**where, UploadId=upload_id, PartNumber=2, Body=b"the end")
    parts = [
        {"PartNumber": 1, "ETag": copied["ETag"]},
        {"PartNumber": 2, "ETag": sent["ETag"]},
    ]
    s3.complete_multipart_upload(**where, UploadId=upload_id, MultipartUpload={"Parts": parts})
    same(md5(get("part copied")), md5(body[1000:] + b"the end"), "MD5 of the bytes")


@step("object attributes")
def attributes():
    where = {"Bucket": BUCKET, "Key": "attributes"}
    upload_id = s3.create_multipart_upload(**where, ChecksumAlgorithm="SHA256")["UploadId"]
    bodies = [os.urandom(PART), b"end"]
    parts = [upload("attributes", n, body, upload_id) for n, body in enumerate(bodies, 1)]
    done = s3.complete_multipart_upload(
        **where, UploadId=upload_id, MultipartUpload={"Parts": parts}
    )
    wanted = ["ETag", "ObjectSize", "Checksum", "ObjectParts", "StorageClass"]
    found = s3.get_object_attributes(**where, ObjectAttributes=wanted)
    same(found["ETag"], done["ETag"].strip('"'), "ETag")
    same(found["ObjectSize"], PART + 3, "size")
    same(found["StorageClass"], "STANDARD", "storage class")
    same(found["Checksum"]["ChecksumSHA256"], done["ChecksumSHA256"].rpartition("-")[0], "checksum")
    same(found["ObjectParts"]["TotalPartsCount"], 2, "number of parts")
    got = [(p["PartNumber"], p["Size"]) for p in found["ObjectParts"]["Parts"]]
    same(got, [(1, PART), (2, 3)], "parts")
