"""Who we are to Sell: the rules for a token and the answer to "whose is it?"; knows no network."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Credential:
    """The user and the account behind a token.

    The account's fields are None when the token may not read the account.
    """

    user_id: int
    user_name: str | None = field(repr=False)
    user_email: str | None = field(repr=False)
    account_id: int | None
    account_name: str | None
    subdomain: str | None


def checked_token(*, token: str) -> str:
    """The token, if a header can carry it. Raises ValueError, without repeating it."""
    if not token:
        raise ValueError("the token is empty")
    if not all(character.isprintable() and character <= "\xff" for character in token):
        raise ValueError("the token holds characters that an HTTP header cannot carry")
    if token != token.strip():
        raise ValueError("the token starts or ends with a blank")
    return token


def token_warning(*, token: str) -> str | None:
    """Words for a token that does not look like a personal access token of Sell.

    Zendesk's own libraries refuse anything but 64 characters without blanks; we only warn,
    because the length of an OAuth token is not documented.
    """
    if len(token) == 64 and not any(character.isspace() for character in token):
        return None
    return (
        "A personal access token of Zendesk Sell has 64 characters without blanks;"
        f" this one has {len(token)}."
    )
