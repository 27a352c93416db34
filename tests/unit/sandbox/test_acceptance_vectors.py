"""The thirty requests every simulator of Sell answers alike (S1 to S30)."""

import re

from .caller import Caller, calling

UPSERT = "/v2/contacts/upsert"


def test_s1_a_request_without_user_agent_is_refused(caller: Caller) -> None:
    answer = caller.call("GET", "/v2/users/self", headers={"User-Agent": None})
    assert (answer.status, answer.faults) == (400, [("invalid_user_agent", None)])


def test_s2_an_unknown_token_is_unauthorised_and_names_the_request(caller: Caller) -> None:
    answer = caller.call("GET", "/v2/users/self", headers={"Authorization": "Bearer INVALID"})
    assert (answer.status, answer.faults) == (401, [("unauthorized", None)])
    assert answer.json["meta"]["logref"] == answer.headers["X-Request-Id"]
    assert re.fullmatch(r"[0-9a-z]{5}(-[0-9a-z]{5}){3}", answer.headers["X-Request-Id"])
    assert answer.json["meta"]["http_status"] == "401 Unauthorized"


def test_s3_an_unknown_parameter_is_refused(caller: Caller) -> None:
    answer = caller.get("/v2/users/self?unknown=param")
    assert (answer.status, answer.faults) == (400, [("invalid_param", None)])
    assert "'unknown'" in answer.errors[0]["details"]


def test_s4_a_path_that_is_no_route_differs_from_one_outside_the_api(caller: Caller) -> None:
    inside = caller.get("/v2/nope")
    outside = caller.call("GET", "/openapi.json", headers={"Authorization": None})
    assert (inside.status, inside.faults) == (404, [("incorrect_path", None)])
    assert (outside.status, outside.faults) == (404, [("not_found", None)])


def test_s5_a_person_needs_a_last_name(caller: Caller) -> None:
    answer = caller.create()
    assert (answer.status, answer.faults) == (422, [("missing", "/last_name")])


def test_s6_an_organization_needs_a_name(caller: Caller) -> None:
    answer = caller.create(is_organization=True)
    assert (answer.status, answer.faults) == (422, [("missing", "/name")])


def test_s7_a_last_name_of_blanks_is_blank(caller: Caller) -> None:
    answer = caller.create(last_name=" ")
    assert (answer.status, answer.faults) == (422, [("blank", "/last_name")])


def test_s8_every_failing_attribute_is_named_in_the_order_sent(caller: Caller) -> None:
    answer = caller.create(last_name="X", bogus=1, email=5)
    assert answer.status == 422
    assert answer.faults == [("unknown", "/bogus"), ("invalid_type", "/email")]
    assert {error["resource"] for error in answer.errors} == {"contact"}


def test_s9_a_body_without_data_is_an_incorrect_payload(caller: Caller) -> None:
    answer = caller.call("POST", "/v2/contacts", raw=b'{"last_name":"X"}')
    assert (answer.status, answer.faults) == (422, [("incorrect_payload", None)])


def test_s10_a_body_that_is_no_json_is_an_invalid_payload(caller: Caller) -> None:
    answer = caller.call("POST", "/v2/contacts", raw=b"{")
    assert (answer.status, answer.faults) == (400, [("invalid_payload", None)])


def test_s11_a_contact_with_only_a_last_name_is_shown_in_full(caller: Caller) -> None:
    answer = caller.create(last_name="Ek")
    assert answer.status == 200
    assert answer.data["name"] == answer.data["last_name"] == "Ek"
    assert (answer.data["tags"], answer.data["custom_fields"]) == ([], {})
    assert (answer.data["creator_id"], answer.data["owner_id"]) == (7, 7)
    assert answer.json["meta"] == {"type": "contact"}


def test_s12_two_contacts_may_have_the_same_email(caller: Caller) -> None:
    first, second = (caller.create(last_name="Ek", email="a@example.org") for _ in range(2))
    assert (first.status, second.status) == (200, 200)
    assert first.data["id"] != second.data["id"]


def test_s13_tags_are_replaced_as_a_whole(caller: Caller) -> None:
    contact = caller.person(tags=["a"])
    assert caller.put(contact, tags=["b"]).data["tags"] == ["b"]


def test_s14_custom_fields_not_named_stay(caller: Caller) -> None:
    contact = caller.person(custom_fields={"VIP audience": "realized"})
    answer = caller.put(contact, custom_fields={"Score": 7})
    assert answer.data["custom_fields"] == {"VIP audience": "realized", "Score": "7"}


def test_s15_choices_compare_with_case(caller: Caller) -> None:
    answer = caller.put(caller.person(), custom_fields={"VIP audience": "Realized"})
    assert answer.status == 422
    assert answer.faults == [("incorrect_value", "/custom_fields/VIP audience")]


def test_s16_a_field_of_organizations_is_unknown_for_people(caller: Caller) -> None:
    answer = caller.put(caller.person(), custom_fields={"Reg No": "1"})
    assert (answer.status, answer.faults) == (422, [("unknown", "/custom_fields/Reg No")])


