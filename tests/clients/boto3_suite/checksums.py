"""Additional checksums of single objects: sent as header (http) or as trailer (https), kept, given
back."""

import hashlib
import zlib

from support import (
    BUCKET,
    algorithm_here,
    b64,
    case,
    client,
    config,
    data,
    fails,
    get,
    modern,
    put,
    s3,
    same,
)

BODY = data(300_001, "checksums")


def value_of(algorithm, body):
    if algorithm == "CRC32":
        return b64(zlib.crc32(body).to_bytes(4, "big"))
    if algorithm in ("SHA1", "SHA256"):
        return b64(hashlib.new(algorithm.lower(), body).digest())
    from awscrt import checksums

    if algorithm == "CRC32C":
        return b64(checksums.crc32c(body).to_bytes(4, "big"))
    return b64(checksums.crc64nvme(body).to_bytes(8, "big"))


def check_one(algorithm):
    algorithm_here(algorithm)
    field = f"Checksum{algorithm}"
    wanted = value_of(algorithm, BODY)
    for key, options in (
        (f"by-{algorithm}", {"ChecksumAlgorithm": algorithm}),
        (f"with-{algorithm}", {field: wanted}),
    ):
        same(put(key, BODY, **options)[field], wanted, f"{key}: {field} of the answer")
        for read in (s3.head_object, s3.get_object):
            answer = read(Bucket=BUCKET, Key=key, ChecksumMode="ENABLED")
            same(answer[field], wanted, f"{key}: {field} as kept")
        same(answer["Body"].read(), BODY, "bytes")
    ranged = s3.get_object(Bucket=BUCKET, Key=key, Range="bytes=0-9", ChecksumMode="ENABLED")
    same(ranged.get(field), None, "the whole object's checksum with a range")
    with fails("BadDigest", 400):
        put(key, BODY + b"!", **{field: wanted})
    with fails("InvalidRequest", 400):
        put(key, BODY, **{field: "nonsense"})
    same(get(key), BODY, "the earlier object")


for name in ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"):
    case(f"PutObject: {name}")(lambda name=name: check_one(name))


@case("PutObject: no checksum sent, CRC64NVME kept")
def kept_by_itself():
    if not modern():
        from support import Skip

        raise Skip("this boto3 does not know CRC64NVME")
    plain = client(config(request_checksum_calculation="when_required"))
    plain.put_object(Bucket=BUCKET, Key="none", Body=BODY)
    answer = s3.head_object(Bucket=BUCKET, Key="none", ChecksumMode="ENABLED")
    same(answer.get("ChecksumCRC64NVME"), value_of("CRC64NVME", BODY), "CRC64NVME")
    same(answer.get("ChecksumType"), "FULL_OBJECT", "type")


@case("PutObject: payload signed, payload not signed")
def payload_signing():
    for signing in (True, False):
        mine = client(config(s3={"addressing_style": "path", "payload_signing_enabled": signing}))
        mine.put_object(Bucket=BUCKET, Key=f"signing-{signing}", Body=BODY)
        same(get(f"signing-{signing}"), BODY, "bytes")
