"""Which labelled audiences do destinations activate?"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from activations.governance.check import Activated, Rulebook
from activations.models import Activation
from connections.models import Destination


def activated(
    *, rulebook: Rulebook, destination: Destination | None = None
) -> Mapping[int, Sequence[Activated]]:
    """By the key of the destination, one of them or all; no query where no audience is labelled.

    Their row is always the first: among stored ones it would move as soon as another is labelled.
    """
    found: dict[int, list[Activated]] = defaultdict(list)
    references = {audience.key: name for name, audience in rulebook.audiences.items()}
    if not references:
        return found
    rows = Activation.objects.order_by("pk")
    if destination is not None:
        rows = rows.filter(destination=destination)
    keys = rows.filter(audience__in=references)
    for owner, key, mapping_id in keys.values_list("destination_id", "audience_id", "mapping_id"):
        found[owner].append(Activated(0, references[key], mapping_id))
    return found


def codes(*, of: Sequence[Activated], rulebook: Rulebook) -> list[tuple[str, ...]]:
    """The labels of each."""
    known = rulebook.audiences
    return [known[one.reference].codes for one in of if one.reference in known]
