"""aws-cli, twice: Debian's 2.9 (no default checksums) and a current one (CRC trailers)."""

import base64
import hashlib
import json
import re
import zlib
from pathlib import Path

from harness.client import Client, Failure, Skip, check, operation, same, version_of
from harness.data import make_tree, random_bytes, write_file

ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]


class AwsCli(Client):
    def __init__(self, name, program):
        super().__init__()
        self.name = name
        self.program = program

    def version(self):
        if self.program.startswith("/") and not Path(self.program).exists():
            raise Skip(f"{self.program} is not there")
        return version_of(self.program, "--version")

    def aws(self, *words, **options):
        return self.run(self.program, "--endpoint-url", self.target.endpoint, *words, **options)

    def api(self, *words, **options):
        text = self.aws("s3api", *words, "--output", "json", **options)
        return json.loads(text) if text.strip() else {}

    def setup(self):
        self.tree = make_tree(self.folder / "tree", seed=11)
        self.small = write_file(self.folder / "small", 4321, 12)
        self.large = write_file(self.folder / "large", 21_000_000, 13)
        self.url = f"s3://{self.bucket}"

    @operation("make a bucket")
    def make_bucket(self):
        self.aws("s3", "mb", f"{self.url}-extra")
        check(f"{self.bucket}-extra" in self.aws("s3", "ls"), "the new bucket is not in `s3 ls`")

    @operation("CreateBucket")
    def create_bucket(self):
        self.api(
            "create-bucket",
            "--bucket",
            f"{self.bucket}-made",
            "--create-bucket-configuration",
            f"LocationConstraint={self.target.region}",
        )
        self.api("head-bucket", "--bucket", f"{self.bucket}-made")

    @operation("GetBucketLocation")
    def get_location(self):
        same(
            self.api("get-bucket-location", "--bucket", self.bucket)["LocationConstraint"],
            self.target.region,
            "location",
        )

    @operation("remove a bucket")
    def remove_bucket(self):
        self.put("left", b"over", bucket=f"{self.bucket}-extra")
        self.aws("s3", "rb", f"{self.url}-extra", expect=1)
        check("BucketNotEmpty" in self.errors, f"no BucketNotEmpty in: {self.errors}")
        self.aws("s3", "rb", "--force", f"{self.url}-extra")
        self.aws("s3", "rb", f"{self.url}-made")
        check(f"{self.bucket}-made" not in self.aws("s3", "ls"), "it is still in `s3 ls`")

    @operation("copy a file up")
    def copy_up(self):
        self.aws("s3", "cp", self.small, f"{self.url}/small")
        same(self.stored("small"), self.small.read_bytes(), "stored bytes")

    @operation("copy a file down")
    def copy_down(self):
        self.put("down", self.small.read_bytes())
        self.aws("s3", "cp", f"{self.url}/down", "down")
        same((self.folder / "down").read_bytes(), self.small.read_bytes(), "bytes")

    @operation("copy through pipes")
    def pipes(self):
        body = random_bytes(9_500_000, 14)
        self.aws("s3", "cp", "-", f"{self.url}/piped", input=body)
        got = self.aws("s3", "cp", f"{self.url}/piped", "-", text=False)
        same(got, body, "bytes")

    @operation("large file by multipart")
    def multipart(self):
        self.aws("s3", "cp", self.large, f"{self.url}/large")
        head = self.api("head-object", "--bucket", self.bucket, "--key", "large")
        same(head["ContentLength"], 21_000_000, "length")
        check(re.fullmatch(r'"[0-9a-f]{32}-3"', head["ETag"]), f"ETag {head['ETag']}, wanted -3")
        self.aws("s3", "cp", f"{self.url}/large", "large.back")
        same((self.folder / "large.back").read_bytes(), self.large.read_bytes(), "bytes")

    @operation("tree up")
    def tree_up(self):
        self.aws("s3", "cp", "--recursive", "--quiet", self.tree, f"{self.url}/copy/")

    @operation("tree down")
    def tree_down(self):
        self.aws("s3", "cp", "--recursive", "--quiet", f"{self.url}/copy/", "tree.copy")
        self.same_tree(self.tree, self.folder / "tree.copy")

    @operation("sync up")
    def sync_up(self):
        self.aws("s3", "sync", self.tree, f"{self.url}/sync/")
        same(self.aws("s3", "sync", self.tree, f"{self.url}/sync/"), "", "output of a second sync")

    @operation("sync down")
    def sync_down(self):
        self.aws("s3", "sync", f"{self.url}/sync/", "tree.sync")
        self.same_tree(self.tree, self.folder / "tree.sync")

    @operation("sync with deletions")
    def sync_delete(self):
        (self.folder / "tree.sync" / "plain.txt").unlink()
        self.aws("s3", "sync", "--delete", "tree.sync", f"{self.url}/sync/", "--size-only")
        self.absent("sync/plain.txt")

    @operation("sync bucket to bucket")
    def sync_server_side(self):
        self.aws("s3", "sync", f"{self.url}/sync/d1/", f"{self.url}/beside/")
        self.aws("s3", "sync", f"{self.url}/beside/", "beside")
        self.same_tree(self.tree / "d1", self.folder / "beside")

    @operation("list")
    def list(self):
        text = self.aws("s3", "ls", "--recursive", "--summarize", f"{self.url}/copy/")
        total = re.search(r"Total Objects: (\d+)", text)
        same(int(total[1]), sum(1 for p in self.tree.rglob("*") if p.is_file()), "objects listed")
        check("PRE d0/" in self.aws("s3", "ls", f"{self.url}/copy/"), "no PRE d0/ in the listing")

    @operation("copy server-side")
    def copy_server_side(self):
        self.aws(
            "s3",
            "cp",
            f"{self.url}/small",
            f"{self.url}/small.copy",
            "--metadata",
            "a=b",
            "--metadata-directive",
            "REPLACE",
            "--content-type",
            "text/x-test",
        )
        head = self.api("head-object", "--bucket", self.bucket, "--key", "small.copy")
        same((head["Metadata"], head["ContentType"]), ({"a": "b"}, "text/x-test"), "metadata")
        same(self.stored("small.copy"), self.small.read_bytes(), "bytes")

    @operation("copy a large object server-side")
    def copy_large(self):
        self.aws("s3", "cp", f"{self.url}/large", f"{self.url}/large.copy")
        same(self.stored("large.copy"), self.large.read_bytes(), "bytes")

    @operation("move")
    def move(self):
        self.aws("s3", "mv", f"{self.url}/small.copy", f"{self.url}/moved")
        self.absent("small.copy")
        self.aws("s3", "mv", f"{self.url}/moved", "moved")
        self.absent("moved")
        same((self.folder / "moved").read_bytes(), self.small.read_bytes(), "bytes")

    @operation("remove a tree")
    def remove_tree(self):
        self.aws("s3", "rm", "--recursive", "--quiet", f"{self.url}/copy/")
        same(self.aws("s3", "ls", "--recursive", f"{self.url}/copy/", expect=1), "", "what is left")

    @operation("presigned link, opened with curl")
    def presign(self):
        link = self.aws("s3", "presign", f"{self.url}/small", "--expires-in", "60").strip()
        got = self.run("curl", "-sS", "--fail", link, text=False)
        same(got, self.small.read_bytes(), "bytes by the link")
        answer = self.run(
            "curl",
            "-sS",
            "-o",
            "-",
            "-w",
            "%{http_code}",
            re.sub("(Signature=....)", r"\g<1>0", link),
        )
        check(answer.endswith("403"), f"a changed link answers {answer[-3:]}, wanted 403")

    @operation("PutObject")
    def put_object(self):
        answer = self.api(
            "put-object",
            "--bucket",
            self.bucket,
            "--key",
            "put",
            "--body",
            self.small,
            "--metadata",
            "one=1,two=zwei",
            "--content-type",
            "text/plain",
            "--cache-control",
            "max-age=60",
            "--content-disposition",
            "inline",
            "--content-encoding",
            "identity",
            "--content-language",
            "de",
            "--expires",
            "2030-01-02T03:04:05Z",
        )
        same(answer["ETag"], f'"{hashlib.md5(self.small.read_bytes()).hexdigest()}"', "ETag")

    @operation("HeadObject")
    def head_object(self):
        head = self.api("head-object", "--bucket", self.bucket, "--key", "put")
        same(
            {
                name: head.get(name)
                for name in (
                    "ContentLength",
                    "Metadata",
                    "ContentType",
                    "CacheControl",
                    "ContentDisposition",
                    "ContentLanguage",
                )
            },
            {
                "ContentLength": 4321,
                "Metadata": {"one": "1", "two": "zwei"},
                "ContentType": "text/plain",
                "CacheControl": "max-age=60",
                "ContentDisposition": "inline",
                "ContentLanguage": "de",
            },
            "head",
        )
        self.api("head-object", "--bucket", self.bucket, "--key", "missing", expect=None)
        check("404" in self.errors, f"no 404 in: {self.errors}")

    @operation("GetObject: ranges")
    def ranges(self):
        whole = self.small.read_bytes()
        for text, wanted in (
            ("0-99", whole[:100]),
            ("4000-", whole[4000:]),
            ("-10", whole[-10:]),
            ("4320-99999", whole[4320:]),
        ):
            self.api(
                "get-object",
                "--bucket",
                self.bucket,
                "--key",
                "put",
                "--range",
                f"bytes={text}",
                "range",
            )
            same((self.folder / "range").read_bytes(), wanted, f"bytes={text}")
        self.api(
            "get-object",
            "--bucket",
            self.bucket,
            "--key",
            "put",
            "--range",
            "bytes=4321-",
            "range",
            expect=None,
        )
        check("InvalidRange" in self.errors, f"no InvalidRange in: {self.errors}")

    @operation("GetObject: part number")
    def part_number(self):
        self.api(
            "get-object", "--bucket", self.bucket, "--key", "large", "--part-number", "3", "part"
        )
        same((self.folder / "part").read_bytes(), self.large.read_bytes()[16 << 20 :], "part 3")

    @operation("checksums: put and get")
    def checksums(self):
        missing = []
        for algorithm in ALGORITHMS:
            self.errors = ""
            try:
                put = self.api(
                    "put-object",
                    "--bucket",
                    self.bucket,
                    "--key",
                    f"sum-{algorithm}",
                    "--body",
                    self.small,
                    "--checksum-algorithm",
                    algorithm,
                )
            except Failure:
                if (
                    "nvalid choice" in self.errors
                    or "awscrt" in self.errors.lower()
                    or "Missing Dependency" in self.errors
                    or "Unsupported checksum" in self.errors
                ):
                    missing.append(algorithm)
                    continue
                raise
            get = self.api(
                "get-object",
                "--bucket",
                self.bucket,
                "--key",
                f"sum-{algorithm}",
                "--checksum-mode",
                "ENABLED",
                "got",
            )
            field = f"Checksum{algorithm}"
            check(
                put.get(field) and put.get(field) == get.get(field),
                f"{field}: put said {put.get(field)}, get says {get.get(field)}",
            )
        crc = base64.b64encode(zlib.crc32(self.small.read_bytes()).to_bytes(4, "big")).decode()
        head = self.api(
            "head-object",
            "--bucket",
            self.bucket,
            "--key",
            "sum-CRC32",
            "--checksum-mode",
            "ENABLED",
        )
        same(head["ChecksumCRC32"], crc, "CRC32")
        if missing:
            check(
                missing in (["CRC64NVME"], ["CRC32C", "CRC64NVME"]),
                f"this aws-cli cannot make {missing}",
            )

    @operation("checksums: a wrong one is refused")
    def wrong_checksum(self):
        self.api(
            "put-object",
            "--bucket",
            self.bucket,
            "--key",
            "put",
            "--body",
            self.large,
            "--checksum-algorithm",
            "CRC32",
            "--checksum-crc32",
            "AAAAAA==",
            expect=None,
        )
        check("BadDigest" in self.errors, f"no BadDigest in: {self.errors}")
        same(self.stored("put"), self.small.read_bytes(), "the earlier object")

    def needs(self, command, member):
        """Skips where this aws-cli is too old to know a member of an operation's input."""
        if member not in self.api(command, "--generate-cli-skeleton", "input"):
            raise Skip(f"{command} has no {member} here")

    @operation("PutObject: If-None-Match, If-Match")
    def conditional_put(self):
        self.needs("put-object", "IfNoneMatch")
        words = ("put-object", "--bucket", self.bucket, "--key", "once", "--body", self.small)
        first = self.api(*words, "--if-none-match", "*")
        self.api(*words, "--if-none-match", "*", expect=None)
        check("PreconditionFailed" in self.errors, f"no PreconditionFailed in: {self.errors}")
        self.needs("put-object", "IfMatch")
        self.api(*words, "--if-match", first["ETag"])
        self.api(*words, "--if-match", '"00000000000000000000000000000000"', expect=None)
        check("PreconditionFailed" in self.errors, f"no PreconditionFailed in: {self.errors}")

    @operation("object tagging")
    def tagging(self):
        words = ("--bucket", self.bucket, "--key", "tagged")
        self.api("put-object", *words, "--body", self.small, "--tagging", "a=1&b=two%20words")
        tags = {"Key": "a", "Value": "1"}, {"Key": "b", "Value": "two words"}
        same(self.api("get-object-tagging", *words)["TagSet"], list(tags), "tags")
        self.api("put-object-tagging", *words, "--tagging", '{"TagSet":[{"Key":"ü","Value":""}]}')
        same(
            self.api("get-object-tagging", *words)["TagSet"], [{"Key": "ü", "Value": ""}], "tags"
        )
        self.api(
            "copy-object",
            *("--bucket", self.bucket, "--key", "tagged-copy"),
            *("--copy-source", f"{self.bucket}/tagged"),
        )
        copied = self.api("get-object-tagging", "--bucket", self.bucket, "--key", "tagged-copy")
        same(copied["TagSet"], [{"Key": "ü", "Value": ""}], "tags of the copy")
        self.api("delete-object-tagging", *words)
        same(self.api("get-object-tagging", *words)["TagSet"], [], "tags")
        many = ",".join(f"{{Key=k{n},Value=v}}" for n in range(11))
        self.api("put-object-tagging", *words, "--tagging", f"TagSet=[{many}]", expect=None)
        check("BadRequest" in self.errors, f"no BadRequest in: {self.errors}")

    @operation("CopyObject: directives")
    def copy_object(self):
        words = ("copy-object", "--bucket", self.bucket, "--copy-source", f"{self.bucket}/put")
        self.api(*words, "--key", "copied")
        head = self.api("head-object", "--bucket", self.bucket, "--key", "copied")
        same(
            (head["Metadata"], head["ContentType"]),
            ({"one": "1", "two": "zwei"}, "text/plain"),
            "COPY keeps metadata",
        )
        self.api(*words, "--key", "copied", "--metadata-directive", "REPLACE", "--metadata", "x=y")
        head = self.api("head-object", "--bucket", self.bucket, "--key", "copied")
        same(head["Metadata"], {"x": "y"}, "REPLACE")
        self.api(*words, "--key", "put", expect=None)
        check("InvalidRequest" in self.errors, f"no InvalidRequest in: {self.errors}")
        self.api(*words, "--key", "copied", "--copy-source-if-match", '"0123"', expect=None)
        check("PreconditionFailed" in self.errors, f"no PreconditionFailed in: {self.errors}")
        same(self.stored("copied"), self.small.read_bytes(), "bytes")

    @operation("DeleteObjects")
    def delete_objects(self):
        for number in range(5):
            self.put(f"many/{number}", b"x")
        request = {"Objects": [{"Key": f"many/{n}"} for n in range(4)] + [{"Key": "many/absent"}]}
        answer = self.api(
            "delete-objects", "--bucket", self.bucket, "--delete", json.dumps(request)
        )
        same(len(answer["Deleted"]), 5, "deleted")
        listed = self.api("list-objects-v2", "--bucket", self.bucket, "--prefix", "many/")
        same([o["Key"] for o in listed["Contents"]], ["many/4"], "what is left")

    @operation("ListObjects: delimiter, pages, encoding")
    def list_objects(self):
        for key in ("l/a b", "l/a+b", "l/d/1", "l/d/2", "l/e/1", "l/ü"):
            self.put(key, b"")
        for command in ("list-objects", "list-objects-v2"):
            for size in ((), ("--page-size", "1")):
                listed = self.api(
                    command, "--bucket", self.bucket, "--prefix", "l/", "--delimiter", "/", *size
                )
                same([o["Key"] for o in listed["Contents"]], ["l/a b", "l/a+b", "l/ü"], command)
                same([p["Prefix"] for p in listed["CommonPrefixes"]], ["l/d/", "l/e/"], command)
        listed = self.api(
            "list-objects-v2",
            "--bucket",
            self.bucket,
            "--prefix",
            "l/",
            "--encoding-type",
            "url",
            "--start-after",
            "l/d/1",
        )
        same([o["Key"] for o in listed["Contents"]], ["l/d/2", "l/e/1", "l/%C3%BC"], "encoded")

    @operation("multipart upload by hand")
    def multipart_by_hand(self):
        place = ("--bucket", self.bucket, "--key", "by-hand")
        upload = self.api("create-multipart-upload", *place)["UploadId"]
        more = (*place, "--upload-id", upload)
        write_file(self.folder / "part1", 5 << 20, 15)
        parts = []
        for number, file in ((1, self.folder / "part1"), (2, self.small)):
            tag = self.api("upload-part", *more, "--part-number", str(number), "--body", file)
            parts.append({"PartNumber": number, "ETag": tag["ETag"]})
        same(len(self.api("list-parts", *more)["Parts"]), 2, "parts listed")
        uploads = self.api("list-multipart-uploads", "--bucket", self.bucket)["Uploads"]
        check(upload in [u["UploadId"] for u in uploads], "the upload is not listed")
        self.api(
            "complete-multipart-upload", *more, "--multipart-upload", json.dumps({"Parts": parts})
        )
        same(
            self.stored("by-hand"),
            (self.folder / "part1").read_bytes() + self.small.read_bytes(),
            "bytes",
        )

    @operation("AbortMultipartUpload")
    def abort(self):
        place = ("--bucket", self.bucket, "--key", "aborted")
        upload = self.api("create-multipart-upload", *place)["UploadId"]
        self.api("abort-multipart-upload", *place, "--upload-id", upload)
        self.api("list-parts", *place, "--upload-id", upload, expect=None)
        check("NoSuchUpload" in self.errors, f"no NoSuchUpload in: {self.errors}")


def clients(tools):
    class Current(AwsCli):
        quick = True

    return [
        AwsCli("aws-cli 2.9", "/usr/bin/aws"),
        Current("aws-cli new", str(tools / "bin" / "aws")),
    ]
