"""Somebody deletes what a page has just read: who saves it meets a 404, not an error."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.pages import opened

POLICY = {
    "name": "Mine",
    "labels": ["C2"],
    "label_match": "any",
    "marketing_actions": ["analytics"],
}
CONSENT = {**POLICY, "path": "consents.marketing.any.val", "accepted": "y"}


@contextmanager
def deleted_once_read(row: Model) -> Iterator[None]:
    """Gone before the statement that follows the first one which reads its table."""
    is_read = is_gone = False

    def run(execute: Any, sql: str, *others: Any) -> Any:
        nonlocal is_read, is_gone
        if is_read and not is_gone:
            is_gone = True
            type(row)._default_manager.filter(pk=row.pk).delete()
        is_read = is_read or (sql.startswith("SELECT") and f'FROM "{row._meta.db_table}"' in sql)
        return execute(sql, *others)

    with connection.execute_wrapper(run):
        yield
    assert is_gone


@pytest.mark.parametrize("is_on", ["on", "off"])
@pytest.mark.parametrize("kind", ["policy", "consent-policy"])
def test_the_switch_of_a_policy_that_is_gone_is_not_found(
    signed_in: Client, kind: str, is_on: str
) -> None:
    make = factories.PolicyFactory if kind == "policy" else factories.ConsentPolicyFactory
    policy = make()
    url = reverse(f"activations:{kind}-toggle", args=[policy.uuid])
    with deleted_once_read(policy):
        assert signed_in.post(url, {"is_on": is_on}).status_code == 404


@pytest.mark.parametrize(("kind", "typed"), [("policy", POLICY), ("consent-policy", CONSENT)])
def test_a_policy_that_is_gone_is_not_saved(
    signed_in: Client, kind: str, typed: dict[str, Any]
) -> None:
    make = factories.PolicyFactory if kind == "policy" else factories.ConsentPolicyFactory
    policy = make()
    url = reverse(f"activations:{kind}-edit", args=[policy.uuid])
    mark = opened.mark(signed_in, url)
    with deleted_once_read(policy):
        assert signed_in.post(url, typed | mark).status_code == 404


def test_a_custom_label_that_is_gone_is_not_described(signed_in: Client) -> None:
    label = factories.CustomLabelFactory()
    url = reverse("activations:custom-label", args=[label.pk])
    mark = opened.mark(signed_in, url)
    with deleted_once_read(label):
        assert signed_in.post(url, {"friendly_name": "Loans"} | mark).status_code == 404


def test_labels_that_were_taken_off_are_not_changed(signed_in: Client) -> None:
    attribute = factories.LabeledAttributeFactory(labels=["C2"])
    url = reverse("activations:labels-edit", args=[attribute.pk])
    mark = opened.mark(signed_in, url)
    with deleted_once_read(attribute):
        assert signed_in.post(url, {"labels": ["C3"]} | mark).status_code == 404
