"""s3cmd 2.3: signs differently from the SDKs, asks for ?location first, never sends Expect."""

import hashlib

from harness.client import Client, check, operation, same, version_of
from harness.data import make_tree, write_file


class S3cmd(Client):
    name = "s3cmd"

    def version(self):
        return version_of("s3cmd", "--version")

    def setup(self):
        secure = self.target.scheme == "https"
        self.config = self.folder / "s3cfg"
        self.config.write_text(
            f"[default]\naccess_key = {self.target.access_key}\n"
            f"secret_key = {self.target.secret_key}\nhost_base = {self.target.host}\n"
            f"host_bucket = {self.target.host}\nbucket_location = {self.target.region}\n"
            f"use_https = {secure}\nsignurl_use_https = {secure}\nmultipart_chunk_size_mb = 5\n"
            + (f"ca_certs_file = {self.target.ca_file}\n" if secure else "")
        )
        self.tree = make_tree(self.folder / "tree", seed=31)
        self.small = write_file(self.folder / "small", 54321, 32)
        self.large = write_file(self.folder / "large", 13_000_000, 33)
        self.url = f"s3://{self.bucket}"

    def s3cmd(self, *words, **options):
        return self.run("s3cmd", "-c", self.config, "--no-progress", *words, **options)

    @operation("make a bucket")
    def make_bucket(self):
        self.s3cmd("mb", f"{self.url}-extra")
        check(f"{self.url}-extra" in self.s3cmd("ls"), "not listed")

    @operation("GetBucketLocation")
    def info(self):
        check(self.target.region in self.s3cmd("info", self.url), "no location in `info`")

    @operation("remove a bucket")
    def remove_bucket(self):
        self.put("left", b"over", bucket=f"{self.bucket}-extra")
        self.s3cmd("rb", f"{self.url}-extra", expect=None)
        self.s3cmd("rb", "--recursive", "--force", f"{self.url}-extra")
        check(f"{self.url}-extra" not in self.s3cmd("ls"), "still listed")

    @operation("copy a file up")
    def put_file(self):
        self.s3cmd("put", self.small, f"{self.url}/small")
        same(self.stored("small"), self.small.read_bytes(), "bytes")

    @operation("copy a file down")
    def get_file(self):
        self.s3cmd("get", f"{self.url}/small", "small.back")
        same((self.folder / "small.back").read_bytes(), self.small.read_bytes(), "bytes")

    @operation("continue a broken download")
    def continue_download(self):
        (self.folder / "half").write_bytes(self.small.read_bytes()[:20_000])
        self.s3cmd("get", "--continue", f"{self.url}/small", "half")
        same((self.folder / "half").read_bytes(), self.small.read_bytes(), "bytes")

    @operation("large file by multipart")
    def multipart(self):
        self.s3cmd("put", self.large, f"{self.url}/large")
        self.s3cmd("get", f"{self.url}/large", "large.back")
        same((self.folder / "large.back").read_bytes(), self.large.read_bytes(), "bytes")

    @operation("HeadObject")
    def head(self):
        text = self.s3cmd("info", f"{self.url}/small")
        check(hashlib.md5(self.small.read_bytes()).hexdigest() in text, f"no MD5 in: {text}")

    @operation("sync up")
    def sync_up(self):
        self.s3cmd("sync", f"{self.tree}/", f"{self.url}/tree/")
        again = self.s3cmd("sync", f"{self.tree}/", f"{self.url}/tree/")
        check("upload:" not in again, f"a second sync moved something: {again[:500]}")

    @operation("sync down")
    def sync_down(self):
        (self.folder / "back").mkdir()
        self.s3cmd("sync", f"{self.url}/tree/", "back/")
        self.same_tree(self.tree, self.folder / "back")

    @operation("list")
    def list(self):
        listed = self.s3cmd("ls", "--recursive", f"{self.url}/tree/").splitlines()
        same(len(listed), sum(1 for p in self.tree.rglob("*") if p.is_file()), "files listed")
        check("DIR" in self.s3cmd("ls", f"{self.url}/tree/"), "no DIR in the listing")

    @operation("copy server-side")
    def copy(self):
        self.s3cmd("cp", f"{self.url}/small", f"{self.url}/copied ü+")
        same(self.stored("copied ü+"), self.small.read_bytes(), "bytes")

    @operation("copy a large object server-side")
    def copy_large(self):
        self.s3cmd("cp", f"{self.url}/large", f"{self.url}/large.copy")
        same(self.stored("large.copy"), self.large.read_bytes(), "bytes")

    @operation("move")
    def move(self):
        self.s3cmd("mv", f"{self.url}/copied ü+", f"{self.url}/moved")
        self.absent("copied ü+")
        same(self.stored("moved"), self.small.read_bytes(), "bytes")

    @operation("change metadata")
    def modify(self):
        self.s3cmd("modify", "--add-header", "Cache-Control:max-age=7", f"{self.url}/moved")
        answer = self.http.request("HEAD", self.bucket, "moved")
        same(answer.headers.get("cache-control"), "max-age=7", "Cache-Control")

    @operation("presigned link, opened with curl")
    def sign_url(self):
        # s3cmd signs links the old way (SigV2), which is refused by design: an error, never the
        # object.
        link = self.s3cmd("signurl", f"{self.url}/small", "+60").strip()
        code = self.run("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", link)
        check(code in ("400", "403"), f"a SigV2 link answers {code}")

    @operation("remove a tree")
    def remove_tree(self):
        self.s3cmd("del", "--recursive", "--force", f"{self.url}/tree/")
        same(self.s3cmd("ls", "--recursive", f"{self.url}/tree/"), "", "what is left")


def clients(tools):
    return [S3cmd()]
