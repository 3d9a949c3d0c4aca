"""Runs the steps and reports each on a line, as harness/program.py says."""

import json
import os
import sys
import time
import traceback

STEPS = []


class NotApplicable(Exception):
    """This SDK's API cannot express the step; the reason is shown."""


def step(name):
    def register(function):
        STEPS.append((name, function))
        return function

    return register


def same(got, wanted, what):
    assert got == wanted, f"{what}: got {repr(got)[:300]}, wanted {repr(wanted)[:300]}"


def attempt(name, action):
    began = time.monotonic()
    try:
        action()
        outcome, detail = "ok", ""
    except NotApplicable as reason:
        outcome, detail = "skip", str(reason)
    except Exception:  # the next step must come, whatever this one does
        outcome, detail = "FAIL", traceback.format_exc(limit=-2, chain=False)
    seconds = round(time.monotonic() - began, 3)
    line = {"row": name, "outcome": outcome, "detail": detail, "seconds": seconds}
    print(json.dumps(line), flush=True)


def main():
    """In the order that the harness gives, so that it is the same for all SDKs."""
    actions = dict(STEPS)
    for name in os.environ["TORHAUS_TEST_STEPS"].split("\n"):
        if name in actions:
            attempt(name, actions[name])
    sys.exit(0)
