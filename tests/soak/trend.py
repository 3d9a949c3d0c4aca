"""Whether a gauge stays flat: the rule that the verdict goes by.

The slope is the median of the slopes of all pairs of samples (Theil, Sen), which a third of wild
samples cannot move. Pairs are taken within one stretch only: of what ends with the process
(memory, descriptors) a stretch is one life of it, of what stays (disk, records) it is the whole
run. Samples of a stretch's warm-up do not count. Growth is the slope times the length of the run,
as if nothing had been killed. A gauge grows when that is more than its bound."""

import dataclasses
import statistics

LEAST_PAIRS = 30
MOST_OF_A_STRETCH = 1500  # samples; beyond it every second, third … one counts


@dataclasses.dataclass(frozen=True)
class Rule:
    gauge: str
    of_process: bool  # ends with a kill
    share: float  # of the median, by which it may grow in the time of the run
    least: float  # or by so much, when that is more
    unit: float  # that it is shown in
    unit_name: str


RULES = (
    Rule("memory", True, 0.10, 24 << 20, 1 << 20, "MiB"),
    Rule("descriptors", True, 0.10, 8, 1, ""),
    Rule("disk", False, 0.20, 64 << 20, 1 << 20, "MiB"),
    Rule("entries", False, 0.10, 400, 1, ""),
)


@dataclasses.dataclass
class Verdict:
    rule: Rule
    middle: float
    growth: float
    bound: float
    pairs: int

    @property
    def flat(self):
        return self.pairs >= LEAST_PAIRS and self.growth <= self.bound

    def text(self):
        middle, growth, bound = (
            f"{x / self.rule.unit:,.1f}" for x in (self.middle, self.growth, self.bound)
        )
        name = self.rule.unit_name and f" {self.rule.unit_name}"
        said = "flat" if self.flat else "GROWING"
        if self.pairs < LEAST_PAIRS:
            said = "too few samples"
        return f"{said}: median {middle}{name}, growth {growth}{name} (bound {bound}{name})"


def slopes(stretch):
    """stretch: [(seconds, value)] in order."""
    step = -(-len(stretch) // MOST_OF_A_STRETCH)
    kept = stretch[:: max(step, 1)]
    return [
        (after[1] - before[1]) / (after[0] - before[0])
        for place, before in enumerate(kept)
        for after in kept[place + 1 :]
    ]


def judge(rule, stretches, seconds):
    """stretches: those of the gauge without their warm-up; `seconds`: the length of the run."""
    values = [value for stretch in stretches for _, value in stretch]
    middle = statistics.median(values) if values else 0
    all_slopes = [slope for stretch in stretches for slope in slopes(stretch)]
    growth = statistics.median(all_slopes) * seconds if all_slopes else 0
    return Verdict(rule, middle, growth, max(rule.share * middle, rule.least), len(all_slopes))


def with_leak(verdict, stretches, seconds):
    """The same samples and twice the bound more by the end: what the rule must not call flat."""
    rate = (2 * verdict.bound - min(verdict.growth, 0)) / seconds
    leaking = [[(at, value + rate * at) for at, value in stretch] for stretch in stretches]
    return judge(verdict.rule, leaking, seconds)
