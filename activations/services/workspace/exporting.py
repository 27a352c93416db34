"""What of the workspace is written to a file: no drafts, and no audience that means nothing yet."""

from dataclasses import replace

from activations.services.workspace import current
from activations.services.workspace.values import Workspace


def load() -> Workspace:
    """The workspace to export; applying it changes nothing."""
    workspace = current.load()
    activated = {
        activation.audience
        for destination in workspace.destinations
        for activation in destination.activations or ()
    }
    return replace(
        workspace,
        audiences=tuple(
            entry
            for entry in workspace.audiences
            if entry.name or entry.labels or entry.reference in activated
        ),
    )
