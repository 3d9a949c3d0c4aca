"""The 40 steps of scenario/steps.tsv with one SDK after the other; a table of its own."""

from pathlib import Path

from harness import sdk
from harness.client import Failure, Result, Skip, version_of
from harness.program import ProgramClient

SCENARIO = Path(__file__).resolve().parent.parent / "scenario"


def steps():
    lines = (SCENARIO / "steps.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t")[0] for line in lines if not line.startswith("#")]


class Scenario(ProgramClient):
    """The program gets the steps' names in TORHAUS_TEST_STEPS, a line each."""

    table = "step"
    seconds = 300
    rows_when_absent = steps()

    def perform(self, only=None):
        """Every step once and in the table's order: what a program leaves out has failed."""
        said = super().perform()
        wanted = [name for name in steps() if not only or only in name]
        results = []
        for name in wanted:
            found = [r for r in said if r.row == name]
            if len(found) == 1:
                results += found
            else:
                results.append(Result(name, "FAIL", f"reported {len(found)} times"))
        return results + [r for r in said if r.row not in steps()]

    def variables(self):
        return {"TORHAUS_TEST_STEPS": "\n".join(steps())}


class PythonScenario(Scenario):
    name = "sdk python"

    def __init__(self, python):
        super().__init__()
        self.python = python

    def version(self):
        if not Path(self.python).exists():
            raise Skip(f"{self.python} is not there")
        return version_of(self.python, "-c", "import boto3; print('boto3', boto3.__version__)")

    def command(self):
        return [self.python, str(SCENARIO / "python")]


class BuiltScenario(Scenario):
    """By a program that its language's tools make first."""

    def __init__(self, name, sdk_of, program, says, heavy=True):
        super().__init__()
        self.name = name
        self.sdk = sdk_of
        self.program = program
        self.says = says
        self.heavy = heavy
        self.trouble = None

    def version(self):
        self.sdk.environment()
        return self.says

    def prepare(self):
        try:
            self.sdk.prepare()
        except Failure as failure:
            self.trouble = failure

    def suite(self, target, only=None):
        if self.trouble:
            return [Result("the program is built", "FAIL", str(self.trouble))]
        return super().suite(target, only)

    def command(self):
        return self.sdk.command(self.program, self.target)


def clients(tools):
    build = tools.parent / "scenario"
    node = sdk.Node(SCENARIO / "javascript", build / "javascript")
    go = sdk.Go(SCENARIO / "go", build / "go")
    java = sdk.Java(SCENARIO / "java", build / "java")
    rust = sdk.Rust(SCENARIO / "rust", build / "rust")
    return [
        PythonScenario(str(tools / "bin" / "python3")),
        BuiltScenario("sdk js", node, "aws.mjs", "AWS SDK for JavaScript v3", heavy=False),
        BuiltScenario("sdk go", go, "aws", "AWS SDK for Go v2"),
        BuiltScenario("sdk java", java, "scenario.Main", "AWS SDK for Java v2"),
        BuiltScenario("sdk rust", rust, "scenario", "AWS SDK for Rust"),
        BuiltScenario("minio-js", node, "minio.mjs", "MinIO SDK for JavaScript", heavy=False),
        BuiltScenario("minio-go", go, "minio", "MinIO SDK for Go"),
    ]
