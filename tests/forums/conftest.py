"""What the tests of the discussions share."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone, translation


@pytest.fixture(autouse=True)
def _static(settings: Any, tmp_path: Path) -> None:
    """Give WhiteNoise a folder to look into, and let it find the files where they are written."""
    (tmp_path / "static").mkdir(exist_ok=True)
    settings.STATIC_ROOT = tmp_path / "static"
    settings.WHITENOISE_USE_FINDERS = True


@pytest.fixture(autouse=True)
def _english() -> None:
    """Forget the language and the zone of whoever asked last."""
    translation.activate("en")
    timezone.deactivate()
