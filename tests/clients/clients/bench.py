"""`torhaus bench`: every load for a second, without an error and without a trace afterwards."""

import json

from harness.client import Client, check, operation, same


class Bench(Client):
    name = "torhaus bench"
    quick = True

    def __init__(self, binary):
        super().__init__()
        self.binary = binary

    def version(self):
        return f"{self.binary.name} of this build"

    def load(self, *words, expect=0):
        said = self.run(
            *(self.binary, "bench", *words, "--endpoint", self.target.endpoint),
            *("--bucket", self.bucket, "--prefix", "load & prefix/", "--quiet", "--json", "-"),
            "--concurrency",
            "8",
            # Deleting goes on until nothing is left.
            *(("--duration", "1m") if words[0] == "delete" else ("--duration", "1s")),
            *(() if words[0] == "delete" else ("--warmup", "100ms")),
            expect=expect,
        )
        left = self.http.request("GET", self.bucket, query={"versions": "", "prefix": "load"})
        check(b"<Key>" not in left.body, f"left behind: {left.body[:500]}")
        return json.loads(said)

    def clean(self, report, *kinds):
        same(sorted(report["operations"]), sorted(kinds), "operations")
        same(report["total"]["errors"], 0, "errors")
        same(report["total"]["wrong_bytes"], 0, "wrong bytes")
        check(report["total"]["count"] > 0, "nothing was done")

    @operation("bench: put")
    def put(self):
        self.clean(self.load("put", "--payload", "signed", "--keys", "100"), "put")
        self.clean(self.load("put", "--payload", "crc", "--size", "1B:1,300KiB:1"), "put")

    @operation("bench: get, closed and open loop")
    def get(self):
        sizes = ("--objects", "20", "--size", "lognormal:64KiB:1:2MiB")
        self.clean(self.load("get", *sizes, "--threads", "2"), "get")
        report = self.load("get", *sizes, "--rate", "100", "--new-connections")
        self.clean(report, "get")
        check(60 < report["total"]["per_second"] < 105, report["total"]["per_second"])

    @operation("bench: stat")
    def stat(self):
        self.clean(self.load("stat", "--objects", "20", "--count", "50"), "stat")

    @operation("bench: list, keys and folders")
    def list(self):
        self.clean(self.load("list", "--objects", "300", "--page", "100"), "list")
        self.clean(self.load("list", "--objects", "300", "--folders", "30"), "list")

    @operation("bench: delete, one by one and by the hundred")
    def delete(self):
        report = self.load("delete", "--objects", "300")
        self.clean(report, "delete")
        same(report["total"]["count"], 300, "deleted")
        self.clean(self.load("delete", "--objects", "300", "--batch", "100"), "delete")

    @operation("bench: multipart")
    def multipart(self):
        report = self.load("multipart", "--part-size", "5MiB", "--parts", "2", "--count", "4")
        self.clean(report, "create-upload", "upload-part", "complete-upload", "upload")
        same(report["operations"]["upload"]["bytes"], 4 * 10 * 2**20, "bytes")

    @operation("bench: mixed")
    def mixed(self):
        report = self.load("mixed", "--objects", "100", "--size", "4KiB:9,256KiB:1")
        self.clean(report, "get", "put", "stat", "delete")

    @operation("bench: objects that are not there are errors")
    def absent(self):
        report = self.load("get", "--existing", "--count", "20", expect=1)
        check(report["total"]["errors"] > 0, report)
        same(list(report["messages"]), ["get: 404 NoSuchKey"], "messages")

    @operation("bench: versioned")
    def versioned(self):
        self.clean(self.load("versioned", "--objects", "20"), "get", "put")


def clients(tools):
    return [Bench(tools.parent / "torhaus")]
