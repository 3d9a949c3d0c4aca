"""boto3, twice: Debian's 1.26 and a current one. The operations are in boto3_suite/, a program of
its own, since each needs the Python that its boto3 is installed for."""

from pathlib import Path

from harness.client import Skip, version_of
from harness.program import ProgramClient

SUITE = Path(__file__).resolve().parent.parent / "boto3_suite"


class Boto3(ProgramClient):
    def __init__(self, name, python, quick=False):
        super().__init__()
        self.name = name
        self.python = python
        self.quick = quick

    def version(self):
        if not Path(self.python).exists():
            raise Skip(f"{self.python} is not there")
        said = version_of(self.python, "-c", "import boto3; print('boto3', boto3.__version__)")
        if not said.startswith("boto3 "):
            raise Skip(f"{self.python} has no boto3")
        return said

    def command(self):
        return [self.python, str(SUITE)]


def clients(tools):
    return [
        Boto3("boto3 new", str(tools / "bin" / "python3"), quick=True),
        Boto3("boto3 1.26", "/usr/bin/python3"),
    ]
