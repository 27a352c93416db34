"""The pages of the product by the names people look for; knows no database and no person."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Place:
    """A page: `within` is the part of the product it is in, `also` what else it is called."""

    name: str
    url_name: str
    within: str = ""
    also: str = ""

    def rank(self, *, words: str) -> int | None:
        """0 where its name begins so, 1 where each word is in it, 2 where its other names help.

        None where a word is in none of them; capitals do not matter.
        """
        name, wanted = self.name.casefold(), words.casefold()
        everything = f"{name} {self.within} {self.also}".casefold()
        if name.startswith(wanted):
            return 0
        if all(word in name for word in wanted.split()):
            return 1
        return 2 if all(word in everything for word in wanted.split()) else None


PLACES: Final = (
    Place("Overview", "overview", also="start home"),
    Place("Catalog", "connections:catalog", "Destinations", "connect Zendesk"),
    Place("Browse", "activations:browse", "Destinations"),
    Place("Accounts", "connections:accounts", "Destinations", "tokens"),
    Place("System view", "activations:system", "Destinations"),
    Place("Activate audiences", "activations:choose", "Destinations", "export"),
    Place("Audiences", "activations:audiences", also="segments"),
    Place("Upload an audience", "activations:upload-new", "Audiences", "CSV file import"),
    Place("Profiles", "activations:people", also="look up person contact customer"),
    Place("Monitoring", "activations:monitoring", also="dataflow runs"),
    Place("Alerts", "connections:alerts", also="rules thresholds notifications"),
    Place("Alert history", "connections:alert-history", "Alerts"),
    Place("E-mail and webhooks", "connections:alert-messages", "Alerts"),
    Place("New webhook", "connections:webhook-new", "Alerts"),
    Place("Ingestion", "activations:ingestion", also="uploads"),
    Place("API keys", "activations:ingestion-api", "Ingestion", "HTTP API traffic"),
    Place("Data usage policies", "activations:policies", "Policies", "governance"),
    Place("New policy", "activations:policy-new", "Policies"),
    Place("Consent policies", "activations:consent-policies", "Policies", "governance"),
    Place("New consent policy", "activations:consent-policy-new", "Policies"),
    Place("Data usage labels", "activations:labels", "Policies", "governance"),
    Place("Label an attribute", "activations:labels-new", "Policies"),
    Place("Custom labels", "activations:custom-labels", "Policies"),
    Place("New custom label", "activations:custom-label-new", "Policies"),
    Place("People", "connections:people", also="users colleagues"),
    Place("Invite", "connections:person-invite", "People"),
    Place("Roles", "connections:roles", "People", "permissions access"),
    Place("New role", "connections:role-new", "People"),
    Place("Audit log", "activations:audit-log", also="history who changed what"),
    Place("Your settings", "connections:settings", also="time zone e-mail"),
    Place("Password", "connections:settings-password", "Your settings"),
)


def fitting(*, words: str) -> list[Place]:
    """Every page whose names hold all of the words; those whose own name does come first."""
    ranks = [(place.rank(words=words), place) for place in PLACES]
    found = [(rank, place) for rank, place in ranks if rank is not None]
    return [place for _, place in sorted(found, key=lambda pair: pair[0])]
