"""Half of the load that a server can take, for an hour, with scrub, lifecycle and reclaiming at
work and a kill -9 every ten minutes. After each start everything is read and compared; from
beginning to end memory, descriptors, disk and records have to stay flat. README.md has the rule.

Last line: "N passed, N failed". A case is a start with all that was read after it, a gauge, the
rule itself (the same samples with a leak must not be called flat), and the last look of
`torhaus verify`."""

import argparse
import random
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), *(str(HERE.parent / p) for p in ("clients", "crash"))]

from harness.server import (  # noqa: E402  (after the path is known)
    REPOSITORY,
    Server,
    waited_for_processor,
)
from harness.signed_http import SignedHttp  # noqa: E402
from oracle import check_all, verified  # noqa: E402
from samples import Sampler, plot  # noqa: E402
from trend import RULES, judge, with_leak  # noqa: E402
from writer import Writer  # noqa: E402

import passing  # noqa: E402

BUCKET = "soak"
START_SECONDS = 1.0
OLDEST_READ_SECONDS = 5  # row 11 of what the overload tests hold, too
FULL_LOAD_SECONDS = 20  # without a pause, to learn what half of it is
LIFECYCLE_DAY = 30
LIFECYCLE_INTERVAL = 6
LIFECYCLE_SLACK = 30
VARIABLES = {
    "TORHAUS_LIFECYCLE_DAY": f"{LIFECYCLE_DAY}s",
    "TORHAUS_LIFECYCLE_INTERVAL": f"{LIFECYCLE_INTERVAL}s",
    "TORHAUS_SCRUB_INTERVAL": "30s",
    "TORHAUS_LOG_LEVEL": "warning",
}
# Caches fill and the allocator settles; the stores of the writers fill with their first keys.
WARM_LIFE_SHARE, WARM_LIFE_MOST = 0.5, 300
WARM_RUN_SHARE, WARM_RUN_MOST = 0.3, 600


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--kill-minutes", type=float, default=10, help="from kill to kill")
    parser.add_argument("--rate", type=float, help="operations a second, instead of half load")
    parser.add_argument("--writers", type=int, default=16)
    parser.add_argument("--sample-seconds", type=float, default=5)
    parser.add_argument("--out", help="samples.csv, samples.svg, samples.png go here")
    parser.add_argument("--build", default=str(REPOSITORY / "build"))
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    return parser.parse_args()


class Pace:
    """Gives each client its turns, so many a second for all together; 0 is no limit."""

    def __init__(self, clients):
        self.clients = clients
        self.rate = 0
        self.dice = random.Random(1)

    def turn(self):
        if self.rate > 0:
            time.sleep(self.dice.expovariate(self.rate / self.clients))


