"""What a store may hold after a crash: for every key the acknowledged state and what was under
way."""

import dataclasses
import hashlib
import random


@dataclasses.dataclass(frozen=True)
class Value:
    """The bytes of an object, remembered as what makes them."""

    seed: int
    size: int
    parts: tuple = ()  # sizes, when they came as a multipart upload

    def bytes(self):
        return random.Random(self.seed).randbytes(self.size)

    def digest(self):
        return hashlib.sha256(self.bytes()).hexdigest()


ABSENT = None


class Keys:
    """The keys of one writer, who does one thing at a time. A crash leaves at most one change
    open."""

    def __init__(self):
        self.acknowledged = {}
        self.open = {}

    def begin(self, changes):
        """changes: {key: Value or ABSENT}; any of them may have happened from now on."""
        self.open = dict(changes)

    def done(self):
        for key, value in self.open.items():
            if value is ABSENT:
                self.acknowledged.pop(key, None)
            else:
                self.acknowledged[key] = value
        self.open = {}

    def refused(self):
        """The server answered that it did not do it."""
        self.open = {}

    def possible(self, key):
        states = [self.acknowledged.get(key)]
        if key in self.open:
            states.append(self.open[key])
        return states

    def known(self):
        return set(self.acknowledged) | set(self.open)

    def settle(self, key, state):
        """What was found after the restart is what counts from now on."""
        if state is ABSENT:
            self.acknowledged.pop(key, None)
        else:
            self.acknowledged[key] = state
        self.open.pop(key, None)
