"""The people and the answers that the tests of the client share."""

from connections.zendesk.client import Client
from connections.zendesk.contact import Contact

TOKEN = "0123456789abcdef" * 4
ADA = Contact(
    email="ada+1@example.org",
    attributes={"first_name": "Ada", "last_name": "Byron"},
    custom_fields={"VIP audience": "realized"},
)
ADA_IN_SELL = {
    "data": {
        "id": 1001,
        "first_name": "Ada",
        "last_name": "Byron",
        "email": "ada+1@example.org",
        "custom_fields": {"VIP audience": "realized"},
    },
    "meta": {"type": "contact"},
}


def client_of(url: str, **options) -> Client:
    return Client(
        base_url=url,
        allow_http=url.startswith("http://"),
        **{"token": TOKEN, "deadline_seconds": 5.0, **options},
    )


def errors_body(*errors: dict) -> dict:
    """Sell's error envelope."""
    return {
        "errors": [{"error": error, "meta": {"type": "error"}} for error in errors],
        "meta": {"type": "errors", "logref": "aaaaa-bbbbb-ccccc-ddddd"},
    }
