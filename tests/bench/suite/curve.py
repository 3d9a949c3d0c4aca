"""What requests cost while a store grows: the same requests, in turn, at a store that stays small
and at one that grows tenfold from stage to stage. Ratios of neighbours, so that the machine's moods
fall out of them."""

import shutil
import statistics
import time

from suite.load import column_of

SMALL = 10_000
SIZE = "100B"
REQUESTS = {
    "HEAD": ("stat", "--concurrency", 16),
    "GET": ("get", "--concurrency", 16),
    "LIST": ("list", "--concurrency", 1),
    "PUT": ("put", "--concurrency", 16),
}


class Curve:
    """Each stage prints a line; run() returns figures for the JSON report."""

    names = ("curve",)

    def __init__(self, bench):
        self.bench, self.load = bench, bench.load

    def run(self, _name):
        small, grown = (self.bench.another(name) for name in ("small", "grown"))
        small_column, grown_column = column_of(small), column_of(grown)
        self.load.fill(small_column, prefix_of(SMALL), SIZE, SMALL)
        self.load.fill(grown_column, prefix_of(SMALL), SIZE, SMALL)
        found, there, wanted = [], SMALL, 10 * SMALL
        while wanted <= self.bench.options.curve:
            began = time.perf_counter()
            self.load.fill(grown_column, prefix_of(wanted), SIZE, wanted - there)
            filled = (wanted - there) / (time.perf_counter() - began)
            found.append(self.stage(wanted, there, small_column, grown_column, filled))
            there, wanted = wanted, wanted * 10
        found.append(self.starts(there, grown))
        for server in (small, grown):
            server.stop()
            shutil.rmtree(server.data, ignore_errors=True)
        return found

    def stage(self, objects, before, small, grown, filled):
        """The requests at both stores; those of the grown one go to nine tenths of its keys."""
        rounds = {kind: [] for kind in REQUESTS}
        keys = {"small": (small, SMALL, SMALL), "grown": (grown, objects, objects - before)}
        for number in range(self.bench.options.rounds):
            order = sorted(keys, reverse=number % 2 == 1)
            for kind in REQUESTS:
                rounds[kind].append({name: self.once(kind, *keys[name]) for name in order})
        figures = {kind: ratio_of(found) for kind, found in rounds.items()}
        text = "; ".join(
            f"{kind} {f['ratio']:.2f} ({f['least']:.2f} to {f['most']:.2f}; {f['cpu_us']:,.0f} us)"
            for kind, f in figures.items()
        )
        name = f"{objects:,} objects, CPU beside {SMALL:,}"
        print(f"{name:44} {text}; goal 1.25; filled at {filled:,.0f}/s", flush=True)
        return {"name": name, "figures": figures | {"filled_per_second": filled}}

    def once(self, kind, column, stage, keys):
        words = REQUESTS[kind]
        if kind == "PUT":
            # What a round writes is removed behind its figures, so that no store grows by it.
            figures = self.load.run(column, *words, "--size", SIZE, "--prefix", "new/", "--keep")
            self.load.remove(column, "new/")
            return figures
        where = ("--existing", "--prefix", prefix_of(stage), "--objects", keys, "--size", SIZE)
        return self.load.run(column, *words, *where)

    def starts(self, objects, server):
        """A start after a stop and one after kill -9, over the grown store."""
        server.stop()
        clean = server.start()
        server.kill()
        killed = server.start()
        name = f"start over {objects:,} objects"
        print(
            f"{name:44} after a stop {clean * 1000:,.0f} ms, after kill -9 {killed * 1000:,.0f} ms",
            flush=True,
        )
        return {"name": name, "figures": {"clean_seconds": clean, "killed_seconds": killed}}


def prefix_of(stage):
    return f"curve-{stage}/"


def ratio_of(rounds):
    """CPU of a request at the grown store by that at the small one, round by round."""
    ratios = [found["grown"]["cpu_us"] / found["small"]["cpu_us"] for found in rounds]
    return {
        "ratio": statistics.median(ratios),
        "least": min(ratios),
        "most": max(ratios),
        "cpu_us": statistics.median(found["grown"]["cpu_us"] for found in rounds),
    }
