"""Which contacts does a filter mean? Reads filter parameters and finds them in the index."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .contact_index import Contact, ContactIndex
from .definitions import CustomFields
from .envelopes import Problem, bad_parameter, unexpected_parameter
from .query import shown, whole

_IDS = frozenset({"creator_id", "owner_id", "contact_id", "parent_organization_id"})
_CASELESS = frozenset({"email", "name", "first_name", "last_name"})
_PLAIN = frozenset({"phone", "mobile", "customer_status", "prospect_status"})
_ADDRESS = {
    "address[city]": "city",
    "address[postal_code]": "postal_code",
    "address[country]": "country",
}
_BOOLEANS = {"true": True, "false": False}

Test = Callable[[Contact], bool]


@dataclass(frozen=True, slots=True)
class Filters:
    tests: tuple[Test, ...]
    email: str | None
    is_inclusive: bool = True
    """True: all must hold; False: one is enough."""
    is_case_sensitive: bool = False

    def find(self, *, index: ContactIndex) -> list[Contact]:
        """The contacts the index shows. An e-mail is looked up, anything else is searched."""
        if self.email is not None and (self.is_inclusive or len(self.tests) == 1):
            found = index.having_email(email=self.email, is_case_sensitive=self.is_case_sensitive)
            return [contact for contact in found if all(test(contact) for test in self.tests)]
        need = all if self.is_inclusive else any
        return [
            contact
            for contact in index.snapshots.values()
            if need(test(contact) for test in self.tests)
        ]


def read(
    *,
    given: Mapping[str, str],
    fields: CustomFields,
    is_case_sensitive: bool,
    is_inclusive: bool = True,
) -> tuple[Filters, list[Problem]]:
    """The filters in these parameters; every parameter that is none is a problem."""
    tests: list[Test] = []
    problems: list[Problem] = []
    for name, value in given.items():
        test = _test(name, value, fields, is_case_sensitive)
        if isinstance(test, Problem):
            problems.append(test)
        else:
            tests.append(test)
    filters = Filters(tuple(tests), given.get("email"), is_inclusive, is_case_sensitive)
    return filters, problems


def _test(name: str, value: str, fields: CustomFields, is_case_sensitive: bool) -> Test | Problem:
    if name in _CASELESS or name in _PLAIN or name in _ADDRESS:
        if value == "":
            return bad_parameter(shown(name), "must not be empty")
        return _text_test(name, value, folds=name in _CASELESS and not is_case_sensitive)
    if name in _IDS:
        return _value_test(name, whole(value), "must be a decimal integer")
    if name == "is_organization":
        return _value_test(name, _BOOLEANS.get(value), "must be true or false")
    if name.startswith("custom_fields[") and name.endswith("]"):
        return _custom_test(name, value, fields)
    return unexpected_parameter(shown(name))


def _text_test(name: str, value: str, *, folds: bool) -> Test:
    if name in _ADDRESS:
        key = _ADDRESS[name]
        return lambda contact: (contact["address"] or {}).get(key) == value
    if folds:
        folded = value.casefold()
        return lambda contact: (contact[name] or "").casefold() == folded
    return lambda contact: contact[name] == value


def _value_test(name: str, wanted: int | bool | None, why: str) -> Test | Problem:
    if wanted is None:
        return bad_parameter(name, why)
    return lambda contact: contact[name] == wanted


def _custom_test(name: str, value: str, fields: CustomFields) -> Test | Problem:
    field_name = name.removeprefix("custom_fields[").removesuffix("]")
    field = fields.get(name=field_name)
    if field is None or not field.filterable:
        return unexpected_parameter(shown(name))
    if value == "":
        return bad_parameter(shown(name), "must not be empty")
    return lambda contact: _is_stored(contact["custom_fields"].get(field_name), value)


def _is_stored(stored: Any, value: str) -> bool:
    if isinstance(stored, bool):
        return _BOOLEANS.get(value) is stored
    if isinstance(stored, list):
        return value in stored
    return bool(stored == value)
