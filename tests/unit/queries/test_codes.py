"""Every code has a meaning and a next step, in the pages and in docs/codes.md alike."""

import re

import pytest

from activations.deliveries.settlement import KILLS_WORKERS
from activations.queries import codes
from activations.rendering import MAPPING_ERROR
from activations.terms import ExclusionCode
from connections.zendesk import errors
from tests.sources import ROOT

OUTCOMES = (
    errors.Rejected(400, "invalid_param", None, "", (), None),
    errors.Rejected(404, "not_found", None, "", (), None),
    errors.Rejected(409, "x", None, "", (), None),
    errors.Rejected(422, "unknown", None, "", (), None),
    errors.Rejected(422, "incorrect_value", None, "", (), None),
    errors.Rejected(422, "invalid_type", None, "", (), None),
    errors.Rejected(422, "something new", None, "", (), None),
    errors.NotSent("refused"),
    errors.Unknown("it fell over", 503),
    errors.Unknown("it fell over", 500, "internal"),
    errors.Throttled(429, None),
)
FAILURES = (*(o.failure_code for o in OUTCOMES), MAPPING_ERROR, KILLS_WORKERS)
RESERVED = {ExclusionCode.POLICY}


@pytest.mark.parametrize("code", FAILURES)
def test_a_failure_code_says_what_happened_and_what_to_do(code: str) -> None:
    assert codes.meaning(code=code) not in ("", code, "Zendesk refused the contact")
    assert codes.remedy(code=code)


@pytest.mark.parametrize("code", sorted(set(ExclusionCode) - RESERVED))
def test_an_exclusion_code_says_what_to_do(code: ExclusionCode) -> None:
    assert codes.meaning(code=code) == code.label
    assert codes.remedy(code=code)


def test_a_code_nobody_knows_is_not_explained_away() -> None:
    assert codes.meaning(code="zendesk-451") == "Zendesk refused the contact"
    assert codes.meaning(code="of-tomorrow") == "of-tomorrow"
    assert codes.remedy(code="of-tomorrow") == ""


@pytest.mark.parametrize("code", [*ExclusionCode, MAPPING_ERROR, KILLS_WORKERS, "network"])
def test_the_documentation_lists_the_code(code: str) -> None:
    listed = re.findall(r"`([a-z0-9_.-]+)`", (ROOT / "docs" / "codes.md").read_text())

    assert code in listed
