"""A client that is a program in any language: it does the operations and reports each on a line.

The program gets AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_CA_BUNDLE,
TORHAUS_ENDPOINT and TORHAUS_TEST_BUCKET (which exists; others it makes must begin with that name
and '-'), and prints one JSON object a line:
{"row": "PutObject", "outcome": "ok" | "FAIL" | "skip", "detail": "..."}.
It exits with 0 when it came to its end, whatever the outcomes."""

import json
import subprocess

from harness.client import Client, Result, Skip

PROGRAM_SECONDS = 900


class ProgramClient(Client):
    seconds = PROGRAM_SECONDS
    rows_when_absent = ("the whole program",)

    def command(self):
        """The words that start the program; raises Skip when it cannot be had here."""
        raise NotImplementedError

    def variables(self):
        """What else the program finds in its environment."""
        return {}

    def operations(self):
        return []

    def suite(self, target, only=None):
        try:
            self.version()
        except Skip as reason:
            return [Result(row, "skip", str(reason)) for row in self.rows_when_absent]
        return super().suite(target, only)

    def perform(self, only=None):
        environment = self.target.environment() | {
            "TORHAUS_TEST_BUCKET": self.bucket,
            "TORHAUS_TEST_ONLY": only or "",
            "HOME": str(self.folder),
            **self.variables(),
        }
        try:
            done = subprocess.run(
                self.command(),
                env=environment,
                cwd=self.folder,
                timeout=self.seconds,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
            output, trouble = done.stdout, ""
            if done.returncode != 0:
                trouble = f"exit code {done.returncode}\n{done.stderr[-3000:]}"
        except subprocess.TimeoutExpired as late:
            output = (late.stdout or b"").decode(errors="replace")
            trouble = f"no end after {self.seconds} s"
        results = [self.result_of(line) for line in output.splitlines() if line.startswith("{")]
        if trouble or not results:
            results.append(Result("the whole program", "FAIL", trouble or "it reported nothing"))
        return results

    @staticmethod
    def result_of(line):
        said = json.loads(line)
        return Result(
            said["row"], said["outcome"], said.get("detail", ""), said.get("seconds", 0.0)
        )
