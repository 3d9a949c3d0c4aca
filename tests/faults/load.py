"""Clients that change keys of their own in every way there is, and mark in the log what they sent
and what was acknowledged."""

import base64
import hashlib
import http.client
import random
import re
import threading
import zlib

from harness.signed_http import SignedHttp
from marks import ABSENT, MARKER, composite_etag, state

PLAIN = "plain"
KEPT = "kept"  # with versions
KEYS = 12
# One size from each of the store's homes: in the metadata, in a segment, in a file of its own.
SIZES = ((0, 6_000), (9_000, 60_000), (1_050_000, 1_200_000))
WEIGHTS = (60, 32, 8)


class Surprise(Exception):
    """The server answered what it must not."""


def make_buckets(target, marks):
    http_client = SignedHttp(target)
    for bucket in (PLAIN, KEPT):
        answer = http_client.request("PUT", bucket)
        assert answer.status == 200, answer
        marks.write("bucket", bucket)
    document = (
        "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    ).encode()
    answer = http_client.request("PUT", KEPT, query={"versioning": ""}, body=document)
    assert answer.status == 200, answer
    http_client.close()


class Client:
    def __init__(self, number, marks, seed):
        self.name = f"c{number}"
        self.marks = marks
        self.random = random.Random(zlib.crc32(f"{seed}/{number}".encode()))
        self.objects = {}  # place: state, acknowledged
        self.versions = {}  # place: ids, acknowledged
        self.operations = 0
        self.surprise = None
        self.http = self.thread = None

    def start(self, target, operations):
        self.http = SignedHttp(target, seconds=30)
        self.thread = threading.Thread(target=self.work, args=(operations,), daemon=True)
        self.thread.start()

    def work(self, operations):
        """So many operations, or until the server is gone."""
        try:
            for _ in range(operations):
                self.one()
                self.operations += 1
        except (OSError, http.client.HTTPException):
            pass
        except Surprise as surprise:
            self.surprise = surprise
        self.http.close()

    def one(self):
        self.random.choices(
            (
                self.put,
                self.delete,
                self.copy,
                self.multipart,
                self.delete_many,
                self.put_version,
                self.delete_version,
                self.mark_deleted,
            ),
            (40, 10, 12, 8, 4, 18, 5, 3),
        )[0]()

    def key(self):
        return f"{self.name}/{self.random.randrange(KEYS):02}"

    def bytes(self):
        low, high = self.random.choices(SIZES, WEIGHTS)[0]
        return self.random.randbytes(self.random.randint(low, high))

    def send(self, method, bucket, key="", changes=None, wanted=(200,), **options):
        changes = changes or {}
        if changes:
            self.marks.write("begin", self.name, *(f"{k}={v}" for k, v in changes.items()))
        answer = self.http.request(method, bucket, key, **options)
        if answer.status not in wanted:
            raise Surprise(f"{method} {key}: {answer.status} {answer.body[:300]!r}")
        if not changes:
            return answer
        if answer.status >= 300:
            self.marks.write("refused", self.name)
            return answer
        self.marks.write("done", self.name, answer.headers.get("x-amz-version-id", ""))
        for place, value in changes.items():
            if value == ABSENT:
                self.objects.pop(place, None)
            elif "?" not in place:
                self.objects[place] = value
        return answer

    def put(self):
        key, body = self.key(), self.bytes()
        self.send("PUT", PLAIN, key, {f"{PLAIN}/{key}": state(body)}, body=body)

    def delete(self):
        key = self.key()
        self.send("DELETE", PLAIN, key, {f"{PLAIN}/{key}": ABSENT}, wanted=(204,))

    def copy(self):
        if not self.objects:
            return
        source = self.random.choice(sorted(self.objects))
        key = self.key()
        if source != f"{PLAIN}/{key}":
            value = self.objects[source]
            if "-" in value:  # a copy of an object in parts is an object in one piece
                return
            headers = {"x-amz-copy-source": f"/{source}"}
            self.send("PUT", PLAIN, key, {f"{PLAIN}/{key}": value}, headers=headers)

    def delete_many(self):
        gone = sorted({self.key() for _ in range(4)})
        body = "".join(f"<Object><Key>{key}</Key></Object>" for key in gone)
        body = f"<Delete><Quiet>true</Quiet>{body}</Delete>".encode()
        headers = {"content-md5": base64.b64encode(hashlib.md5(body).digest()).decode()}
        changes = {f"{PLAIN}/{key}": ABSENT for key in gone}
        self.send("POST", PLAIN, "", changes, query={"delete": ""}, body=body, headers=headers)

    def multipart(self):
        key, body = self.key(), self.bytes() or b"x"
        place = f"{PLAIN}/{key}"
        created = self.send("POST", PLAIN, key, query={"uploads": ""}).body.decode()
        upload = re.search("<UploadId>([^<]+)</UploadId>", created)[1]
        self.marks.write("upload", place, upload)
        query = {"partNumber": 1, "uploadId": upload}
        tag = self.send("PUT", PLAIN, key, query=query, body=body).headers["etag"]
        self.marks.write("part", place, upload, 1, tag.strip('"'))
        if self.random.random() < 0.2:
            self.marks.write("ending", place, upload)
            self.send("DELETE", PLAIN, key, query={"uploadId": upload}, wanted=(204,))
            return
        if self.random.random() < 0.2:
            return  # stays open
        self.marks.write("ending", place, upload)
        listed = f"<Part><PartNumber>1</PartNumber><ETag>{tag}</ETag></Part>"
        self.send(
            "POST",
            PLAIN,
            key,
            {place: state(body, composite_etag([body]))},
            query={"uploadId": upload},
            body=f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode(),
        )


    def put_version(self):
        key, body = self.key(), self.bytes()
        place = f"{KEPT}/{key}"
        answer = self.send("PUT", KEPT, key, {f"{place}?+": state(body)}, body=body)
        self.versions.setdefault(place, []).append(answer.headers["x-amz-version-id"])

    def mark_deleted(self):
        key = self.key()
        place = f"{KEPT}/{key}"
        answer = self.send("DELETE", KEPT, key, {f"{place}?+": MARKER}, wanted=(204,))
        self.versions.setdefault(place, []).append(answer.headers["x-amz-version-id"])

    def delete_version(self):
        places = sorted(place for place, ids in self.versions.items() if ids)
        if not places:
            return
        place = self.random.choice(places)
        version = self.random.choice(self.versions[place])
        bucket, key = place.split("/", 1)
        query = {"versionId": version}
        self.send("DELETE", bucket, key, {f"{place}?{version}": ABSENT}, (204,), query=query)
        self.versions[place].remove(version)
