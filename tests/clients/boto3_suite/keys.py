"""Keys as S3 allows them and file systems do not: each is put, read, listed, copied and deleted."""

from support import BUCKET, case, data, fails, fresh_bucket, get, keys_of, put, s3, same

ODD = {
    "slashes": ["//", "a//b", "/leading", "trailing/", "a///", "/"],
    "dots": [".", "..", "../escape", "a/../b", "./a", "a/./b", "a/..", "..."],
    "one beside the other": ["n", "n/", "n/m", "n/m/", "n/m/o", "n//m"],
    "reserved characters": [
        "a b",
        "a+b",
        "a%20b",
        "a%2Fb",
        "%",
        "%%",
        "a?b",
        "a&b=c",
        "a#b",
        "a;b",
        "a:b",
        "a@b",
        "a=b",
        "a,b",
        "a'b",
        'a"b',
        "a\\b",
        "a|b",
        "a^b",
        "a`b",
        "a~b",
        "a*b",
        "(a)",
        "[a]",
        "{a}",
        "<a>",
        "a!b",
        "$a",
        " leading",
        "trailing ",
        "?acl",
        "?uploads",
    ],
    "control characters": ["a\x01b", "a\nb", "a\rb", "a\tb", "\x7f", "\x1f"],
    "unicode": [
        "Grüße",
        "u\u0308",
        "\u00fc",
        "日本語",
        "😀",
        "\ufeffbom",
        "\u202ertl",
        "a\u00a0b",
        "\u2028",
        "\ue000private",
        "\U0010ffff",
    ],
    "longest": ["k" * 1024, "ü" * 512, "a/" * 512, "😀" * 256],
}


def through_everything(names):
    bucket = fresh_bucket("keys")
    for name in names:
        body = name.encode() + b"!"
        put(name, body, bucket=bucket)
    for name in names:
        body = name.encode() + b"!"
        same(get(name, bucket=bucket), body, f"bytes of {name!r}")
        same(
            s3.head_object(Bucket=bucket, Key=name)["ContentLength"],
            len(body),
            f"length of {name!r}",
        )
    wanted = sorted(names, key=lambda name: name.encode())
    same(keys_of(s3.list_objects_v2(Bucket=bucket)), wanted, "V2 listing")
    same(keys_of(s3.list_objects(Bucket=bucket)), wanted, "V1 listing")
    for name in names:
        same(
            keys_of(s3.list_objects_v2(Bucket=bucket, Prefix=name))[:1],
            [name],
            f"with prefix {name!r}",
        )
        s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": name})
        same(get("copy", bucket=bucket), name.encode() + b"!", f"copy of {name!r}")
    s3.delete_object(Bucket=bucket, Key="copy")
    half = len(names) // 2
    for name in names[:half]:
        s3.delete_object(Bucket=bucket, Key=name)
    # Quiet: XML 1.0 has no way to name a key with control characters in the answer.
    gone = [{"Key": name} for name in names[half:]]
    s3.delete_objects(Bucket=bucket, Delete={"Objects": gone, "Quiet": True})
    same(keys_of(s3.list_objects_v2(Bucket=bucket)), [], "what is left")


for kind, some in ODD.items():
    case(f"keys: {kind}")(lambda some=some: through_everything(some))


@case("keys: longer than 1,024 bytes")
def too_long():
    for name in ("k" * 1025, "ü" * 513):
        with fails("KeyTooLongError", 400):
            put(name)
        with fails("KeyTooLongError", 400):
            s3.create_multipart_upload(Bucket=BUCKET, Key=name)


@case("keys: one bucket's never lead to another's")
def confined():
    other = fresh_bucket("other")
    put("secret", b"s", bucket=other)
    for name in (f"../{other}/secret", f"/../{other}/secret", f"a/../../{other}/secret"):
        with fails("NoSuchKey", 404):
            get(name)
        put(name, data(10))
        same(get("secret", bucket=other), b"s", "bytes")
        s3.delete_object(Bucket=BUCKET, Key=name)


@case("keys: upload and multipart under odd names")
def multipart_names():
    from multipart import finish, start

    for name in ("../up", "a//ü +%2F", "x" * 1024):
        where = start(name)
        finish(where, [s3.upload_part(PartNumber=1, Body=b"part", **where)["ETag"]])
        same(get(name), b"part", f"bytes of {name!r}")
