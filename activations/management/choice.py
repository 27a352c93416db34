"""Which destination does a person mean who typed its name?"""

import difflib

from connections.management.command import Problem, UsageProblem
from connections.models import Destination, DestinationStatus

_MOST_NAMES = 20


def find(name: str) -> Destination:
    """The destination of exactly this name. Raises UsageProblem that lists the names there are."""
    named = Destination.objects.exclude(status=DestinationStatus.DRAFT).select_related("account")
    found = named.filter(name=name).first()
    if found is not None:
        return found
    names = sorted(named.values_list("name", flat=True))
    raise UsageProblem(
        problems=[
            Problem("DESTINATION", f"There is no destination “{name}”. {_known(name, names)}")
        ],
        code="unknown-destination",
    )


def _known(name: str, names: list[str]) -> str:
    if not names:
        return "There is none at all yet: create one in the browser or with `apply`."
    if close := difflib.get_close_matches(name, names, n=1):
        return f"Do you mean “{close[0]}”?"
    listed = ", ".join(f"“{known}”" for known in names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return f"There are: {listed}{f' and {more} more' if more > 0 else ''}."
