"""Which pages there are: read from the URL configuration, so that a new one is among them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.urls import resolve

from connections import access

# Answers that are no page, each with the reason. What only takes POST is left out by itself.
NO_PAGES = {
    "home": "leads to the overview",
    "connections:home": "leads to the catalog",
    "activations:activate": "leads to a draft",
    "healthz": "for machines",
    "readyz": "for machines",
    "metrics": "for machines",
    "activations:profiles-csv": "a file",
    "activations:upload-rejects": "a file",
    "activations:audit-log-csv": "a file",
    "activations:audit-log-json": "a file",
    "activations:audit-log-rail": "a part that a click on a row of the audit log brings",
    "activations:destination-live": "a part that the destination page asks for",
    "activations:upload-live": "a part that the page of an upload asks for",
    "activations:activate-now": "a dialog that Activate now asks for, about chosen audiences",
    "activations:browse-rail": "a part that a click on a row of Browse brings",
    "connections:catalog-rail": "a part that a click on a card of the catalog brings",
    "connections:rename": "a part that a row of Browse asks for; by itself it leads to Edit",
    "activations:draft-forecast": "a part that Review asks for",
    "activations:draft-mapping-sources": "a part that the picker asks for",
    "activations:draft-mapping-source": "a part that the picker asks for",
    "activations:draft-mapping-targets": "a part that the picker asks for",
    "activations:draft-mapping-target": "a part that the picker asks for",
    "connections:bell": "a part that every page asks for",
    "connections:bell-panel": "a part that every page asks for",
}
# Whose page it is, where it is not the administrator's; "" is a stranger's.
WHO = {"login": "", "sign-in-link": "", "welcome": "newcomer"}


@dataclass(frozen=True, slots=True)
class Visit:
    """One address and who opens it; `name` is fit for a file."""

    route: str
    path: str
    name: str
    by: str = "ann"

    @property
    def who(self) -> str:
        return WHO.get(self.route, self.by)


def visits(*, objects: Mapping[str, Sequence[str]], more: Sequence[str] = ()) -> list[Visit]:
    """Every address of the product, and `more`.

    `objects` tells what stands where an address has parameters: the longest known start of an
    address counts. Such addresses are left out when there is nothing at all.
    """
    counted: Counter[str] = Counter()
    found = []
    for route, path in [*_addresses(objects), *((_route_of(path), path) for path in more)]:
        counted[route] += 1
        number = f"-{counted[route]}" if counted[route] > 1 else ""
        name = route.rpartition(":")[2] + number
        found.append(Visit(route=route, path=f"/{path}", name=name))
    return found


def one_of_each(visits: Sequence[Visit]) -> list[Visit]:
    """The first of each kind of page."""
    first: dict[str, Visit] = {}
    for visit in visits:
        first.setdefault(visit.route, visit)
    return list(first.values())


def _addresses(objects: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    for route in access.routes():
        for path in _filled(route.pattern, objects):
            yield route.name, path


def _filled(pattern: str, objects: Mapping[str, Sequence[str]]) -> Iterator[str]:
    if "<" not in pattern:
        yield pattern
        return
    if not objects:
        return
    start = max((known for known in objects if pattern.startswith(known)), key=len, default="")
    for there in objects.get(start, [""]):
        path = there + pattern.removeprefix(start)
        assert "<" not in path, f"Say in tests/browser/scene what stands at /{pattern}"
        yield path


def _route_of(path: str) -> str:
    return resolve("/" + path.partition("?")[0]).view_name
