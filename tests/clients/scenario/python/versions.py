"""Versions, delete markers, locks: in buckets of their own, which the steps take away again."""

import datetime

from common import BUCKET, create, fails, s3
from report import same, step


def versioned(name):
    bucket = f"{BUCKET}-{name}"
    create(bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    same(s3.get_bucket_versioning(Bucket=bucket)["Status"], "Enabled", "versioning")
    return bucket


def remove(bucket):
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for item in page.get("Versions", []) + page.get("DeleteMarkers", []):
            s3.delete_object(Bucket=bucket, Key=item["Key"], VersionId=item["VersionId"])
    s3.delete_bucket(Bucket=bucket)


@step("versions")
def versions():
    bucket = versioned("versions")
    where = {"Bucket": bucket, "Key": "note"}
    first = s3.put_object(**where, Body=b"first")["VersionId"]
    second = s3.put_object(**where, Body=b"second")["VersionId"]
    assert first != second
    found = s3.list_object_versions(Bucket=bucket)["Versions"]
    wanted = [(second, True), (first, False)]
    same([(v["VersionId"], v["IsLatest"]) for v in found], wanted, "versions")
    same(s3.get_object(**where)["Body"].read(), b"second", "the latest")
    same(s3.get_object(**where, VersionId=first)["Body"].read(), b"first", "the old one")
    remove(bucket)


@step("delete marker")
def delete_marker():
    bucket = versioned("markers")
    where = {"Bucket": bucket, "Key": "note"}
    kept = s3.put_object(**where, Body=b"kept")["VersionId"]
    marker = s3.delete_object(**where)
    same(marker["DeleteMarker"], True, "a marker")
    with fails("NoSuchKey", 404, s3.exceptions.NoSuchKey):
        s3.get_object(**where)
    listed = s3.list_object_versions(Bucket=bucket)["DeleteMarkers"]
    same([m["VersionId"] for m in listed], [marker["VersionId"]], "markers")
    s3.delete_object(**where, VersionId=marker["VersionId"])
    same(s3.get_object(**where)["Body"].read(), b"kept", "bytes")
    s3.delete_object(**where, VersionId=kept)
    same("Versions" in s3.list_object_versions(Bucket=bucket), False, "a version is left")
    s3.delete_bucket(Bucket=bucket)


@step("object lock")
def object_lock():
    bucket = f"{BUCKET}-locked"
    create(bucket, ObjectLockEnabledForBucket=True)
    found = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    same(found["ObjectLockEnabled"], "Enabled", "lock")
    where = {"Bucket": bucket, "Key": "record"}
    where["VersionId"] = s3.put_object(**where, Body=b"to be kept")["VersionId"]
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    until = until.replace(microsecond=0)
    s3.put_object_retention(**where, Retention={"Mode": "GOVERNANCE", "RetainUntilDate": until})
    found = s3.get_object_retention(**where)["Retention"]
    same((found["Mode"], found["RetainUntilDate"]), ("GOVERNANCE", until), "retention")
    with fails("AccessDenied", 403):
        s3.delete_object(**where)
    s3.delete_object(**where, BypassGovernanceRetention=True)
    s3.delete_bucket(Bucket=bucket)
