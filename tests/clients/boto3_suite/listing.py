"""ListObjects V1 and V2: order, delimiters, pages, encodings."""

import concurrent.futures
import random

from support import (
    BUCKET,
    case,
    client,
    fails,
    fresh_bucket,
    keys_of,
    md5,
    prefixes_of,
    put,
    s3,
    same,
)

NAMES = [
    "a",
    "a/",
    "a/b",
    "a/b/c",
    "a b",
    "a+b",
    "b/1",
    "b/2",
    "b/3",
    "c",
    "é",
    "z",
    "\uffee",
    "\U0001f600",
]


def by_bytes(names):
    return sorted(names, key=lambda name: name.encode())


def filled():
    bucket = fresh_bucket("list")
    for name in NAMES:
        put(name, name.encode(), bucket=bucket)
    return bucket


@case("ListObjectsV2")
def version_two():
    bucket = filled()
    listed = s3.list_objects_v2(Bucket=bucket, FetchOwner=True)
    same(keys_of(listed), by_bytes(NAMES), "keys")
    same(
        (listed["KeyCount"], listed["MaxKeys"], listed["IsTruncated"], listed["Name"]),
        (len(NAMES), 1000, False, bucket),
        "counts",
    )
    for item in listed["Contents"]:
        body = item["Key"].encode()
        same(
            (item["Size"], item["ETag"], item["StorageClass"]),
            (len(body), f'"{md5(body)}"', "STANDARD"),
            item["Key"],
        )
        assert item["Owner"]["ID"], item
    assert (
        "Owner" not in s3.list_objects_v2(Bucket=bucket)["Contents"][0]
    ), "owner without fetch-owner"
    head = s3.head_object(Bucket=bucket, Key="a")
    same(
        listed["Contents"][0]["LastModified"],
        head["LastModified"],
        "time in the list and of the head",
    )


@case("ListObjectsV2: delimiter and prefix")
def delimiter():
    bucket = filled()
    listed = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    same(keys_of(listed), by_bytes([n for n in NAMES if "/" not in n]), "keys")
    same(prefixes_of(listed), ["a/", "b/"], "common prefixes")
    same(listed["KeyCount"], len(keys_of(listed)) + 2, "KeyCount")
    listed = s3.list_objects_v2(Bucket=bucket, Delimiter="/", Prefix="a/")
    same((keys_of(listed), prefixes_of(listed)), (["a/", "a/b"], ["a/b/"]), "below a/")
    listed = s3.list_objects_v2(Bucket=bucket, Delimiter="b", Prefix="a")
    same(
        (keys_of(listed), prefixes_of(listed)), (["a", "a/"], ["a b", "a+b", "a/b"]), "delimiter b"
    )
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="none")
    same((keys_of(listed), listed["KeyCount"]), ([], 0), "nothing")


@case("ListObjectsV2: start-after, max-keys, tokens")
def pages():
    bucket = filled()
    same(
        keys_of(s3.list_objects_v2(Bucket=bucket, StartAfter="b/1")),
        by_bytes(NAMES)[by_bytes(NAMES).index("b/1") + 1 :],
        "after b/1",
    )
    same(keys_of(s3.list_objects_v2(Bucket=bucket, StartAfter="b/15"))[0], "b/2", "after b/15")
    for size in (1, 2, 3, 5, 1000):
        found = s3.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, PaginationConfig={"PageSize": size}
        )
        same([k for page in found for k in keys_of(page)], by_bytes(NAMES), f"by {size}")
        found = list(
            s3.get_paginator("list_objects_v2").paginate(
                Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": size}
            )
        )
        same(
            [k for page in found for k in keys_of(page)],
            by_bytes([n for n in NAMES if "/" not in n]),
            f"with delimiter by {size}",
        )
        same([k for page in found for k in prefixes_of(page)], ["a/", "b/"], f"prefixes by {size}")
    none = s3.list_objects_v2(Bucket=bucket, MaxKeys=0)
    same((keys_of(none), none["IsTruncated"]), ([], False), "max-keys 0")
    same(s3.list_objects_v2(Bucket=bucket, MaxKeys=5000)["MaxKeys"], 1000, "MaxKeys of 5000")
    with fails("InvalidArgument", 400):
        s3.list_objects_v2(Bucket=bucket, MaxKeys=-1)
    with fails("InvalidArgument", 400):
        s3.list_objects_v2(Bucket=bucket, ContinuationToken="made up")


