"""Prometheus' text format 0.0.4: families of samples as lines; knows no destination."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Labels: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sample:
    """One number; `suffix` is empty but for the parts of a histogram."""

    labels: Labels
    value: float
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """What is measured: `kind` is gauge, counter or histogram."""

    name: str
    kind: str
    meaning: str
    samples: Iterable[Sample]

    def lines(self) -> Iterator[str]:
        """Head and samples, without line ends."""
        yield f"# HELP {self.name} {self.meaning}"
        yield f"# TYPE {self.name} {self.kind}"
        for sample in self.samples:
            labels = ",".join(f'{key}="{_escaped(text)}"' for key, text in sample.labels.items())
            yield f"{self.name}{sample.suffix}{{{labels}}} {_number(sample.value)}"


def text(*, families: Iterable[Family]) -> str:
    """All families as one document."""
    return "".join(f"{line}\n" for family in families for line in family.lines())


def histogram(
    *, labels: Labels, counts: Mapping[str, int], bounds: Iterable[str], total: float
) -> Iterator[Sample]:
    """A histogram from the count of each bucket alone; `total` is the sum of what was measured."""
    running = 0
    for bound in bounds:
        running += counts.get(bound, 0)
        yield Sample({**labels, "le": bound}, running, "_bucket")
    yield Sample(labels, total, "_sum")
    yield Sample(labels, running, "_count")


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.3f}"
