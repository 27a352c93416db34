"""What audiences are called, ten thousand of them as well as one: a single query."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from activations.models import Audience
from activations.queries import sight

# Beyond so many keys, reading every audience is faster than naming each; SQLite takes only so
# many parameters anyway.
MOST_BY_KEY = 500


@dataclass(frozen=True, slots=True)
class Label:
    """An audience's name and reference, without the rest of its row."""

    key: int
    name: str
    namespace: str
    external_id: str

    def __str__(self) -> str:
        return self.name or f"{self.namespace}/{self.external_id}"


def of(*, audience_ids: Collection[int]) -> dict[int, Label]:
    """Those that exist and may be seen, by name, those without a name last."""
    wanted = set(audience_ids)
    found = sight.audiences(Audience.objects.order_by("name", "pk"))
    if len(wanted) <= MOST_BY_KEY:
        found = found.filter(pk__in=wanted)
    rows = found.values_list("pk", "name", "namespace", "external_id")
    labels = [Label(*row) for row in rows if row[0] in wanted]
    return {label.key: label for label in sorted(labels, key=lambda label: not label.name)}


class Names(Mapping[int, str]):
    """The same as texts by key, read when the first of them is asked for."""

    def __init__(self, audience_ids: Collection[int]) -> None:
        self._audience_ids = audience_ids

    @cached_property
    def _known(self) -> dict[int, str]:
        return {key: str(label) for key, label in of(audience_ids=self._audience_ids).items()}

    def __getitem__(self, key: int) -> str:
        return self._known[key]

    def __iter__(self) -> Iterator[int]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)
