"""Who we talk to, as rows."""

from connections.models.accounts import Account, AccountStatus
from connections.models.alerts import Alert
from connections.models.destinations import Destination, DestinationStatus
from connections.models.pacing import TokenPace
from connections.models.people import Person, SignInLink

__all__ = [
    "Account",
    "AccountStatus",
    "Alert",
    "Destination",
    "DestinationStatus",
    "Person",
    "SignInLink",
    "TokenPace",
]
