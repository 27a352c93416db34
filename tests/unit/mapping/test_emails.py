"""What counts as an e-mail address."""

import pytest

from activations.mapping import emails

LONGEST = f"{'a' * 62}@{'.'.join(['b' * 63, 'c' * 63, 'd' * 63])}"


@pytest.mark.parametrize(
    "text", ["ann@example.org", "who?.1@example.org", "50%.1@example.org", "a@localhost", LONGEST]
)
def test_an_address_of_the_html_standard_is_valid(text: str) -> None:
    assert emails.is_valid(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ann",
        "ann@",
        "@example.org",
        "ann@example.org\n",
        " ann@example.org",
        "ann ek@example.org",
        "ann@@example.org",
        "ann@-example.org",
        "ann@example-.org",
        "ann@example..org",
        "ann@ex_ample.org",
        "änn@example.org",
        "ann@exämple.org",
        "ann@" + "b" * 64 + ".org",
        LONGEST.replace("@", "a@"),
    ],
)
def test_anything_else_is_not(text: str) -> None:
    assert not emails.is_valid(text)
