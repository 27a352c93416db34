"""Lists and filters of contacts."""

from urllib.parse import quote

import pytest

from .caller import Caller


def ids(caller: Caller, query: str) -> list[int]:
    answer = caller.get(f"/v2/contacts?{query}")
    assert answer.status == 200, answer.body
    return [item["data"]["id"] for item in answer.json["items"]]


@pytest.mark.parametrize(
    "query",
    [
        "email=ANN@example.org",
        "last_name=EK",
        "name=ann%20ek",
        "name=Ann+Ek",
        "mobile=1",
        "customer_status=current",
        "is_organization=false&email=ann@example.org",
        "creator_id=7&first_name=Ann",
        "address[city]=Lund",
        "address%5Bcity%5D=Lund",
        "custom_fields%5BVIP%20audience%5D=realized",
    ],
)
def test_filters_find_the_contact_they_describe(caller: Caller, query: str) -> None:
    caller.person(last_name="Other", email="other@example.org", customer_status="past")
    ann = caller.person(
        first_name="Ann",
        email="ann@example.org",
        mobile="1",
        customer_status="current",
        address={"city": "Lund"},
        custom_fields={"VIP audience": "realized"},
    )
    assert ids(caller, query) == [ann]


@pytest.mark.parametrize(
    "query",
    [
        *("email=", "page=0", "page=x", "per_page=0", "ids=x", "sort_by=bogus", "owner_id=x"),
        *("is_organization=yes", "includes=x", "email=a&email=b", "custom_fields[VIP audience]="),
        *("custom_fields[Nope]=x", "sort_by=custom_fields:Score", "inclusive=true"),
        "ids=" + ",".join(map(str, range(101))),
    ],
)
def test_a_parameter_that_cannot_be_is_refused(caller: Caller, query: str) -> None:
    answer = caller.get(f"/v2/contacts?{quote(query, safe='=&,:')}")
    assert (answer.status, answer.faults) == (400, [("invalid_param", None)])


def test_every_bad_parameter_is_named(caller: Caller) -> None:
    assert len(caller.get("/v2/contacts?nope=1&per_page=200&email=").errors) == 3


def test_lists_are_sorted_by_last_name_with_nulls_last_and_ties_by_id(caller: Caller) -> None:
    acme = caller.create(is_organization=True, name="Acme").data["id"]
    contacts = [caller.person(last_name=name) for name in ("b", "A", "b", "C")]
    assert ids(caller, "") == [contacts[1], contacts[0], contacts[2], contacts[3], acme]
    by_name = ids(caller, "sort_by=last_name:desc")
    assert by_name == [contacts[3], contacts[0], contacts[2], contacts[1], acme]
    assert ids(caller, "sort_by=id:desc") == [*reversed(contacts), acme]


def test_lists_can_be_sorted_by_a_filterable_field(caller: Caller) -> None:
    plain = caller.person()
    late, early = (
        caller.person(custom_fields={"VIP audience": status}) for status in ("realized", "exited")
    )
    assert ids(caller, "sort_by=custom_fields:VIP+audience:desc") == [late, early, plain]


def test_ids_not_there_are_simply_absent(caller: Caller) -> None:
    contact = caller.person()
    assert ids(caller, f"ids={contact},99") == [contact]


def test_links_lead_through_all_pages(caller: Caller) -> None:
    contacts = [caller.person() for _ in range(5)]
    found, path = [], "/v2/contacts?per_page=2&last_name=ek"
    while path:
        page = caller.get(path).json
        found += [item["data"]["id"] for item in page["items"]]
        path = page["meta"]["links"].get("next_page", "").removeprefix(caller.running.url)
    assert found == contacts


def test_a_list_shows_a_change_of_email(caller: Caller) -> None:
    contact = caller.person(email="old@example.org")
    caller.put(contact, email="new@example.org")
    assert ids(caller, "email=old@example.org") == []
    assert ids(caller, "email=new@example.org") == [contact]


def test_an_upsert_can_join_its_filters_with_or(caller: Caller) -> None:
    contact = caller.person(email="a@example.org")
    path = "/v2/contacts/upsert?email=a@example.org&phone=1"
    both = caller.call("POST", path, {"last_name": "New"})
    assert both.data["id"] != contact
    either = caller.call("POST", f"{path}&inclusive=false", {"title": "CEO"})
    assert either.data["id"] == contact
    assert caller.call("POST", f"{path}&inclusive=maybe", {"title": "CEO"}).status == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", "/v2/contacts/"), ("GET", "/v2/contacts.json"), ("GET", "/v2/contacts/x")),
        *(("PATCH", "/v2/contacts/1"), ("DELETE", "/v2/contacts"), ("GET", "/v2/contacts/upsert")),
        *(("PUT", "/v2/users/7"), ("POST", "/v2/pipelines"), ("GET", "/v2/")),
    ],
)
def test_a_path_or_verb_that_is_none_is_an_incorrect_path(
    caller: Caller, method: str, path: str
) -> None:
    answer = caller.call(method, path)
    assert (answer.status, answer.faults) == (404, [("incorrect_path", None)])
