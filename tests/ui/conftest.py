"""What the tests of the pages' parts share."""

import pytest
from django.utils import timezone, translation


@pytest.fixture(autouse=True)
def _english() -> None:
    """Forget the language and the zone of whoever asked last."""
    translation.activate("en")
    timezone.deactivate()
