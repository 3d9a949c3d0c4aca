"""Every operation through boto3 against the server that the environment names (harness/program.py
says how); one JSON line a case."""

import json
import os
import sys
import time
import traceback

import support

# Each module registers its cases when it is imported.
import addressing  # noqa: F401
import buckets  # noqa: F401
import checksums  # noqa: F401
import conditional  # noqa: F401
import copying  # noqa: F401
import errors  # noqa: F401
import keys  # noqa: F401
import listing  # noqa: F401
import multipart  # noqa: F401
import objects  # noqa: F401
import presigned  # noqa: F401
import settings  # noqa: F401
import unconfigured  # noqa: F401

ORDER = [
    "buckets",
    "unconfigured",
    "settings",
    "objects",
    "checksums",
    "conditional",
    "copying",
    "multipart",
    "listing",
    "keys",
    "presigned",
    "addressing",
    "errors",
]


def attempt(row, action):
    began = time.monotonic()
    try:
        action()
        outcome, detail = "ok", ""
    except support.Skip as reason:
        outcome, detail = "skip", str(reason)
    except Exception:
        outcome, detail = "FAIL", traceback.format_exc(limit=-3)
    print(
        json.dumps(
            {
                "row": row,
                "outcome": outcome,
                "detail": detail,
                "seconds": round(time.monotonic() - began, 3),
            }
        ),
        flush=True,
    )


def main():
    only = os.environ.get("TORHAUS_TEST_ONLY", "")
    for row, action in sorted(support.CASES, key=lambda case: ORDER.index(case[1].__module__)):
        if only in row:
            attempt(row, action)
    return 0


if __name__ == "__main__":
    sys.exit(main())
