"""An account's custom fields by name."""

import pytest

from connections.zendesk.contact import CustomField
from connections.zendesk.custom_fields import CustomFields

FIELD = CustomField(1, "VIP", "list", ("realized", "exited"), True, False)


def test_they_are_read_as_they_were_stored() -> None:
    fields = CustomFields([FIELD.as_json()])
    assert fields["VIP"] == FIELD
    assert dict(fields) == {"VIP": FIELD}
    assert ("VIP" in fields, "vip" in fields, fields.get("vip")) == (True, False, None)
    with pytest.raises(KeyError):
        fields["vip"]


def test_only_what_is_asked_for_is_read() -> None:
    fields = CustomFields([FIELD.as_json(), {"name": "No id"}])
    assert (fields["VIP"], len(fields), list(fields)) == (FIELD, 2, ["VIP", "No id"])
    with pytest.raises(ValueError, match="no id"):
        fields["No id"]


def test_none_are_nothing() -> None:
    assert not CustomFields([])
