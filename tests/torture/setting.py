"""What a scenario stands on: times, pace, latency, workspace. Short times make a run short."""

from collections.abc import Mapping
from dataclasses import dataclass, field

TOKEN = "7" * 64
VIP = "7841ba61-23c1-4bb3-a495-00d3a5fe1e93"
NEWS = "0f9d2c11-5b7e-4f0a-9d60-6d5f2b0c9a77"

# Sends one request each 118 ms, as against the real Zendesk.
REAL_PACE = 8.47

_MAPPINGS = """\
      - {source: "IdentityMap: Email", target: "Identity: email"}
      - {source: "xdm: person.name.lastName", target: "xdm: last_name"}
      - {source: "xdm: person.name.firstName", target: "xdm: first_name"}
      - {source: "xdm: mobilePhone.number", target: "xdm: mobile"}
      - {source: "xdm: loyalty.tier", target: "xdm: custom_fields.Loyalty tier"}
      - {source: "xdm: loyalty.points", target: "xdm: custom_fields.Loyalty points"}
"""

WORKSPACE = f"""\
version: 1
accounts:
  - {{name: Torture, platform: zendesk-sell, token_env: TORTURE_TOKEN}}
audiences:
  - {{id: {VIP}, name: VIP customers}}
  - {{id: {NEWS}, name: Newsletter}}
destinations:
  - name: Torture
    account: Torture
    mappings:
{_MAPPINGS}\
    audiences:
      - {{audience: "ups/{VIP}", mapping_id: VIP audience, start: 2026-01-01}}
      - {{audience: "ups/{NEWS}", mapping_id: Newsletter audience, start: 2026-01-01}}
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """Seconds and requests per second; 0 requests per second is no pacing."""

    rate: float = 500.0
    deadline: float = 2.0
    lease: float = 6.0
    settle: float = 3.0
    # What the sandbox takes for every answer.
    latency: float = 0.02
    # The sandbox answers 429 above 10 per second and token, as the real one.
    is_throttling: bool = False
    # Between product and sandbox stands `tests.torture.proxy.serve`.
    has_proxy: bool = False
    # PostgreSQL comes with Redis; a scenario on SQLite has none.
    workspace: str = WORKSPACE
    tokens: tuple[str, ...] = (TOKEN,)
    # Words for `manage.py sandbox`, and variables for the product's processes.
    sandbox_words: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_real_pace(self) -> bool:
        return 0 < self.rate <= 10

    def variables(self) -> dict[str, str]:
        """The environment the product reads these from."""
        return {
            "ZENDESK_REQUESTS_PER_SECOND": str(self.rate),
            "DELIVERY_DEADLINE_SECONDS": str(self.deadline),
            "DELIVERY_LEASE_SECONDS": str(self.lease),
            "DELIVERY_SETTLE_SECONDS": str(self.settle),
            "TORTURE_TOKEN": self.tokens[0],
            **self.environment,
        }