def test_s17_a_person_stays_a_person(caller: Caller) -> None:
    contact = caller.person()
    answer = caller.put(contact, is_organization=True)
    assert (answer.status, answer.faults) == (422, [("incorrect_value", "/is_organization")])
    assert caller.put(contact, is_organization=False).status == 200


def test_s18_a_deleted_contact_is_gone(caller: Caller) -> None:
    path = f"/v2/contacts/{caller.person()}"
    deleted = caller.call("DELETE", path)
    assert (deleted.status, deleted.body) == (204, b"")
    assert (caller.get(path).status, caller.get(path).faults) == (404, [("not_found", None)])
    assert caller.call("DELETE", path).status == 404


def test_s19_a_page_too_large_is_refused_in_the_known_words(caller: Caller) -> None:
    answer = caller.get("/v2/contacts?per_page=200")
    assert (answer.status, answer.faults) == (400, [("invalid_param", None)])
    assert answer.errors[0]["message"] == "invalid request query parameter"
    assert answer.errors[0]["details"] == (
        "The request query parameter 'per_page' is malformed, missing, or has an invalid value"
        " (must be between 1 and 100, given: 200)"
    )


def test_s20_a_field_that_is_not_filterable_is_an_unexpected_parameter(caller: Caller) -> None:
    answer = caller.get("/v2/contacts?custom_fields[Score]=7")
    assert (answer.status, answer.faults) == (400, [("invalid_param", None)])
    assert "'custom_fields/Score'" in answer.errors[0]["details"]


def test_s21_an_upsert_without_filter_is_refused(caller: Caller) -> None:
    answer = caller.call("POST", UPSERT, {"last_name": "N"})
    assert (answer.status, answer.faults) == (400, [("invalid_param", None)])
    assert "'filter'" in answer.errors[0]["details"]


def test_s22_a_second_upsert_updates_what_the_first_created(caller: Caller) -> None:
    first = caller.upsert("n@example.org", last_name="N", email="n@example.org")
    caller.hands.now += 1
    second = caller.upsert("n@example.org", last_name="N", email="n@example.org")
    assert (first.status, second.status) == (200, 200)
    assert first.data["id"] == second.data["id"]
    assert first.data["created_at"] == first.data["updated_at"]
    assert second.data["created_at"] < second.data["updated_at"]


def test_s23_an_upsert_that_matches_two_contacts_is_a_conflict(caller: Caller) -> None:
    contacts = [caller.person(email="dup@example.org") for _ in range(2)]
    answer = caller.upsert("dup@example.org", last_name="New", email="dup@example.org")
    assert (answer.status, answer.json["meta"]["http_status"]) == (409, "409 Conflict")
    names = [caller.get(f"/v2/contacts/{contact}").data["last_name"] for contact in contacts]
    assert names == ["Ek", "Ek"]


def test_s24_an_upsert_that_creates_is_validated_as_a_create(caller: Caller) -> None:
    created = caller.upsert("z@example.org", email="z@example.org")
    assert (created.status, created.faults) == (422, [("missing", "/last_name")])
    caller.person(email="z@example.org")
    assert caller.upsert("z@example.org", email="z@example.org").status == 200


def test_s25_filters_are_not_copied_into_a_new_contact(caller: Caller) -> None:
    first, second = (caller.upsert("q@example.org", last_name="Q") for _ in range(2))
    assert first.data["id"] != second.data["id"]
    assert (first.data["email"], second.data["email"]) == (None, None)


def test_s26_an_upsert_finds_the_email_in_any_case(caller: Caller) -> None:
    contact = caller.person(email="a@example.org")
    path = f"{UPSERT}?email=A@Example.org&is_organization=false"
    answer = caller.call("POST", path, {"title": "CEO"})
    assert (answer.status, answer.data["id"]) == (200, contact)


def test_s27_the_eleventh_request_within_a_second_gets_an_empty_429() -> None:
    with calling(switches={"throttle_style": "empty429"}) as caller:
        assert [caller.get("/v2/users/self").status for _ in range(10)] == [200] * 10
        answer = caller.get("/v2/users/self")
    assert (answer.status, answer.body) == (429, b"")
    assert answer.headers["Retry-After"] is None


def test_s28_throttling_may_look_like_a_path_that_is_not_there() -> None:
    with calling(switches={"throttle_style": "404-429json"}) as caller:
        answers = [caller.get("/v2/users/self") for _ in range(11)]
    assert (answers[-1].status, answers[-1].faults) == (404, [("incorrect_path", None)])
    assert "'/429.json'" in answers[-1].errors[0]["details"]


def test_s29_the_last_page_has_no_next_page(caller: Caller) -> None:
    for _ in range(3):
        caller.person()
    answer = caller.get("/v2/contacts?page=2&per_page=2")
    meta = answer.json["meta"]
    assert (len(answer.json["items"]), meta["type"], meta["count"]) == (1, "collection", 1)
    assert sorted(meta["links"]) == ["first_page", "prev_page", "self"]
    beyond = caller.get("/v2/contacts?page=9")
    assert (beyond.status, beyond.json["items"]) == (200, [])


def test_s30_definitions_cannot_be_written(caller: Caller) -> None:
    answer = caller.call("POST", "/v2/contact/custom_fields", {"name": "New"})
    assert (answer.status, answer.faults) == (404, [("incorrect_path", None)])
