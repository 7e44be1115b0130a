"""The database refuses roles and presets that there are not, whoever writes."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from forums.models import ForumPolicy, Membership

pytestmark = pytest.mark.django_db


def _refused(rows: Any, **values: Any) -> bool:
    try:
        with transaction.atomic():
            rows.update(**values)
    except IntegrityError:
        return True
    return False


def test_every_role_may_be_had_and_no_other(cast):
    assert not [role for role in Membership.Role if _refused(Membership.objects.all(), role=role)]
    assert _refused(Membership.objects.all(), role="owner") and _refused(Membership.objects.all(), role="")


def test_every_preset_may_be_chosen_and_no_other(cast):
    assert not [preset for preset in ForumPolicy.Preset if _refused(ForumPolicy.objects.all(), preset=preset)]
    assert _refused(ForumPolicy.objects.all(), preset="secret")
