"""Prints the lines covered by room from what `llvm-cov export --summary-only` wrote.

Usage: table.py SUMMARY REPOSITORY BROKEN      (BROKEN: programs that failed)
"""

import collections
import json
import sys
from pathlib import Path

GOAL = 90.0
# Rooms with the goal: what keeps data, what decides, and what reads from outside.
JUDGED = (
    "storage/",
    "auth/",
    "gateway/http",
    "gateway/s3/body",
    "gateway/s3/form",
    "gateway/s3/settings",
    "gateway/s3/xml",
)
LEAST_COVERED = 15  # files that are named


def room_of(path):
    parts = path.parts[:-1]
    return "/".join(parts[:3] if parts[:2] == ("gateway", "s3") else parts[:2])


def main():
    summary, repository, broken = sys.argv[1:]
    files = json.loads(Path(summary).read_text())["data"][0]["files"]
    rooms = collections.defaultdict(lambda: [0, 0])
    lines_of = {}
    for entry in files:
        name = Path(entry["filename"])
        if not name.is_relative_to(repository):
            continue
        path = name.relative_to(repository)
        if path.parts[0] not in ("storage", "auth", "gateway"):
            continue
        lines = entry["summary"]["lines"]
        room = rooms[room_of(path)]
        room[0] += lines["covered"]
        room[1] += lines["count"]
        lines_of[str(path)] = (lines["covered"], lines["count"])
    passed = failed = 0
    for name, (covered, count) in sorted(rooms.items()):
        share = 100 * covered / count
        judged = (name + "/").startswith(JUDGED)
        good = share >= GOAL
        passed += judged and good
        failed += judged and not good
        mark = "" if not judged else "reached" if good else f"missed ({GOAL:.0f} %)"
        print(f"{name:24} {covered:6} of {count:6} lines {share:6.1f} %  {mark}")
    judged_files = {n: c for n, c in lines_of.items() if n.startswith(JUDGED)}
    covered = sum(c for c, _ in judged_files.values())
    count = sum(n for _, n in judged_files.values())
    share = 100 * covered / count
    print(f"{'all that are judged':24} {covered:6} of {count:6} lines {share:6.1f} %")
    print("\nMost lines that nothing runs:")
    worst = sorted(judged_files.items(), key=lambda item: item[1][0] - item[1][1])
    for name, (covered, count) in worst[:LEAST_COVERED]:
        print(f"  {count - covered:5} of {count:5}  {name}")
    print(f"{passed} passed, {failed + int(broken)} failed")
    return 1 if failed or int(broken) else 0


if __name__ == "__main__":
    sys.exit(main())
