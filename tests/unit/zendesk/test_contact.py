import pytest

from connections.zendesk.contact import CONTACT_ATTRIBUTES, Contact, CustomField
from tests.unit.zendesk.cast import ADA


def test_the_data_repeats_the_email_beside_the_attributes():
    assert ADA.data() == {
        "first_name": "Ada",
        "last_name": "Byron",
        "email": "ada+1@example.org",
        "custom_fields": {"VIP audience": "realized"},
    }


def test_empty_custom_fields_are_left_out():
    contact = Contact(email="a@example.org", attributes={"last_name": "B"}, custom_fields={})
    assert contact.data() == {"last_name": "B", "email": "a@example.org"}


def test_the_email_wins_over_an_attribute_of_that_name():
    contact = Contact(
        email="a@example.org", attributes={"email": "b@example.org"}, custom_fields={}
    )
    assert contact.data()["email"] == "a@example.org"


def test_equal_contacts_have_equal_digests_whatever_the_order_and_unicode_form():
    one = Contact(
        email="a@example.org", attributes={"last_name": "Zo\u00eb", "title": None}, custom_fields={}
    )
    two = Contact(
        email="a@example.org",
        attributes={"title": None, "last_name": "Zoe\u0308"},
        custom_fields={},
    )
    assert one.digest() == two.digest()
    assert len(one.digest()) == 64


@pytest.mark.parametrize(
    "attributes", [{"last_name": "B"}, {"last_name": "B", "title": ""}, {"last_name": "C"}]
)
def test_an_explicit_null_is_not_the_same_as_an_absent_or_empty_value(attributes):
    with_null = Contact(
        email="a@example.org", attributes={"last_name": "B", "title": None}, custom_fields={}
    )
    other = Contact(email="a@example.org", attributes=attributes, custom_fields={})
    assert with_null.digest() != other.digest()


def test_the_text_of_a_contact_holds_no_personal_data():
    for text in (str(ADA), repr(ADA), f"{ADA}", repr([ADA])):
        assert "ada" not in text.lower()
        assert "byron" not in text.lower()
        assert "realized" not in text


def test_the_writable_attributes_are_those_of_a_person():
    assert {"email", "first_name", "last_name", "tags", "address"} <= set(CONTACT_ATTRIBUTES)
    assert "name" not in CONTACT_ATTRIBUTES
    assert "is_organization" not in CONTACT_ATTRIBUTES
    assert all(name == spec.name for name, spec in CONTACT_ATTRIBUTES.items())


@pytest.mark.parametrize("key", ["choices", "options"])
def test_choices_are_read_under_both_names(key):
    field = CustomField.from_json(
        {"id": 1, "name": "VIP", "type": "list", key: [{"id": 1, "name": "realized"}, "exited", 3]}
    )
    assert field.choices == ("realized", "exited")


@pytest.mark.parametrize("key", ["for_organisation", "for_company"])
def test_applicability_is_read_under_both_names(key):
    field = CustomField.from_json({"id": 1, "name": "VIP", "for_contact": False, key: True})
    assert (field.for_contact, field.for_organisation) == (False, True)


def test_an_unknown_type_is_kept_as_given():
    field = CustomField.from_json({"id": 1, "name": "VIP", "type": "boolean", "choices": None})
    assert (field.type, field.choices) == ("boolean", ())


def test_a_field_survives_the_way_through_json():
    field = CustomField.from_json(
        {"id": 7, "name": "VIP", "type": "list", "choices": ["a"], "for_organisation": True}
    )
    assert CustomField.from_json(field.as_json()) == field


@pytest.mark.parametrize("data", [{}, {"id": 1}, {"name": "x"}, {"id": "1", "name": "x"}])
def test_a_definition_without_id_or_name_is_refused(data):
    with pytest.raises(ValueError, match="no id or no name"):
        CustomField.from_json(data)
