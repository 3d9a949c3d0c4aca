"""What is in examples/, run as its users run it: the scripts as they stand, the folders with their
language's tools."""

import shutil

from harness import sdk
from harness.client import Client, Failure, Skip, check
from harness.server import REPOSITORY

# What Debian has no package of.
IF_INSTALLED = ("terraform",)


class Examples(Client):
    name = "examples"
    quick = True

    def version(self):
        return f"{len(PROGRAMS)} files"

    def example(self, name):
        program = REPOSITORY / "examples" / name
        if name in IF_INSTALLED and not shutil.which(name):
            raise Skip(f"{name} is not installed")
        # boto3.py must import the SDK, not itself: it runs from another folder, isolated from its
        # own.
        words = ("/usr/bin/python3", "-P", program) if name.endswith(".py") else (program,)
        said = self.run(*words)
        check("the bytes are the same" in said, said)


PROGRAMS = sorted(
    p.name for p in (REPOSITORY / "examples").iterdir() if p.stat().st_mode & 0o100 and p.is_file()
)
for program in PROGRAMS:

    def run_it(self, name=program):
        self.example(name)

    run_it.row = f"example: {program}"
    setattr(Examples, f"example_{program.replace('-', '_').replace('.', '_')}", run_it)


class BuiltExample(Client):
    """A folder of examples/; it is copied, so that the tree stays clean."""

    heavy = True

    def __init__(self, name, sdk_of, program):
        super().__init__()
        self.name = f"example {name}"
        self.sdk = sdk_of
        self.program = program
        self.trouble = None

    def version(self):
        self.sdk.environment()
        return str(self.sdk.sources.relative_to(REPOSITORY))

    def prepare(self):
        try:
            self.sdk.prepare()
        except Failure as failure:
            self.trouble = failure

    def perform(self, only=None):
        return [self.attempt("example of an SDK", self.example)]

    def example(self):
        if self.trouble:
            raise self.trouble
        said = self.run(*self.sdk.command(self.program, self.target))
        check("the bytes are the same" in said, said)


def clients(tools):
    sources, build = REPOSITORY / "examples", tools.parent / "examples"

    def built(name, language, program):
        return BuiltExample(name, language(sources / name, build / name), program)

    return [
        Examples(),
        built("javascript", sdk.Node, "example.mjs"),
        built("go", sdk.Go, "example"),
        built("java", sdk.Java, "Example"),
        built("rust", sdk.Rust, "example"),
        built("minio-js", sdk.Node, "example.mjs"),
        built("minio-go", sdk.Go, "example"),
    ]
