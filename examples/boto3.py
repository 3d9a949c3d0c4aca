#!/usr/bin/env python3
"""boto3, the Python SDK: objects, metadata, a large upload in parts, a presigned link."""

import io
import os
import urllib.request

import boto3
from botocore.config import Config

endpoint = os.environ["TORHAUS_ENDPOINT"]
region = os.environ.get("AWS_DEFAULT_REGION", "eu-central-1")
bucket = f"example-boto3-{os.getpid()}"
# Path style: the bucket stands in the path, so that no name server has to know it.
s3 = boto3.client(
    "s3",
    endpoint_url=endpoint,
    region_name=region,
    config=Config(s3={"addressing_style": "path"}, signature_version="s3v4"),
)

s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
try:
    s3.put_object(Bucket=bucket, Key="note.txt", Body=b"a note", Metadata={"author": "example"})
    found = s3.get_object(Bucket=bucket, Key="note.txt")
    assert found["Body"].read() == b"a note" and found["Metadata"] == {"author": "example"}

    large = os.urandom(20_000_000)  # boto3 sends it in parts by itself
    s3.upload_fileobj(io.BytesIO(large), bucket, "large.bin")
    back = io.BytesIO()
    s3.download_fileobj(bucket, "large.bin", back)
    assert back.getvalue() == large

    link = s3.generate_presigned_url(
        "get_object", Params={"Bucket": bucket, "Key": "note.txt"}, ExpiresIn=300
    )
    if link.startswith("http:"):  # an https link needs the certificate of your authority
        assert urllib.request.urlopen(link).read() == b"a note"

    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for item in page["Contents"]:
            print(f"{item['Size']:>10}  {item['Key']}")
finally:
    for key in ("note.txt", "large.bin"):
        s3.delete_object(Bucket=bucket, Key=key)
    s3.delete_bucket(Bucket=bucket)
print("boto3: the bytes are the same")
