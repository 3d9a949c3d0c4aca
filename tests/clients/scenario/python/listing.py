"""Both kinds of listing, in pages."""

from common import BUCKET, keys, put, s3
from report import same, step

NAMES = ["l/1", "l/2", "l/a/3", "l/a/4", "l/b/5", "l/ö", "l/😀"]


def prefixes(answer):
    return [item["Prefix"] for item in answer.get("CommonPrefixes", [])]


@step("list v1")
def list_v1():
    for name in NAMES:
        put(name, b"x")
    pages = s3.get_paginator("list_objects").paginate(
        Bucket=BUCKET, Prefix="l/", PaginationConfig={"PageSize": 2}
    )
    same([key for page in pages for key in keys(page)], NAMES, "keys")
    found = s3.list_objects(Bucket=BUCKET, Prefix="l/", Delimiter="/", Marker="l/1")
    same(keys(found), ["l/2", "l/ö", "l/😀"], "keys after the marker")
    same(prefixes(found), ["l/a/", "l/b/"], "common prefixes")


@step("list v2")
def list_v2():
    for name in NAMES:
        put(name, b"x")
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=BUCKET, Prefix="l/", Delimiter="/", PaginationConfig={"PageSize": 2}
    )
    found = [(keys(page), prefixes(page)) for page in pages]
    same([key for page, _ in found for key in page], ["l/1", "l/2", "l/ö", "l/😀"], "keys")
    same([p for _, page in found for p in page], ["l/a/", "l/b/"], "common prefixes")
    same(len(found), 3, "pages")
    found = s3.list_objects_v2(Bucket=BUCKET, Prefix="l/", StartAfter="l/a/4")
    same(keys(found), ["l/b/5", "l/ö", "l/😀"], "keys after l/a/4")
    same(found["KeyCount"], 3, "count")
