"""What page tests share: a fixed number of queries, and an open wizard."""

import re
from collections.abc import Callable
from html import unescape
from typing import TypeAlias

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activations.models import ActivationDraft
from activations.services import drafts
from connections.models import Destination
from tests import factories

CountQueries: TypeAlias = Callable[[str], int]

STATUS_FIELD = {
    "id": 1,
    "name": "VIP audience",
    "type": "list",
    "choices": ["realized", "existing", "exited"],
    "for_contact": True,
    "for_organisation": False,
}
OTHER_FIELDS = (
    {**STATUS_FIELD, "id": 2, "name": "Loyalty points", "type": "number", "choices": []},
    {**STATUS_FIELD, "id": 3, "name": "Half a list", "choices": ["realized"]},
    {**STATUS_FIELD, "id": 4, "name": "Reg No", "type": "string", "for_contact": False},
    {**STATUS_FIELD, "id": 5, "name": "Newsletter", "type": "string", "choices": []},
)
_ASKED = re.compile('hx-get="([^"]*)"')


def next_part(html: str) -> str:
    """What a part of a page asks for by itself; empty when it has all."""
    asked = _ASKED.search(html)
    return unescape(asked[1]) if asked else ""


def forecast_of(client: Client, draft: ActivationDraft) -> str:
    """What the forecast of the Review step says in the end."""
    url, answer = reverse("activations:draft-forecast", args=[draft.uuid]), ""
    while url:
        answer = client.get(url, headers={"HX-Request": "true"}).content.decode()
        url = next_part(answer)
    return " ".join(answer.split())


@pytest.fixture
def count_queries(signed_in: Client) -> CountQueries:
    """How many queries a page takes; the page must answer 200."""

    def count(path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert signed_in.get(path).status_code == 200
        return len(captured)

    return count


@pytest.fixture
def destination(db: None) -> Destination:
    """Enabled; its account's custom fields were read."""
    account = factories.AccountFactory(
        name="Acme Sell",
        contact_fields=[STATUS_FIELD, *OTHER_FIELDS],
        contact_fields_at=factories.NOON,
    )
    return factories.DestinationFactory(name="Zendesk CRM", account=account)


@pytest.fixture
def draft(destination: Destination, user: User) -> ActivationDraft:
    """A new wizard with the starting mappings and no audience."""
    return drafts.open_for(destination=destination, person=user)
