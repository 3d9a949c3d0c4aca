"""One client that knows what a bucket may hold when any of its requests may have failed."""

import http.client
import random
import re

from harness.signed_http import SignedHttp

BUCKET = "faults"
ABSENT = None
KEYS = {"small": 3_000, "needle": 40_000, "file": 1_100_000}
READ_SECONDS = 30


def tag_list(tags):
    return "".join(
        f"<Part><PartNumber>{n}</PartNumber><ETag>{tag}</ETag></Part>"
        for n, tag in enumerate(tags, 1)
    )


class Store:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.possible = {}  # key: the bytes it may have
        self.touched = set()
        self.uploads = {}  # key: (id, tag, bytes) of a prepared upload
        self.probes = 0
        self.http = None

    def connect(self, target):
        if self.http:
            self.http.close()
        self.http = SignedHttp(target, seconds=READ_SECONDS)

    def bytes(self, size):
        return self.random.randbytes(size)

    def fill(self):
        for key, size in KEYS.items():
            self.put(key, size)
            self.put(f"{key}-kept", size)

    # --- one request and what it leaves possible

    def send(self, method, key, becomes, **options):
        """The status, or None when no answer came. `becomes`: what the key holds afterwards."""
        before = self.possible.get(key, {ABSENT})
        self.touched.add(key)
        self.possible[key] = before | {becomes}
        try:
            answer = self.http.request(method, BUCKET, key, **options)
        except (OSError, http.client.HTTPException):
            return None
        if answer.status in (200, 204):
            self.possible[key] = {becomes}
        elif answer.status < 500:
            self.possible[key] = before
        return answer.status

    def put(self, key, size):
        body = self.bytes(size)
        return self.send("PUT", key, body, body=body)

    def attempt(self, operation):
        return operation.run(self)

    def prepare(self, operation):
        if operation.before:
            operation.before(self)

    # --- what it holds

    def read(self, key):
        answer = self.http.request("GET", BUCKET, key)
        if answer.status == 404:
            return ABSENT
        return answer.body if answer.status == 200 else f"error {answer.status}"

    def faults(self, only_touched=False):
        found = []
        keys = sorted(self.touched if only_touched else self.possible)
        self.touched = set()
        for key in keys:
            try:
                there = self.read(key)
            except (OSError, http.client.HTTPException) as trouble:
                there = f"no answer: {trouble!r}"
            if there in self.possible[key]:
                self.possible[key] = {there}
            else:
                shown = there if isinstance(there, str) else f"{len(there or b'')} bytes"
                found.append(f"{key} is {shown}")
                self.possible[key] = {there}
        if not only_touched:
            found += self.listing_faults()
        return found

    def listing_faults(self):
        listed, token = set(), None
        while True:
            query = {"list-type": "2"} | ({"continuation-token": token} if token else {})
            text = self.http.request("GET", BUCKET, query=query).body.decode()
            listed |= set(re.findall("<Key>([^<]+)</Key>", text))
            token = re.search("<NextContinuationToken>([^<]+)<", text)
            if not token:
                break
            token = token[1]
        wanted = {key for key, states in self.possible.items() if states != {ABSENT}}
        return [f"listed {sorted(listed ^ wanted)[:5]}"] if listed != wanted else []

    def probe_refused(self):
        """Whether a change of every kind is refused."""
        self.probes += 1
        answers = [self.send("DELETE", f"probe-small-{self.probes % 4}", ABSENT), copy(self)]
        for kind, size in KEYS.items():
            answers.append(self.put(f"probe-{kind}-{self.probes % 4}", size))
        return all(status is None or status >= 500 for status in answers)


class Operation:
    def __init__(self, run, before=None):
        self.run = run
        self.before = before


def delete_of(kind):
    key = f"{kind}-gone"
    return Operation(
        lambda store: store.send("DELETE", key, ABSENT), lambda store: store.put(key, KEYS[kind])
    )


def copy(store):
    (source,) = store.possible["needle-kept"]
    headers = {"x-amz-copy-source": f"/{BUCKET}/needle-kept"}
    return store.send("PUT", "copied", source, headers=headers)


def create_upload(store):
    answer = store.http.request("POST", BUCKET, "parts", query={"uploads": ""})
    store.uploads["parts"] = re.search("<UploadId>([^<]+)</UploadId>", answer.body.decode())[1]


def begin_upload(store):
    create_upload(store)
    body = store.bytes(KEYS["needle"])
    query = {"partNumber": 1, "uploadId": store.uploads["parts"]}
    answer = store.http.request("PUT", BUCKET, "parts", query=query, body=body)
    store.uploads["part"] = answer.headers["etag"], body


def upload_part(store):
    query = {"partNumber": 1, "uploadId": store.uploads["parts"]}
    body = store.bytes(KEYS["file"])
    try:
        return store.http.request("PUT", BUCKET, "parts", query=query, body=body).status
    except (OSError, http.client.HTTPException):
        return None


def complete(store):
    tag, body = store.uploads["part"]
    document = f"<CompleteMultipartUpload>{tag_list([tag])}</CompleteMultipartUpload>".encode()
    query = {"uploadId": store.uploads["parts"]}
    return store.send("POST", "parts", body, query=query, body=document)


def get_of(kind):
    def run(store):
        try:
            answer = store.http.request("GET", BUCKET, f"{kind}-kept")
        except (OSError, http.client.HTTPException):
            return None
        if answer.status == 200 and {answer.body} != store.possible[f"{kind}-kept"]:
            return 299  # wrong bytes
        return answer.status

    return Operation(run)


OPERATIONS = {
    "put_small": Operation(lambda store: store.put("small", KEYS["small"])),
    "put_needle": Operation(lambda store: store.put("needle", KEYS["needle"])),
    "put_file": Operation(lambda store: store.put("file", KEYS["file"])),
    "copy": Operation(copy),
    "upload_part": Operation(upload_part, create_upload),
    "complete": Operation(complete, begin_upload),
    "delete_small": delete_of("small"),
    "delete_needle": delete_of("needle"),
    "delete_file": delete_of("file"),
    "get_small": get_of("small"),
    "get_needle": get_of("needle"),
    "get_file": get_of("file"),
}
