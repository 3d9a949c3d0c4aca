"""The files of examples/, run as their users run them."""

from harness.client import Client, check
from harness.server import REPOSITORY


class Examples(Client):
    name = "examples"
    quick = True

    def version(self):
        return f"{len(PROGRAMS)} files"

    def example(self, name):
        program = REPOSITORY / "examples" / name
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


def clients(tools):
    return [Examples()]
