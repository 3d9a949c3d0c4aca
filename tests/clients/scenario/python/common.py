"""The client, the bucket and the few helpers that all steps use."""

import base64
import contextlib
import hashlib
import os
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["TORHAUS_ENDPOINT"]
REGION = os.environ["AWS_REGION"]
BUCKET = os.environ["TORHAUS_TEST_BUCKET"] + "-steps"
HTTPS = ENDPOINT.startswith("https:")
PART = 5 << 20


def client(**options):
    return boto3.client(
        "s3",
        endpoint_url=ENDPOINT,
        region_name=REGION,
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
        **options,
    )


s3 = client()


def put(key, body=b"", **options):
    return s3.put_object(Bucket=BUCKET, Key=key, Body=body, **options)


def get(key, **options):
    return s3.get_object(Bucket=BUCKET, Key=key, **options)["Body"].read()


def create(bucket, **options):
    options["CreateBucketConfiguration"] = {"LocationConstraint": REGION}
    return s3.create_bucket(Bucket=bucket, **options)


def keys(answer):
    return [item["Key"] for item in answer.get("Contents", [])]


def md5(body):
    return hashlib.md5(body).hexdigest()


def b64(body):
    return base64.b64encode(body).decode()


@contextlib.contextmanager
def fails(code, status, kind=ClientError):
    """The block must end with that error, as an exception of that type."""
    try:
        yield
    except kind as error:
        got = error.response["Error"]["Code"]
        assert got == code, f"{got} ({error}), wanted {code}"
        answered = error.response["ResponseMetadata"]["HTTPStatusCode"]
        assert answered == status, f"{got} with {answered}, wanted {status}"
        return
    raise AssertionError(f"it worked, wanted {code}")


def fetch(url, body=None, headers=None):
    """Status and body of a plain request, by no S3 client."""
    method = "GET" if body is None else "PUT"
    request = urllib.request.Request(url, data=body, headers=headers or {}, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()
