"""Poison for the workers of the rig: profiles that make the mapping raise, or kill its process.

Fault injection from outside, and the only kind here that reaches into the product: the mapping
stage is wrapped when Django is ready, in processes that are given `POISONED_SETTINGS`. The product
knows nothing of it. What a profile does is its attribute `torture.poison`.
"""

import os
import signal
from datetime import datetime

from django.apps import AppConfig

from activations.mapping import transform
from activations.mapping.plan import Plan

RAISE, KILL = "raise", "kill"
# For a worker's DJANGO_SETTINGS_MODULE.
POISONED_SETTINGS = "tests.torture.poisoned_settings"

_render = transform.render


class Poisoned(Exception):
    """A fault in the mapping stage that nobody thought of."""


class PoisonedWorker(AppConfig):
    name = "tests.torture.poisoned_worker"
    label = "poisoned_worker"

    def ready(self) -> None:
        # The one name that `activations.rendering` calls.
        vars(transform)["render"] = render


def render(*, profile: transform.ProfileView, plan: Plan, at: datetime) -> transform.Rendered:
    """What the product does, unless the profile is poison."""
    marks = profile.attributes.get("torture")
    poison = marks.get("poison") if isinstance(marks, dict) else None
    if poison == RAISE:
        raise Poisoned
    if poison == KILL:
        os.kill(os.getpid(), signal.SIGKILL)
    return _render(profile=profile, plan=plan, at=at)
