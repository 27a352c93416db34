"""What may go wrong on the way to Zendesk, in toxiproxy's words; values only.

| verb         | what a request meets                                                 |
|--------------|----------------------------------------------------------------------|
| REFUSE       | nobody listens any more; connections that stand are reset            |
| DROP_SYN     | nobody answers who dials; connections that stand are reset           |
| BLACK_HOLE   | its bytes vanish, nothing reaches the sandbox, nothing comes back    |
| MUTE         | it reaches the sandbox, the answer vanishes                          |
| RESET_BEFORE | a reset (RST) before a byte of it was passed on                      |
| RESET_AFTER  | a reset after `answer_bytes` of the answer                           |
| CUT          | a clean end (FIN) after `answer_bytes` of the answer                 |
| DELAY        | the answer comes `seconds` ± `jitter` later                          |
| DRIP         | the answer comes at `bytes_per_second`                               |

Whether a request is struck is decided at its first bytes, by `chance` and by `matching`, a text
its head must hold (a token: then only the requests of one account are struck). A refused
or unanswered connection reaches nobody, so REFUSE and DROP_SYN count the connections they reset;
that the product was refused shows in its own records, that it dials in vain in `dialling`.
"""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    REFUSE = "refuse"
    DROP_SYN = "drop-syn"
    BLACK_HOLE = "black-hole"
    MUTE = "mute"
    RESET_BEFORE = "reset-before"
    RESET_AFTER = "reset-after"
    CUT = "cut"
    DELAY = "delay"
    DRIP = "drip"


# Of these the connections say that they happened, not the requests.
OF_CONNECTIONS = frozenset({Verb.REFUSE, Verb.DROP_SYN})


@dataclass(frozen=True, slots=True)
class Trouble:
    """One way to misbehave, and which requests meet it."""

    verb: Verb
    chance: float = 1.0
    matching: str = ""
    answer_bytes: int = 0
    seconds: float = 0.0
    jitter: float = 0.0
    bytes_per_second: float = 1.0


@dataclass(frozen=True, slots=True)
class Strike:
    """A request that met its trouble; `at` is monotonic seconds."""

    verb: Verb
    at: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What a line saw. A request lasts from its first byte to the last of its answer, or to the
    leaving of its client."""

    strikes: tuple[Strike, ...]
    requests: int
    longest_seconds: float

    @property
    def struck(self) -> Counter[Verb]:
        """How often each verb bit."""
        return Counter(strike.verb for strike in self.strikes)
