"""The broken policies on the Review step: as a list, or each with its way as a path."""

from typing import Any

from django.http import HttpRequest

from activations.governance import lineage
from activations.governance.check import Violation
from activations.governance.lineage import Step
from activations.queries import origins
from activations.services.draft_content import Content
from connections.permissions import Permission
from connections.queries import people

# The others are told by their number.
MOST_LISTED = 10
_CATEGORIES = {"": "All", "attribute": "Attributes", "audience": "Audiences"}


def shown(request: HttpRequest, draft: Any, content: Content) -> dict[str, Any]:
    """`?view=path`, and `?about=attribute` or `audience` where there are both; four queries at
    most."""
    found = {
        "": content.violations,
        "attribute": tuple(one for one in content.violations if not one.is_of_audience),
        "audience": tuple(one for one in content.violations if one.is_of_audience),
    }
    about = request.GET.get("about", "")
    chosen = found.get(about) or content.violations
    is_path = request.GET.get("view") == "path"
    first = chosen[:MOST_LISTED]
    return {
        "violations": first,
        "more_violations": len(chosen) - len(first),
        "paths": _paths(draft, content, first) if is_path else (),
        "is_path": is_path,
        "categories": _categories(found, about) if found["attribute"] and found["audience"] else (),
        "whom_to_ask": _whom_to_ask(content),
    }


def _paths(
    draft: Any, content: Content, violations: tuple[Violation, ...]
) -> list[tuple[Violation, tuple[Step, ...]]]:
    known = origins.of(
        violations=violations, audience_ids=[row.audience for row in content.schedule]
    )
    destination = draft.destination
    return [
        (
            violation,
            lineage.steps(
                violation=violation,
                origin=origin,
                destination=destination.name,
                actions=destination.marketing_action_names,
            ),
        )
        for violation, origin in zip(violations, known, strict=True)
    ]


def _categories(
    found: dict[str, tuple[Violation, ...]], about: str
) -> list[tuple[str, str, int, bool]]:
    """Key, words, how many, and whether it is the one that is shown."""
    current = about if about in found else ""
    return [(key, label, len(found[key]), key == current) for key, label in _CATEGORIES.items()]


def _whom_to_ask(content: Content) -> str:
    """A sentence about who can do something about the first violation; one query at most."""
    if not content.violations:
        return ""
    is_of_policy = bool(content.violations[0].marketing_actions)
    permission = Permission.MANAGE_POLICIES if is_of_policy else Permission.APPLY_LABELS
    names = people.few_who_may(permission=permission) or "nobody here yet"
    return f"{'Policies are managed' if is_of_policy else 'Labels are put on'} by {names}."
