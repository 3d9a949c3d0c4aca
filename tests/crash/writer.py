"""One client that changes its own keys in every way there is, and remembers what was
acknowledged."""

import base64
import hashlib
import http.client
import random
import re
import threading

from harness.signed_http import SignedHttp
from model import ABSENT, Keys, Value

KEYS = 40
# One size from each of the store's homes: in the metadata, in a segment, in a file of its own.
SIZES = ((0, 8_000), (20_000, 700_000), (1_100_000, 3_000_000))
PART = 5 * 1024 * 1024


class Surprise(Exception):
    """The server answered what it must not."""


class Writer:
    def __init__(self, number, bucket, seed):
        self.name = f"w{number}"
        self.bucket = bucket
        self.keys = Keys()
        self.random = random.Random(f"{seed}/{number}")
        self.operations = 0
        self.surprise = None
        self.http = self.thread = None

    def start(self, target):
        self.http = SignedHttp(target, seconds=30)
        self.thread = threading.Thread(target=self.work, daemon=True)
        self.thread.start()

    def pace(self):
        """Waits before an operation. These do not."""

    def work(self):
        """Until the server is gone."""
        try:
            while True:
                self.pace()
                self.one()
                self.operations += 1
        except (OSError, http.client.HTTPException):
            self.http.close()
        except Surprise as surprise:
            self.surprise = surprise

    def one(self):
        action = self.random.choices(
            (self.put, self.delete, self.copy, self.multipart, self.delete_many, self.read),
            (60, 12, 10, 2, 4, 12),
        )[0]
        action()

    def key(self):
        return f"{self.name}/{self.random.randrange(KEYS):02}"

    def stored_key(self):
        return self.random.choice(sorted(self.keys.acknowledged) or [self.key()])

    def value(self):
        low, high = self.random.choices(SIZES, (70, 25, 5))[0]
        return Value(self.random.getrandbits(48), self.random.randint(low, high))

    def send(self, method, key="", changes=None, wanted=(200,), **options):
        self.keys.begin(changes or {})
        answer = self.http.request(method, self.bucket, key, **options)
        if answer.status not in wanted:
            raise Surprise(f"{method} {key}: {answer.status} {answer.body[:300]!r}")
        if answer.status < 300:
            self.keys.done()
        else:
            self.keys.refused()
        return answer

    def put(self):
        key, value = self.key(), self.value()
        self.send("PUT", key, {key: value}, body=value.bytes())

    def delete(self):
        key = self.key()
        self.send("DELETE", key, {key: ABSENT}, wanted=(204,))

    def copy(self):
        source, key = self.stored_key(), self.key()
        if source == key or source not in self.keys.acknowledged:
            return
        value = self.keys.acknowledged[source]
        self.send(
            "PUT", key, {key: value}, headers={"x-amz-copy-source": f"/{self.bucket}/{source}"}
        )

    def delete_many(self):
        gone = sorted({self.key() for _ in range(4)})
        body = "".join(f"<Object><Key>{key}</Key></Object>" for key in gone)
        body = f"<Delete><Quiet>true</Quiet>{body}</Delete>".encode()
        md5 = base64.b64encode(hashlib.md5(body).digest()).decode()
        self.send(
            "POST",
            "",
            {key: ABSENT for key in gone},
            query={"delete": ""},
            body=body,
            headers={"content-md5": md5},
        )

    def multipart(self):
        key = self.key()
        value = Value(self.random.getrandbits(48), PART + 123_456, (PART, 123_456))
        created = self.send("POST", key, query={"uploads": ""}).body.decode()
        upload = re.search("<UploadId>([^<]+)</UploadId>", created)[1]
        body, tags, at = value.bytes(), [], 0
        for number, size in enumerate(value.parts, 1):
            query = {"partNumber": number, "uploadId": upload}
            part = self.send("PUT", key, query=query, body=body[at : at + size])
            tags.append(part.headers["etag"])
            at += size
        listed = "".join(
            f"<Part><PartNumber>{n}</PartNumber><ETag>{tag}</ETag></Part>"
            for n, tag in enumerate(tags, 1)
        )
        self.send(
            "POST",
            key,
            {key: value},
            query={"uploadId": upload},
            body=f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode(),
        )

    def read(self):
        """Reads its own last write."""
        key = self.stored_key()
        wanted = self.keys.acknowledged.get(key)
        answer = self.send("GET", key, wanted=(200, 404))
        if (answer.status == 200) != (wanted is not ABSENT):
            raise Surprise(f"GET {key}: {answer.status}")
        if wanted and answer.body != wanted.bytes():
            raise Surprise(f"GET {key}: other bytes than were written")