class Soak:
    def __init__(self, options, server):
        self.options, self.server = options, server
        self.writers = [Writer(n, BUCKET, options.seed) for n in range(options.writers)]
        few = max(options.writers // 8, 1)
        self.passing = [
            passing.Passing(n, options.seed, LIFECYCLE_DAY, LIFECYCLE_SLACK) for n in range(few)
        ]
        self.clients = self.writers + self.passing
        self.pace = Pace(len(self.clients))
        for client in self.clients:
            client.pace = self.pace.turn
        self.passed = self.failed = 0
        self.kills = []
        self.slowest = 0.0

    def case(self, name, faults):
        self.passed, self.failed = self.passed + (not faults), self.failed + bool(faults)
        for fault in faults[:20]:
            print("FAIL", f"{name}: {fault}", flush=True)

    def operations(self):
        return sum(client.operations for client in self.clients)

    def begin(self):
        for client in self.clients:
            client.start(self.server.target)

    def find_rate(self):
        if self.options.rate:
            self.pace.rate = self.options.rate
            print(f"{self.pace.rate:.0f} operations a second, as told")
            return
        before, began = self.operations(), time.monotonic()
        time.sleep(FULL_LOAD_SECONDS)
        full = (self.operations() - before) / (time.monotonic() - began)
        self.pace.rate = full / 2
        print(f"full load is {full:.0f} operations a second; half of it: {self.pace.rate:.0f}")

    def life(self, sampler, seconds):
        """Load, kill, start, look at everything."""
        self.begin()
        if not self.pace.rate:
            self.find_rate()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not any(c.surprise for c in self.clients):
            time.sleep(min(1, max(deadline - time.monotonic(), 0)))
        with sampler.up:
            self.kills.append(time.monotonic() - sampler.began)
            self.server.kill()
            for client in self.clients:
                client.thread.join(60)
            faults = verified(self.server)
            took = self.server.start()
            late = took - waited_for_processor(self.server.process.pid)
            sampler.life += 1
        self.slowest = max(self.slowest, took)
        faults += [f"{c.name}: {c.surprise}" for c in self.clients if c.surprise]
        if late > START_SECONDS:
            faults.append(f"the start took {took:.2f} s, {late:.2f} s of them its own")
        faults += check_all(self.server.target, BUCKET, self.writers)
        for client in self.passing:
            faults += client.faults(self.server.target)
        self.case(f"life {sampler.life}", faults)
        print(
            f"{self.kills[-1] / 60:6.1f} min  kill {sampler.life}: start {took:.2f} s, "
            f"{self.operations()} operations, {len(faults)} faults",
            flush=True,
        )

    def run(self, sampler):
        end = time.monotonic() + self.options.minutes * 60
        while (left := end - time.monotonic()) > 1 and not self.failed:
            self.life(sampler, min(self.options.kill_minutes * 60, left))

    def worked(self, sampler):
        """What has to have been at work, or the run proves nothing of it."""
        totals = {name: sampler.total(name) for name in ("scrub_passes", "lifecycle_applied")}
        totals["reclaimed_blobs"] = sampler.total("reclaimed_blobs")
        print(
            ", ".join(f"{name} {count}" for name, count in totals.items())
            + f", segments_unlinked {sampler.segments_gone}, "
            f"expired_keys {sum(c.gone for c in self.passing)}"
        )
        faults = [f"no {name}" for name, count in totals.items() if count == 0]
        findings = max(row["findings"] for row in sampler.rows)
        return faults + ([f"{findings} findings of the scrub"] if findings else [])

    def verdicts(self, sampler):
        seconds = sampler.rows[-1]["seconds"]
        warm_life = min(self.options.kill_minutes * 60 * WARM_LIFE_SHARE, WARM_LIFE_MOST)
        warm_run = min(seconds * WARM_RUN_SHARE, WARM_RUN_MOST)
        found = []
        for rule in RULES:
            stretches = sampler.stretches(rule, warm_life, warm_run)
            verdict = judge(rule, stretches, seconds)
            found.append(verdict)
            print(f"{rule.gauge:12} {verdict.text()}")
            self.case(rule.gauge, [] if verdict.flat else [verdict.text()])
            leak = with_leak(verdict, stretches, seconds)
            self.case(f"{rule.gauge} with a leak", ["is called flat"] if leak.flat else [])
        oldest = max(row["oldest_read"] for row in sampler.rows)
        print(f"{'oldest read':12} {oldest:.3f} s at most (bound {OLDEST_READ_SECONDS} s)")
        late = [f"{oldest:.1f} s"] if oldest > OLDEST_READ_SECONDS else []
        self.case("age of read transactions", late)
        return found


def main():
    options = arguments()
    out = Path(options.out or Path(options.build) / "soak")
    out.mkdir(parents=True, exist_ok=True)
    print(f"seed {options.seed}", flush=True)
    with Server(Path(options.build) / "torhaus", variables=VARIABLES) as server:
        assert SignedHttp(server.target).request("PUT", BUCKET).status == 200
        passing.prepare(server.target)
        soak = Soak(options, server)
        with Sampler(
            server, out / "samples.csv", options.sample_seconds, soak.operations
        ) as sampler:
            soak.run(sampler)
        soak.case("work in the background", soak.worked(sampler))
        verdicts = soak.verdicts(sampler)
        plot(sampler.rows, soak.kills, verdicts, out / "samples")
        server.stop()
        soak.case("verify", verified(server, wanted_orphans=0))
        print(
            f"{soak.operations()} operations acknowledged, {len(soak.kills)} kills, slowest start "
            f"{soak.slowest:.2f} s; samples and plot in {out}"
        )
        if soak.failed:
            print(f"server log:\n{server.log_tail()}")
    print(f"{soak.passed} passed, {soak.failed} failed")
    return 1 if soak.failed or not soak.passed else 0


if __name__ == "__main__":
    sys.exit(main())
