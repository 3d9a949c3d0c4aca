"""One step an algorithm: the SDK computes, the server checks and keeps, the SDK verifies."""

import base64
import hashlib
import zlib

from common import BUCKET, fails, put, s3
from report import same, step

BODY = b"checked on both sides" * 1000
DIGESTS = {
    "CRC32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "SHA1": lambda body: hashlib.sha1(body).digest(),
    "SHA256": lambda body: hashlib.sha256(body).digest(),
}
# By botocore's own library; there is none in Python's.
CRT = {"CRC32C": ("crc32c", 4), "CRC64NVME": ("crc64nvme", 8)}


def digest(algorithm, body):
    if algorithm in DIGESTS:
        return DIGESTS[algorithm](body)
    from awscrt import checksums

    name, size = CRT[algorithm]
    return getattr(checksums, name)(body).to_bytes(size, "big")


def check(algorithm):
    key, name = f"checked/{algorithm}", f"Checksum{algorithm}"
    wanted = base64.b64encode(digest(algorithm, BODY)).decode()
    same(put(key, BODY, ChecksumAlgorithm=algorithm)[name], wanted, "of put")
    found = s3.get_object(Bucket=BUCKET, Key=key, ChecksumMode="ENABLED")
    same(found[name], wanted, "of get")
    same(found["Body"].read(), BODY, "bytes")
    head = s3.head_object(Bucket=BUCKET, Key=key, ChecksumMode="ENABLED")
    same((head[name], head["ChecksumType"]), (wanted, "FULL_OBJECT"), "of head")
    wrong = base64.b64encode(digest(algorithm, b"something else")).decode()
    with fails("BadDigest", 400):
        put(key, BODY, **{name: wrong})


for each in ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"):
    step(f"checksum {each}")(lambda algorithm=each: check(algorithm))
