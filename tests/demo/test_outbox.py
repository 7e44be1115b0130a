"""``outbox.sh`` of the tour finds in a copy what a mail program would know."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent.parent / "hub" / "demo" / "outbox.sh"
COPY = """Delivered-To: kofi.anokye@univ.example
From: "Kamotho, Wanjiru" <field-trials@lists.hub.example>
Message-ID: <{id}@lists.hub.example>
List-Id: "A name that is long enough to be folded over two lines of the header"
 <field-trials.lists.hub.example>
Reply-To: "A name that is long enough to be folded over two lines of the header"
 <field-trials+r.7sph7npb6qajaziva2tqcaq@lists.hub.example>

Message-ID: <body@somewhere.example>
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with two copies for Kofi, a letter that is of no list, and a copy for somebody else."""
    outbox = tmp_path / "outbox"
    outbox.mkdir()
    mails = {
        "20261124T061500.000000Z-000001-aaaa-kofi.anokye@univ.example": COPY.format(id="older"),
        "20261124T061600.000000Z-000002-bbbb-kofi.anokye@univ.example": COPY.format(id="newer"),
        "20261124T061700.000000Z-000003-cccc-kofi.anokye@univ.example": "Message-ID: <letter@hub.example>\n\nHello.\n",
        "20261124T061800.000000Z-000004-dddd-yasmine.belhadj@institute.example": COPY.format(id="hers"),
    }
    for name, text in mails.items():
        (outbox / f"{name}.eml").write_bytes(text.replace("\n", "\r\n").encode())
    return tmp_path


def run(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HUB_DATA": str(data)}
    return subprocess.run(
        ["bash", str(SCRIPT), *words], env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_the_id_is_that_of_the_newest_copy_from_a_list(data: Path) -> None:
    assert run(data, "id", "kofi").stdout == "newer@lists.hub.example\n"
    assert run(data, "id", "yasmine").stdout == "hers@lists.hub.example\n"


def test_the_reply_address_is_found_in_a_folded_header(data: Path) -> None:
    assert run(data, "reply", "kofi").stdout == "field-trials+r.7sph7npb6qajaziva2tqcaq@lists.hub.example\n"


def test_nobodys_copy_and_a_wrong_word_are_told_clearly(data: Path) -> None:
    nobody = run(data, "id", "nobody")
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert "No copy for nobody" in nobody.stderr
    assert run(data, "head", "kofi").returncode == 2
