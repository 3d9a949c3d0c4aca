"""Buckets, their settings, their errors."""

import datetime
import json

import boto3
import common
from botocore.exceptions import ClientError
from common import BUCKET, create, fails, put, s3
from report import same, step


@step("create bucket")
def create_bucket():
    same(create(BUCKET)["Location"], f"/{BUCKET}", "Location")


@step("head bucket")
def head_bucket():
    same(s3.head_bucket(Bucket=BUCKET)["BucketRegion"], common.REGION, "region")
    with fails("404", 404):
        s3.head_bucket(Bucket=f"{BUCKET}-absent")


@step("list buckets")
def list_buckets():
    found = [b for b in s3.list_buckets()["Buckets"] if b["Name"] == BUCKET]
    same(len(found), 1, "buckets of that name")
    age = datetime.datetime.now(datetime.timezone.utc) - found[0]["CreationDate"]
    assert abs(age) < datetime.timedelta(days=1), age


@step("bucket tags")
def bucket_tags():
    with fails("NoSuchTagSet", 404):
        s3.get_bucket_tagging(Bucket=BUCKET)
    tags = [{"Key": "team", "Value": "Straße + co"}, {"Key": "empty", "Value": ""}]
    s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": tags})
    got = s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"]
    same(sorted(t["Key"] + t["Value"] for t in got), ["empty", "teamStraße + co"], "tags")
    s3.delete_bucket_tagging(Bucket=BUCKET)
    with fails("NoSuchTagSet", 404):
        s3.get_bucket_tagging(Bucket=BUCKET)


@step("CORS")
def cors():
    with fails("NoSuchCORSConfiguration", 404):
        s3.get_bucket_cors(Bucket=BUCKET)
    rule = {
        "AllowedOrigins": ["https://www.example.org"],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 600,
    }
    s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": [rule]})
    same(s3.get_bucket_cors(Bucket=BUCKET)["CORSRules"], [rule], "rules")
    s3.delete_bucket_cors(Bucket=BUCKET)
    with fails("NoSuchCORSConfiguration", 404):
        s3.get_bucket_cors(Bucket=BUCKET)


@step("lifecycle")
def lifecycle():
    with fails("NoSuchLifecycleConfiguration", 404):
        s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)
    rule = {
        "ID": "old logs",
        "Status": "Enabled",
        "Filter": {"Prefix": "logs/"},
        "Expiration": {"Days": 30},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 3},
    }
    s3.put_bucket_lifecycle_configuration(
        Bucket=BUCKET, LifecycleConfiguration={"Rules": [rule]}
    )
    same(s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"], [rule], "rules")
    s3.delete_bucket_lifecycle(Bucket=BUCKET)
    with fails("NoSuchLifecycleConfiguration", 404):
        s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)


@step("bucket policy")
def policy():
    with fails("NoSuchBucketPolicy", 404):
        s3.get_bucket_policy(Bucket=BUCKET)
    statement = {
        "Sid": "NoDeletion",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:DeleteObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/kept/*",
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(document))
    same(json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"]), document, "policy")
    s3.delete_bucket_policy(Bucket=BUCKET)
    with fails("NoSuchBucketPolicy", 404):
        s3.get_bucket_policy(Bucket=BUCKET)


@step("errors")
def errors():
    with fails("NoSuchKey", 404, s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=BUCKET, Key="absent")
    with fails("NoSuchBucket", 404, s3.exceptions.NoSuchBucket):
        s3.list_objects_v2(Bucket=f"{BUCKET}-absent")
    credentials = boto3.Session().get_credentials()
    stranger = common.client(
        aws_access_key_id=credentials.access_key, aws_secret_access_key="not the secret"
    )
    with fails("SignatureDoesNotMatch", 403, ClientError):
        stranger.list_objects_v2(Bucket=BUCKET)


@step("delete bucket")
def delete_bucket():
    put("last one")
    with fails("BucketNotEmpty", 409):
        s3.delete_bucket(Bucket=BUCKET)
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
        for key in common.keys(page):
            s3.delete_object(Bucket=BUCKET, Key=key)
    s3.delete_bucket(Bucket=BUCKET)
    with fails("404", 404):
        s3.head_bucket(Bucket=BUCKET)
