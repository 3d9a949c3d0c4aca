"""Who comes, in which numbers, and what must then be true of the server."""

import functools

from harness.signed_http import SignedHttp
from overload import crowds

# What a connection may cost, whatever its client does; one that reads an object holds a block.
# Beside it the server's own ups and downs.
CONNECTION_BYTES = 48 << 10
READER_BYTES = 160 << 10
SWING_BYTES = 64 << 20
# limits.transfer_memory: what the buffers of all bodies may take before they become small.
TRANSFER_BYTES = 32 << 20


class Scene:
    """`crowd` runs in `processes` processes, each with its part of `count`."""

    name = ""
    processes = 2
    each = CONNECTION_BYTES  # by which memory may grow for each client

    def __init__(self, count, seconds):
        self.count = count
        self.seconds = seconds

    def crowd(self, target, count):
        raise NotImplementedError

    def jobs(self, target):
        each = self.count // self.processes
        return [functools.partial(self.crowd, target, each) for _ in range(self.processes)]

    def judge(self, said, most, base):
        """What is wrong with what the crowd has seen and the server has held."""
        allowed = base.memory + TRANSFER_BYTES + SWING_BYTES + self.count * self.each
        if most.memory > allowed:
            grown = (most.memory - base.memory) / max(self.count, 1) / 1024
            return [f"{most.memory >> 20} MiB of memory: {grown:.0f} KiB a client"]
        return []

    def clean_up(self, target, said):
        """What a client that is done would do."""


class SlowHeads(Scene):
    name = "slow heads"

    def crowd(self, target, count):
        return crowds.slow_heads(target, count, self.seconds)

    def judge(self, said, most, base):
        left = sum(part["still there"] for part in said)
        late = [f"{left} heads had no end in {self.seconds} s"] if left else []
        return super().judge(said, most, base) + late


class SlowBodies(Scene):
    name = "slow bodies"

    def crowd(self, target, count):
        return crowds.slow_bodies(target, count, self.seconds)


class Idle(Scene):
    name = "idle"

    def crowd(self, target, count):
        return crowds.idle(target, count, self.seconds)

    def judge(self, said, most, base):
        gone = sum(part["cut off"] for part in said)
        early = [f"{gone} idle connections were closed early"] if gone else []
        return super().judge(said, most, base) + early


class SlowReaders(Scene):
    each = READER_BYTES
    name = "slow readers of a large object"

    def crowd(self, target, count):
        return crowds.slow_readers(target, count, self.seconds)


class Aborts(Scene):
    name = "aborts"
    each = 0
    processes = 4

    def jobs(self, target):
        client = SignedHttp(target)
        answer = client.request("POST", "akten", "ab/e", {"uploads": ""})
        self.upload = answer.body.decode().partition("<UploadId>")[2].partition("<")[0]
        client.close()
        return super().jobs(target)

    def crowd(self, target, count):
        return crowds.aborts(target, count, self.seconds, self.upload)

    def clean_up(self, target, said):
        client = SignedHttp(target)
        client.request("DELETE", "akten", "ab/e", {"uploadId": self.upload})
        client.close()

    def judge(self, said, most, base):
        few = sum(part["aborted"] for part in said)
        slow = [f"only {few} aborts in {self.seconds} s"] if few < self.count // 4 else []
        return super().judge(said, most, base) + slow


class Strangers(Scene):
    name = "wrong signatures"
    each = 0

    def crowd(self, target, count):
        return crowds.strangers(target, count, self.seconds)

    def judge(self, said, most, base):
        done = sum(part["wrong signatures"] for part in said)
        refused = sum(part["refused"] for part in said)
        passed = [f"{done - refused} of {done} were not refused"] if refused != done else []
        return super().judge(said, most, base) + passed


class Openers(Scene):
    name = "uploads that are never completed"
    each = 0
    processes = 4

    def crowd(self, target, count):
        return crowds.openers(target, count, self.seconds)

    def clean_up(self, target, said):
        for part in said:
            crowds.closers(target, part["uploads"])


def scenes(full):
    if full:
        return [
            Idle(10_000, 20),
            SlowHeads(10_000, 30),
            SlowBodies(4_000, 30),
            SlowReaders(2_000, 30),
            Aborts(100_000, 900),
            Strangers(1_000_000, 1800),
            Openers(10_000, 120),
        ]
    return [
        Idle(2_000, 4),
        SlowHeads(2_000, 10),
        SlowBodies(1_000, 5),
        SlowReaders(400, 6),
        Aborts(20_000, 15),
        Strangers(40_000, 8),
        Openers(10_000, 12),
    ]
