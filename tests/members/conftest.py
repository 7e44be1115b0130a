"""What the tests of the people share."""

import re
from pathlib import Path
from typing import Any

import pytest

from hub.members.services import Applicant


@pytest.fixture(autouse=True)
def _static(settings: Any, tmp_path: Path) -> None:
    """Give WhiteNoise a folder: it warns of a missing one."""
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def ines() -> Applicant:
    """Inês, who wants to join."""
    return Applicant(
        name="Inês Tavares",
        email="Ines.Tavares@Institute.example",
        country="PT",
        organisation="Seed institute",
        expertise="gene flow",
        statement="I work on pollen and want to compare methods.",
        language="fr",
    )


@pytest.fixture
def form(ines: Applicant) -> dict[str, str]:
    """The application form as a browser sends it."""
    return {**vars(ines), "accepts": "on"}


@pytest.fixture
def link() -> Any:
    """Return a function that finds the one link of the hub in a letter, as a path."""

    def find(message: Any) -> str:
        return re.findall(r"^https?://[^/\s]+(/\S+)$", message.body, re.MULTILINE)[0]

    return find


@pytest.fixture
def sofia(make_member: Any) -> Any:
    """Sofia, of the Secretariat."""
    return make_member("Sofia Lind", password="a long password", is_staff=True)
