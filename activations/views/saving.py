"""Why something of data governance could not be saved, said in its form."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from activations.services.custom_labels import LabelTaken
from activations.services.labels import LabelledAlready
from activations.services.policy_check import WouldBreak
from activations.services.policy_names import NameTaken
from connections.labelled import UnknownLabel
from connections.marks import ChangedMeanwhile


@contextmanager
def refusals_in(form: Any) -> Iterator[None]:
    """The form is not valid any more where what is done within was refused."""
    try:
        yield
    except (NameTaken, LabelTaken) as problem:
        form.add_error("name", str(problem))
    except LabelledAlready as problem:
        form.add_error("path", str(problem))
    except UnknownLabel as problem:
        form.add_error("labels", str(problem))
    except ChangedMeanwhile as problem:
        form.take_conflict(problem.current)
    except WouldBreak as problem:
        form.take_refusal(problem.sentences)
