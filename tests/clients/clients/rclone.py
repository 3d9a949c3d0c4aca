"""rclone 1.60, configured as provider Minio (V2 listings, URL encoding) and as provider Other (V1
listings, no URL encoding). With provider AWS it insists on virtual-host style, which needs a name
server."""

from harness.client import Client, check, operation, same, version_of
from harness.data import make_tree, write_file


class Rclone(Client):
    def __init__(self, provider):
        super().__init__()
        self.provider = provider
        self.name = f"rclone {provider}"

    def version(self):
        return version_of("rclone", "version")

    def setup(self):
        self.config = self.folder / "rclone.conf"
        self.config.write_text(
            f"[there]\ntype = s3\nprovider = {self.provider}\nenv_auth = true\n"
            f"region = {self.target.region}\nendpoint = {self.target.endpoint}\n"
            f"force_path_style = true\nlocation_constraint = {self.target.region}\n"
        )
        self.tree = make_tree(self.folder / "tree", seed=21)
        self.there = f"there:{self.bucket}"

    def rclone(self, *words, **options):
        trust = ("--ca-cert", self.target.ca_file) if self.target.ca_file else ()
        return self.run(
            "rclone",
            "--config",
            self.config,
            "--retries",
            "1",
            "--low-level-retries",
            "1",
            *trust,
            *words,
            # rclone's AWS library refuses a bundle from the environment beside rclone's own
            # transport.
            variables={"AWS_CA_BUNDLE": ""},
            **options,
        )

    def check_same(self, one, other, *more):
        self.rclone("check", "--download", *more, one, other)

    @operation("make a bucket")
    def make_bucket(self):
        self.rclone("mkdir", f"{self.there}-extra")
        check(f"{self.bucket}-extra" in self.rclone("lsd", "there:"), "not listed")

    @operation("remove a bucket")
    def remove_bucket(self):
        self.rclone("rmdir", f"{self.there}-extra")
        check(f"{self.bucket}-extra" not in self.rclone("lsd", "there:"), "still listed")

    @operation("sync up")
    def sync_up(self):
        self.rclone("sync", self.tree, f"{self.there}/tree")

    @operation("sync again: nothing to do")
    def sync_again(self):
        self.rclone("sync", "-v", self.tree, f"{self.there}/tree")
        check("There was nothing to transfer" in self.errors, f"it moved something: {self.errors}")

    @operation("check --download")
    def check_download(self):
        self.check_same(self.tree, f"{self.there}/tree")

    @operation("check by hashes")
    def check_hashes(self):
        self.rclone("check", self.tree, f"{self.there}/tree")

    @operation("sync down")
    def sync_down(self):
        self.rclone("sync", f"{self.there}/tree", "back")
        self.same_tree(self.tree, self.folder / "back")

    @operation("sync with deletions")
    def sync_delete(self):
        (self.folder / "back" / "plain.txt").unlink()
        self.rclone("sync", "back", f"{self.there}/tree")
        self.absent("tree/plain.txt")

    @operation("modification time by self-copy")
    def touch(self):
        file = write_file(self.folder / "dated" / "file", 1000, 22)
        self.rclone("copy", "dated", f"{self.there}/dated")
        self.rclone("touch", "--timestamp", "2020-02-03T04:05:06", f"{self.there}/dated/file")
        check("2020-02-03 04:05:06" in self.rclone("lsl", f"{self.there}/dated"), "not set")
        same(self.stored("dated/file"), file.read_bytes(), "bytes")

    @operation("multipart with small chunks")
    def multipart(self):
        write_file(self.folder / "big" / "big.bin", 27_000_001, 23)
        self.rclone(
            "copy",
            "--s3-chunk-size",
            "5M",
            "--s3-upload-cutoff",
            "5M",
            "--s3-upload-concurrency",
            "4",
            "big",
            f"{self.there}/big",
        )
        self.check_same("big", f"{self.there}/big")

    @operation("copy server-side")
    def copy_server_side(self):
        self.rclone("copy", f"{self.there}/tree", f"{self.there}/second", "-v")
        check("server-side copy" in self.errors, "it was not server-side")
        self.check_same("back", f"{self.there}/second")

    @operation("copy a large object server-side")
    def copy_large(self):
        self.rclone(
            "copy",
            "--s3-copy-cutoff",
            "6M",
            "--s3-chunk-size",
            "5M",
            f"{self.there}/big",
            f"{self.there}/big2",
        )
        self.check_same("big", f"{self.there}/big2")

    @operation("move")
    def move(self):
        self.rclone("move", f"{self.there}/second", f"{self.there}/third")
        same(self.rclone("lsf", "-R", f"{self.there}/second"), "", "what is left")
        self.check_same("back", f"{self.there}/third")

    @operation("read from the middle of an object")
    def cat(self):
        got = self.rclone(
            "cat", "--offset", "1000", "--count", "77", f"{self.there}/big/big.bin", text=False
        )
        same(got, (self.folder / "big" / "big.bin").read_bytes()[1000:1077], "bytes")

    @operation("copy through pipes")
    def pipes(self):
        body = (self.folder / "big" / "big.bin").read_bytes()
        self.rclone("rcat", "--s3-chunk-size", "5M", f"{self.there}/piped", input=body)
        same(self.stored("piped"), body, "bytes")

    @operation("list")
    def list(self):
        found = self.rclone("lsf", "-R", "--files-only", f"{self.there}/tree").splitlines()
        wanted = [
            str(p.relative_to(self.folder / "back"))
            for p in (self.folder / "back").rglob("*")
            if p.is_file()
        ]
        same(sorted(found), sorted(wanted), "files listed")

    @operation("presigned link, opened with curl")
    def link(self):
        link = self.rclone("link", "--expire", "60s", f"{self.there}/tree/100%.txt").strip()
        got = self.run("curl", "-sS", "--fail", link, text=False)
        same(got, (self.tree / "100%.txt").read_bytes(), "bytes by the link")

    @operation("remove a tree")
    def remove_tree(self):
        self.rclone("purge", f"{self.there}/third")
        same(self.rclone("lsf", "-R", f"{self.there}/third"), "", "what is left")


def clients(tools):
    class Quick(Rclone):
        quick = True

    return [Quick("Minio"), Rclone("Other")]
