"""A client of a bucket whose lifecycle rules take everything away again: versions, what they
replaced, the markers that are left, uploads that nobody completes. It knows what must still be
there and what must be gone."""

import base64
import datetime
import hashlib
import re
import time

from harness.signed_http import SignedHttp
from model import ABSENT, Value
from oracle import check_key
from writer import Writer

BUCKET = "passing"
RULES = (
    "<Rule><ID>all</ID><Filter/><Status>Enabled</Status>"
    "<Expiration><Days>1</Days></Expiration>"
    "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>"
    "<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation>"
    "</AbortIncompleteMultipartUpload></Rule>"
    "<Rule><ID>markers</ID><Filter/><Status>Enabled</Status>"
    "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration></Rule>"
)
VERSIONING = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
# A version goes after a day, what it has become noncurrent by a day later, the marker then.
DAYS_TO_NOTHING = 4
AGAIN = 10  # one of so many last keys is written once more


def prepare(target):
    http = SignedHttp(target)
    rules = f"<LifecycleConfiguration>{RULES}</LifecycleConfiguration>".encode()
    md5 = base64.b64encode(hashlib.md5(rules).digest()).decode()
    for query, body, headers in (
        (None, b"", None),
        ({"versioning": ""}, VERSIONING.encode(), None),
        ({"lifecycle": ""}, rules, {"content-md5": md5}),
    ):
        answer = http.request("PUT", BUCKET, query=query, body=body, headers=headers)
        assert answer.status == 200, answer
    http.close()


class Passing(Writer):
    """`day`: seconds of a lifecycle day; `slack`: seconds that a pass may be late."""

    def __init__(self, number, seed, day, slack):
        super().__init__(number, BUCKET, seed)
        self.name = f"p{number}"
        self.day, self.slack = day, slack
        self.put_at = {}  # key: when its newest version was sent
        self.made = 0
        self.gone = 0

    def one(self):
        self.random.choices((self.put_new, self.put_again, self.leave_upload), (70, 20, 10))[0]()

    def put_at_key(self, key):
        value = self.value()
        self.put_at[key] = time.monotonic()
        self.send("PUT", key, {key: value}, body=value.bytes())

    def put_new(self):
        self.made += 1
        self.put_at_key(f"{self.name}/{self.made:07}")

    def put_again(self):
        number = self.random.randint(max(self.made - AGAIN, 0), self.made)
        self.put_at_key(f"{self.name}/{number:07}")

    def leave_upload(self):
        key = f"{self.name}/upload"
        created = self.send("POST", key, query={"uploads": ""}).body.decode()
        upload = re.search("<UploadId>([^<]+)</UploadId>", created)[1]
        body = Value(self.random.getrandbits(48), 50_000).bytes()
        self.send("PUT", key, query={"partNumber": 1, "uploadId": upload}, body=body)

    def faults(self, target):
        """Of a client that rests. What is gone is forgotten."""
        http = SignedHttp(target)
        found = []
        for key, at in sorted(self.put_at.items()):
            if time.monotonic() - at < self.day - 1 and key in self.keys.known():
                fault = check_key(http, BUCKET, self.keys, key)
                # It may have gone while it was asked for.
                found += [fault] if fault and time.monotonic() - at < self.day - 1 else []
        found += self.left_behind(http)
        http.close()
        return found

    def left_behind(self, http):
        """What the rules should have taken away."""
        begun = time.monotonic()
        found = [
            text
            for kind, key, latest in versions(http, f"{self.name}/")
            if (text := self.late(begun, kind, key, latest == "true"))
        ]
        for key, seconds in uploads(http, f"{self.name}/"):
            if seconds > 2 * self.day + self.slack:
                found.append(f"an upload of {key} is left behind after {seconds:.0f} s")
        self.forget(begun - self.day * DAYS_TO_NOTHING - self.slack)
        return found

    def late(self, now, kind, key, latest):
        """What is wrong with a version being there, as text; else nothing."""
        if key not in self.put_at:
            return f"{key} is there: {kind}"
        days = 1 if kind == "Version" and latest else DAYS_TO_NOTHING
        over = now - self.put_at[key] - self.slack - days * self.day
        return f"{key} is left behind: {kind}, {over:.0f} s late" if over > 0 else ""

    def forget(self, before):
        for key in [key for key, at in self.put_at.items() if at < before]:
            del self.put_at[key]
            self.keys.settle(key, ABSENT)
            self.gone += 1


def versions(http, prefix):
    """(kind, key, IsLatest) of all below the prefix."""
    query = {"versions": "", "prefix": prefix}
    while True:
        text = http.request("GET", BUCKET, query=query).body.decode()
        yield from re.findall(
            r"<(Version|DeleteMarker)>.*?<Key>([^<]+)</Key>.*?<IsLatest>(\w+)<", text, re.S
        )
        marker = re.search("<NextKeyMarker>([^<]+)<", text)
        if not marker:
            return
        query["key-marker"] = marker[1]
        query["version-id-marker"] = re.search("<NextVersionIdMarker>([^<]+)<", text)[1]


def uploads(http, prefix):
    """(key, age in seconds) of the oldest that nobody has ended."""
    text = http.request("GET", BUCKET, query={"uploads": "", "prefix": prefix}).body.decode()
    now = datetime.datetime.now(datetime.timezone.utc)
    for key, begun in re.findall(
        r"<Upload>.*?<Key>([^<]+)</Key>.*?<Initiated>([^<]+)<", text, re.S
    ):
        at = datetime.datetime.fromisoformat(begun.replace("Z", "+00:00"))
        yield key, (now - at).total_seconds()