@case("ListObjects V1")
def version_one():
    bucket = filled()
    listed = s3.list_objects(Bucket=bucket)
    same(keys_of(listed), by_bytes(NAMES), "keys")
    assert listed["Contents"][0]["Owner"]["ID"], listed["Contents"][0]
    same(keys_of(s3.list_objects(Bucket=bucket, Marker="b/1"))[0], "b/2", "after the marker")
    for size in (1, 3):
        for options in ({}, {"Delimiter": "/"}):
            found = list(
                s3.get_paginator("list_objects").paginate(
                    Bucket=bucket, PaginationConfig={"PageSize": size}, **options
                )
            )
            wanted = by_bytes([n for n in NAMES if not options or "/" not in n])
            same([k for page in found for k in keys_of(page)], wanted, f"{options} by {size}")
            same(
                [k for page in found for k in prefixes_of(page)],
                ["a/", "b/"] if options else [],
                "prefixes",
            )


@case("ListObjects: encoding-type")
def encoding():
    bucket = fresh_bucket("encoded")
    names = ["line\nfeed", "tab\there", "a b+c%d&e<f>g\"h'i", "ü/ö", "\x01\x7f"]
    for name in names:
        put(name, bucket=bucket)
    # boto3 asks for encoding-type=url by itself and decodes; control characters survive only so.
    same(keys_of(s3.list_objects_v2(Bucket=bucket)), by_bytes(names), "V2")
    same(keys_of(s3.list_objects(Bucket=bucket)), by_bytes(names), "V1")
    same(prefixes_of(s3.list_objects_v2(Bucket=bucket, Delimiter="/")), ["ü/"], "prefixes")
    listed = s3.list_objects_v2(
        Bucket=bucket, EncodingType="url", Prefix="ü", Delimiter="ö", StartAfter="a "
    )
    same(
        (prefixes_of(listed), listed["Prefix"], listed["Delimiter"], listed["StartAfter"]),
        (["%C3%BC/%C3%B6"], "%C3%BC", "%C3%B6", "a%20"),
        "encoded by request",
    )
    same(
        s3.list_objects_v2(Bucket=bucket, EncodingType="url", Prefix="a b")["Contents"][0]["Key"],
        "a%20b%2Bc%25d%26e%3Cf%3Eg%22h%27i",
        "encoded key",
    )
    with fails("InvalidArgument", 400):
        s3.list_objects_v2(Bucket=bucket, EncodingType="base64")


@case("ListObjects: 2,000 keys of 1,024 bytes, paged by 7")
def long_keys():
    bucket = fresh_bucket("long")
    choice = random.Random(7)
    prefixes = ["".join(choice.choice("abc/") for _ in range(599)) + "/" for _ in range(10)]
    names = [
        prefix + f"{number:03}" + "".join(choice.choice("xyz") for _ in range(421))
        for prefix in prefixes
        for number in range(200)
    ]
    assert {len(name) for name in names} == {1024}
    choice.shuffle(names)
    clients = [client() for _ in range(8)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda item: clients[item[0] % 8].put_object(Bucket=bucket, Key=item[1], Body=b"k"),
                enumerate(names),
            )
        )
    found = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": 7}
    )
    sizes, listed = [], []
    for page in found:
        sizes.append(len(keys_of(page)))
        listed += keys_of(page)
    same(listed, by_bytes(names), "keys")
    same(set(sizes[:-1]), {7}, "page sizes")
    for prefix in prefixes[:3]:
        below = s3.list_objects_v2(Bucket=bucket, Prefix=prefix, Delimiter="x", MaxKeys=500)
        wanted = {
            name[: name.index("x", 600) + 1]
            for name in names
            if name.startswith(prefix) and "x" in name[600:]
        }
        same(prefixes_of(below), by_bytes(wanted), "common prefixes inside long keys")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        batches = [names[at : at + 1000] for at in (0, 1000)]
        list(
            pool.map(
                lambda batch: s3.delete_objects(
                    Bucket=bucket,
                    Delete={"Objects": [{"Key": name} for name in batch], "Quiet": True},
                ),
                batches,
            )
        )
    same(s3.list_objects_v2(Bucket=bucket)["KeyCount"], 0, "what is left")


@case("ListObjects: what was just written is there")
def consistent():
    bucket = fresh_bucket("consistent")
    for number in range(30):
        put(f"k{number}", bucket=bucket)
        same(
            keys_of(s3.list_objects_v2(Bucket=bucket, Prefix=f"k{number}"))[:1],
            [f"k{number}"],
            "written",
        )
        s3.delete_object(Bucket=bucket, Key=f"k{number}")
        same(keys_of(s3.list_objects_v2(Bucket=bucket, Prefix=f"k{number}")), [], "deleted")


@case("unknown query parameters are ignored")
def unknown_parameters():
    put("x-id", b"x", bucket=BUCKET)

    def add(params, **unused):
        params["query_string"] = {**params.get("query_string", {}), "x-id": "GetObject"}

    mine = client()
    mine.meta.events.register("before-call.s3.GetObject", add)
    same(mine.get_object(Bucket=BUCKET, Key="x-id")["Body"].read(), b"x", "bytes")
