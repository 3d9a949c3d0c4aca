"""What the cases share: clients, buckets, checks, and which options this boto3 knows."""

import base64
import contextlib
import hashlib
import os
import random

import boto3
import botocore
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["TORHAUS_ENDPOINT"]
REGION = os.environ["AWS_DEFAULT_REGION"]
BUCKET = os.environ["TORHAUS_TEST_BUCKET"]
CASES = []


class Skip(Exception):
    """This boto3 cannot do that."""


def case(row):
    def register(function):
        CASES.append((row, function))
        return function

    return register


def config(**options):
    options = {"s3": {"addressing_style": "path"}, "retries": {"max_attempts": 0}, **options}
    return Config(**options)


def client(settings=None, **options):
    return boto3.client(
        "s3",
        endpoint_url=options.pop("endpoint_url", ENDPOINT),
        config=settings or config(),
        **options,
    )


s3 = client()


def modern():
    """From 1.36 on boto3 sends checksums by itself."""
    return tuple(int(part) for part in botocore.__version__.split(".")[:2]) >= (1, 36)


def knows(operation, *members, of=None):
    """Skips when this boto3 does not know a parameter of an operation (or a value of one)."""
    shape = s3.meta.service_model.operation_model(operation).input_shape
    for member in members:
        if shape is None or member not in shape.members:
            raise Skip(f"boto3 {boto3.__version__} has no {operation} {member}")
    if of and of not in shape.members["ChecksumAlgorithm"].enum:
        raise Skip(f"boto3 {boto3.__version__} does not know {of}")


def algorithm_here(name):
    knows("PutObject", of=name)
    if name in ("CRC32C", "CRC64NVME"):
        try:
            import awscrt.checksums  # noqa: F401
        except ImportError:
            raise Skip(f"{name} needs awscrt") from None


def data(size, seed=0):
    return random.Random(f"{size}/{seed}").randbytes(size)


def md5(body):
    return hashlib.md5(body).hexdigest()


def b64(digest):
    return base64.b64encode(digest).decode()


def get(key, bucket=BUCKET, **options):
    return s3.get_object(Bucket=bucket, Key=key, **options)["Body"].read()


def put(key, body=b"", bucket=BUCKET, **options):
    return s3.put_object(Bucket=bucket, Key=key, Body=body, **options)


def same(got, wanted, what="value"):
    assert got == wanted, f"{what}: got {repr(got)[:500]}, wanted {repr(wanted)[:500]}"


@contextlib.contextmanager
def fails(code, status=None):
    """The block must end with that error of the server; the response can be looked at
    afterwards."""
    found = {}
    codes = code if isinstance(code, tuple) else (code,)
    try:
        yield found
    except ClientError as error:
        found.update(error.response)
        got = error.response["Error"]["Code"]
        assert got in codes, f"{got} ({error}), wanted {code}"
        answered = error.response["ResponseMetadata"]["HTTPStatusCode"]
        assert status in (None, answered), f"{got} with {answered}, wanted {status}"
        return
    raise AssertionError(f"it worked, wanted {code}")


def keys_of(answer):
    return [item["Key"] for item in answer.get("Contents", [])]


def prefixes_of(answer):
    return [item["Prefix"] for item in answer.get("CommonPrefixes", [])]


def fresh_bucket(name):
    """A bucket of this run, empty."""
    bucket = f"{BUCKET}-{name}"
    try:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    except ClientError as error:
        if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
            raise
        empty(bucket)
    return bucket


def empty(bucket):
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for item in page.get("Contents", []):
            s3.delete_object(Bucket=bucket, Key=item["Key"])
