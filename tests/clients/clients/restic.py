"""restic 0.14 (minio-go): a backup repository in a bucket, restored and checked."""

import json

from harness.client import Client, check, operation, same, version_of
from harness.data import make_tree, write_file


class Restic(Client):
    name = "restic"

    def version(self):
        return version_of("restic", "version")

    def setup(self):
        self.tree = make_tree(self.folder / "tree", seed=41)
        write_file(self.tree / "big.bin", 30_000_000, 42)

    def restic(self, *words, **options):
        trust = ("--cacert", self.target.ca_file) if self.target.ca_file else ()
        return self.run(
            "restic",
            "-r",
            f"s3:{self.target.endpoint}/{self.bucket}/repository",
            "--no-cache",
            *trust,
            *words,
            variables={"RESTIC_PASSWORD": "open sesame"},
            **options,
        )

    def snapshots(self):
        return json.loads(self.restic("snapshots", "--json"))

    @operation("backup: start a repository")
    def init(self):
        self.restic("init")

    @operation("backup")
    def backup(self):
        self.restic("backup", "tree")
        same(len(self.snapshots()), 1, "snapshots")

    @operation("backup again after changes")
    def backup_again(self):
        write_file(self.tree / "new.bin", 3_000_000, 43)
        (self.tree / "big.bin").unlink()
        self.restic("backup", "tree")
        same(len(self.snapshots()), 2, "snapshots")

    @operation("backup: restore")
    def restore(self):
        self.restic("restore", "latest", "--target", "restored")
        self.same_tree(self.tree, self.folder / "restored" / "tree")

    @operation("backup: check every byte")
    def check_data(self):
        check("no errors were found" in self.restic("check", "--read-data"), "errors were found")

    @operation("backup: forget and prune")
    def prune(self):
        self.restic("forget", "--keep-last", "1", "--prune")
        same(len(self.snapshots()), 1, "snapshots")
        self.restic("check", "--read-data")
        self.restic("restore", "latest", "--target", "restored2")
        self.same_tree(self.tree, self.folder / "restored2" / "tree")

    @operation("backup: a second repository in a bucket restic makes")
    def own_bucket(self):
        self.run(
            "restic",
            "-r",
            f"s3:{self.target.endpoint}/{self.bucket}-own",
            "--no-cache",
            *(("--cacert", self.target.ca_file) if self.target.ca_file else ()),
            "init",
            variables={"RESTIC_PASSWORD": "open sesame"},
        )


def clients(tools):
    return [Restic()]
