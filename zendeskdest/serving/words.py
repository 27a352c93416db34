"""What `serve` says: the lines of its children with their name in front, and the summary."""

from collections.abc import Sequence
from dataclasses import dataclass

NAME_WIDTH = 7
RULE = "─" * 78
DIM, RESET = "\x1b[2m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Running:
    """What a person needs to know once everything runs."""

    url: str
    sign_in_url: str | None
    sandbox_url: str | None
    # Only of our own sandbox: a made-up token, the same on every machine.
    sandbox_token: str | None
    zendesk_url: str
    data_dir: str

    def as_json(self) -> dict[str, str | None]:
        return {
            "url": self.url,
            "sign_in_url": self.sign_in_url,
            "sandbox_url": self.sandbox_url,
            "sandbox_token": self.sandbox_token,
            "zendesk_url": self.zendesk_url,
        }


def line(*, name: str, text: str, has_colour: bool) -> str:
    """`web     | text`, our own words without a name stand under `serve`."""
    front = f"{name or 'serve':<{NAME_WIDTH}} |"
    return f"{DIM}{front}{RESET} {text}" if has_colour else f"{front} {text}"


def summary(running: Running) -> str:
    """A frame without sides: a link stays in one piece on any terminal."""
    rows: list[tuple[str, str, str]] = [("Open", f"{running.url}/", "")]
    if running.sign_in_url is not None:
        rows = [("Sign in", running.sign_in_url, "works once, within the hour")]
    if running.sandbox_url is not None:
        rows.append(("Sandbox", f"{running.sandbox_url}/", "the simulated Zendesk"))
        if running.sandbox_token is not None:
            rows.append(("Token", running.sandbox_token, "its Bearer Token"))
    else:
        rows.append(("Zendesk", running.zendesk_url, ""))
    rows.append(("Data", running.data_dir, ""))
    return "\n".join([RULE, "  zendeskdest is running", "", *_lines(rows), "", _STOP, RULE])


_STOP = "  Ctrl-C stops everything; the data stays."


def _lines(rows: Sequence[tuple[str, str, str]]) -> list[str]:
    return [
        f"  {label:<9}{value}{f'   ({remark})' if remark else ''}" for label, value, remark in rows
    ]
