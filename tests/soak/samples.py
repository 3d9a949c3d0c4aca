"""What the server holds, every few seconds: in memory, in a CSV file and as a plot."""

import csv
import os
import threading
import time

from overload import gauges

# Name of a column: metric that it is read from. These begin anew with each life.
WORK = {
    "scrub_passes": "torhaus_scrub_passes_total",
    "lifecycle_applied": "torhaus_lifecycle_applied_total",
    "reclaimed_blobs": "torhaus_reclaimed_blobs_total",
}
FINDINGS = "torhaus_scrub_findings"
COLUMNS = (
    *("seconds", "life", "memory", "descriptors", "disk", "audit", "oldest_read", "entries"),
    *("segments", "operations", *WORK, "findings"),
)


class Sampler:
    """Samples from `with` to its end, in a thread of its own; none while there is no server."""

    def __init__(self, server, path, pause, operations):
        self.server, self.pause, self.operations = server, pause, operations
        self.file = open(path, "w", newline="", encoding="ascii")
        self.rows = []
        self.segments_gone = 0
        self.segments_seen = set()
        self.life = 0
        self.began = time.monotonic()
        self.up = threading.Lock()  # held by whoever takes the server down
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.work)
        self.writer = csv.DictWriter(self.file, COLUMNS)
        self.writer.writeheader()

    def sample(self):
        seen = gauges.metrics(self.server)
        found = gauges.read(self.server)
        segments = {
            name for name in os.listdir(self.server.data / "segments") if name.isalnum()
        } - {"open"}
        self.segments_gone += len(self.segments_seen - segments)
        self.segments_seen = segments
        audit = sum(
            entry.stat().st_size for entry in os.scandir(self.server.data / "audit")
        )
        row = {
            "seconds": round(time.monotonic() - self.began, 2),
            "life": self.life,
            "memory": found.memory,
            "descriptors": found.descriptors,
            "disk": found.disk,
            "audit": audit,
            "oldest_read": found.oldest_read,
            "entries": int(found.entries),
            "segments": len(segments),
            "operations": self.operations(),
            "findings": int(seen.get(FINDINGS, 0)),
        } | {name: int(seen[metric]) for name, metric in WORK.items()}
        self.rows.append(row)
        self.writer.writerow(row)
        self.file.flush()

    def work(self):
        while not self.ended.wait(self.pause):
            with self.up:
                self.sample()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *unused):
        self.ended.set()
        self.thread.join()
        self.file.close()

    def total(self, name):
        """Of a counter that begins anew with each life."""
        most = {}
        for row in self.rows:
            most[row["life"]] = max(most.get(row["life"], 0), row[name])
        return sum(most.values())

    def stretches(self, rule, warm_life, warm_run):
        """The samples that count for a rule, warm-up left out."""
        if not rule.of_process:
            rows = [row for row in self.rows if row["seconds"] >= warm_run]
            return [[(row["seconds"], row[rule.gauge]) for row in rows]]
        lives = {}
        for row in self.rows:
            lives.setdefault(row["life"], []).append((row["seconds"], row[rule.gauge]))
        return [
            [sample for sample in life if sample[0] >= life[0][0] + warm_life]
            for life in lives.values()
        ]


def plot(rows, kills, verdicts, path):
    """One curve a gauge, a line for each kill; into path.svg and path.png."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, all_axes = pyplot.subplots(len(verdicts) + 1, 1, sharex=True, figsize=(10, 11))
    minutes = [row["seconds"] / 60 for row in rows]
    for axes, verdict in zip(all_axes, verdicts):
        rule = verdict.rule
        values = [row[rule.gauge] / rule.unit for row in rows]
        axes.plot(minutes, values, ".", markersize=3, color="#2a7f62")
        axes.set_ylabel(f"{rule.gauge} {rule.unit_name}".strip())
        axes.set_ylim(bottom=0)
        axes.set_title(verdict.text(), fontsize=9, loc="left")
    oldest = [row["oldest_read"] for row in rows]
    all_axes[-1].plot(minutes, oldest, ".", markersize=3, color="#2a7f62")
    all_axes[-1].set_ylabel("oldest read, s")
    all_axes[-1].set_ylim(bottom=0)
    all_axes[-1].set_xlabel("minutes; dashed lines are kills")
    for axes in all_axes:
        for at in kills:
            axes.axvline(at / 60, color="#b5482a", linewidth=0.8, linestyle="--")
    figure.tight_layout()
    for ending in ("svg", "png"):
        figure.savefig(f"{path}.{ending}", dpi=110)
    pyplot.close(figure)
