"""What the database promises about mappings."""

import pytest
from django.db import IntegrityError

from activations.terms import SourceKind, TargetKind
from tests import factories

pytestmark = pytest.mark.django_db


def test_no_identity_is_a_constant() -> None:
    factories.FieldMappingFactory(source_kind=SourceKind.CONSTANT, target="industry")
    with pytest.raises(IntegrityError, match="no_identity_is_a_constant"):
        factories.FieldMappingFactory(
            source_kind=SourceKind.CONSTANT, target_kind=TargetKind.IDENTITY, target="email"
        )
