"""The simple collections: one implementation, so one set of rules for all."""

from typing import Any

import pytest

from connections.zendesk.sandbox.resources import RESOURCES, WRITE, Resource

from .caller import Caller

SAMPLES: dict[str, Any] = {
    **dict.fromkeys(("line", "text"), "x"),
    **dict.fromkeys(("id", "int"), 1),
    "about": "contact",
}
WRITABLE = [resource for resource in RESOURCES.values() if resource.actions == WRITE]


def sample(resource: Resource) -> dict[str, Any]:
    return {group[0]: SAMPLES[resource.types[group[0]]] for group in resource.needs}


def path(caller: Caller, resource: Resource) -> str:
    """Where the resource lives; what it lives under is made first."""
    if not resource.parent:
        return f"/v2/{resource.name}"
    parent = RESOURCES["", resource.parent]
    made = caller.call("POST", f"/v2/{parent.name}", sample(parent)).data["id"]
    return f"/v2/{parent.name}/{made}/{resource.name}"


@pytest.mark.parametrize("resource", WRITABLE, ids=lambda resource: resource.name)
def test_a_record_is_created_read_listed_updated_and_deleted(
    caller: Caller, resource: Resource
) -> None:
    where = path(caller, resource)
    created = caller.call("POST", where, sample(resource))
    assert (created.status, created.json["meta"]) == (200, {"type": resource.kind})
    one = f"{where}/{created.data[resource.key]}"
    assert caller.get(one).data == created.data
    assert caller.get(where).json["items"] == [created.json]
    caller.hands.now += 5
    updated = caller.call("PUT", one, {})
    assert updated.data["updated_at"] > created.data["created_at"]
    assert caller.call("DELETE", one).status == 204
    assert (caller.get(one).status, caller.get(where).json["items"]) == (404, [])


@pytest.mark.parametrize("resource", WRITABLE, ids=lambda resource: resource.name)
def test_an_empty_record_lacks_what_it_needs(caller: Caller, resource: Resource) -> None:
    where = path(caller, resource)
    answer = caller.call("POST", where, {"bogus": 1})
    needed = [("missing", f"/{group[0]}") for group in resource.needs]
    assert (answer.status, answer.faults) == (422, [("unknown", "/bogus"), *needed])


@pytest.mark.parametrize("name", ["users", "pipelines", "stages"])
def test_seeded_collections_can_only_be_read(caller: Caller, name: str) -> None:
    items = caller.get(f"/v2/{name}").json["items"]
    assert caller.get(f"/v2/{name}/{items[0]['data']['id']}").status == 200
    assert caller.call("POST", f"/v2/{name}", {}).status == 404


def test_users_can_be_filtered(caller: Caller) -> None:
    (item,) = caller.get("/v2/users?role=admin&email=admin@example.com").json["items"]
    assert item["data"]["id"] == 7
    assert caller.get("/v2/users?ids=8,9").json["meta"]["count"] == 1
    assert caller.get("/v2/users?sort_by=id:desc&status=active").json["meta"]["count"] == 2


def test_records_below_a_parent_that_is_not_there_are_not_found(caller: Caller) -> None:
    assert caller.get("/v2/orders/99/line_items").status == 404
    assert caller.call("POST", "/v2/deals/99/associated_contacts", {}).status == 404


def test_a_lead_needs_a_last_name_or_an_organization(caller: Caller) -> None:
    assert caller.call("POST", "/v2/leads", {}).faults == [("missing", "/last_name")]
    assert caller.call("POST", "/v2/leads", {"organization_name": "Acme"}).status == 200


def test_decimals_of_a_deal_are_strings(caller: Caller) -> None:
    deal = {"name": "New site", "contact_id": caller.person(), "value": 11.12}
    assert caller.call("POST", "/v2/deals", deal).data["value"] == "11.12"


def test_pages_of_some_collections_may_be_longer(caller: Caller) -> None:
    assert caller.get("/v2/products?per_page=500").status == 200
    assert caller.get("/v2/deals?per_page=500").status == 400


def test_deals_and_leads_have_definitions_too(caller: Caller) -> None:
    for owner in ("lead", "deal", "prospect_and_customer"):
        assert caller.get(f"/v2/{owner}/custom_fields").json["items"] == []


def test_account_and_user_are_shown_to_a_token_with_the_profile_scope(caller: Caller) -> None:
    assert caller.get("/v2/accounts/self").data["subdomain"] == "sandbox"
    assert caller.get("/v2/users/self").data["id"] == 7
    caller.sandbox.tokens.add(value="reader", scopes=["read"])
    bearer: dict[str, str | None] = {"Authorization": "Bearer reader"}
    refused = caller.call("GET", "/v2/users/self", headers=bearer)
    assert (refused.status, refused.faults) == (403, [("insufficient_scope", None)])
    assert caller.call("GET", "/v2/contacts", headers=bearer).status == 200
    assert caller.call("POST", "/v2/contacts", {}, headers=bearer).status == 403
