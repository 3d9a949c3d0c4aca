"""The table of operations by clients, and the failures behind its cells."""

from collections import Counter

CELLS = {"ok": "ok", "FAIL": "FAIL", "skip": "-"}


def print_table(suites, what="operation", write=print):
    """suites: {"rclone@http": [Result…]}. Columns join the schemes: ok/ok is http/https."""
    columns, rows = {}, {}
    for suite, results in suites.items():
        client, _, scheme = suite.partition("@")
        columns.setdefault(client, []).append(scheme)
        for result in results:
            rows.setdefault(result.row, {})[suite] = CELLS[result.outcome]
    first = max([len(row) for row in rows] + [9])
    widths = {client: max(len(client), 9) for client in columns}
    schemes = "/".join(dict.fromkeys(scheme for names in columns.values() for scheme in names))
    write(f"{what:{first}}  " + "  ".join(f"{c:{w}}" for c, w in widths.items()))
    write(f"{'':{first}}  " + "  ".join(f"{schemes:{w}}" for w in widths.values()))
    for row, cells in rows.items():
        line = []
        for client, width in widths.items():
            marks = [cells.get(f"{client}@{scheme}", "") for scheme in columns[client]]
            line.append(f"{'/'.join(marks).strip('/'):{width}}")
        write(f"{row:{first}}  " + "  ".join(line).rstrip())


def print_failures(suites, write=print):
    for suite, results in suites.items():
        for result in results:
            if result.outcome == "FAIL":
                write(f"\nFAIL {suite}: {result.row}")
                write("    " + result.detail.strip().replace("\n", "\n    "))


def print_skips(suites, write=print):
    """Each reason once, with how many cells it emptied."""
    reasons = Counter()
    for suite, results in suites.items():
        for result in results:
            if result.outcome == "skip":
                reasons[f"{suite.partition('@')[0]}: {result.detail}"] += 1
    for reason, count in sorted(reasons.items()):
        write(f"skipped ({count}) {reason}")


def print_slowest(suites, most=5, write=print):
    timed = [(r.seconds, suite, r.row) for suite, results in suites.items() for r in results]
    for seconds, suite, row in sorted(timed, reverse=True)[:most]:
        write(f"slow: {seconds:.1f} s {suite}: {row}")


def totals(suites):
    counts = Counter(result.outcome for results in suites.values() for result in results)
    return counts["ok"], counts["FAIL"], counts["skip"]
