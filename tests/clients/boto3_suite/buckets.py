"""Buckets: make, look, list, remove."""

from support import BUCKET, REGION, case, fails, fresh_bucket, knows, put, s3, same


@case("CreateBucket")
def create():
    name = f"{BUCKET}-create"
    answer = s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    same(answer["Location"].rstrip("/").rsplit("/", 1)[-1], name, "Location")
    s3.head_bucket(Bucket=name)


@case("CreateBucket: once more")
def create_again():
    with fails("BucketAlreadyOwnedByYou", 409):
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})


@case("CreateBucket: bad names")
def bad_names():
    for name in (
        "UpperCase",
        "under_score",
        "ab",
        "a" * 64,
        "192.168.1.2",
        "dots..twice",
        "-dash",
        "dash-",
        "xn--idn",
    ):
        with fails("InvalidBucketName", 400):
            # boto3 checks names too, but only roughly; it is told not to.
            unchecked(name)


def unchecked(name):
    from support import client

    plain = client()
    from botocore.handlers import validate_bucket_name

    plain.meta.events.unregister("before-parameter-build.s3", validate_bucket_name)
    plain.create_bucket(Bucket=name)


@case("HeadBucket")
def head():
    same(
        s3.head_bucket(Bucket=BUCKET)["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"],
        REGION,
        "x-amz-bucket-region",
    )
    with fails("404", 404):
        s3.head_bucket(Bucket=f"{BUCKET}-absent")


@case("GetBucketLocation")
def location():
    same(s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"], REGION, "location")


@case("ListBuckets")
def list_buckets():
    answer = s3.list_buckets()
    names = [bucket["Name"] for bucket in answer["Buckets"]]
    assert BUCKET in names, names
    same(names, sorted(names), "order")
    assert answer["Owner"]["ID"], answer["Owner"]
    made = [b["CreationDate"] for b in answer["Buckets"] if b["Name"] == BUCKET]
    assert made[0].year > 2020, made


@case("ListBuckets: prefix and pages")
def list_paged():
    knows("ListBuckets", "Prefix", "MaxBuckets", "ContinuationToken")
    wanted = [fresh_bucket(f"page{number}") for number in range(5)]
    pages = s3.get_paginator("list_buckets").paginate(
        Prefix=f"{BUCKET}-page", PaginationConfig={"PageSize": 2}
    )
    names = [[bucket["Name"] for bucket in page["Buckets"]] for page in pages]
    same(names, [wanted[:2], wanted[2:4], wanted[4:]], "pages")


@case("DeleteBucket")
def delete():
    name = fresh_bucket("delete")
    put("left", b"over", bucket=name)
    with fails("BucketNotEmpty", 409):
        s3.delete_bucket(Bucket=name)
    s3.delete_object(Bucket=name, Key="left")
    same(s3.delete_bucket(Bucket=name)["ResponseMetadata"]["HTTPStatusCode"], 204, "status")
    with fails("NoSuchBucket", 404):
        s3.delete_bucket(Bucket=name)
    with fails("NoSuchBucket", 404):
        s3.list_objects_v2(Bucket=name)
