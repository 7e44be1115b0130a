"""What hub/docs/frames.md says that sockets send, compared with what two sessions record and what comes beside it."""

import ast
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from conferences import services
from conferences.frames import frame_of
from conferences.live import consumers, limits, presence, room, sources
from conferences.models import Event
from conferences.services import floor
from forums import services as forum_services
from tests.conferences.conftest import LiveSession
from tests.test_structure import ROOT

PAPER = (ROOT / "hub" / "docs" / "frames.md").read_text()
MINUTE = timedelta(minutes=1)


def _table(heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading, its head left out."""
    _before, _heading, part = PAPER.partition(f"\n## {heading}\n")
    rows = re.findall(r"^\| (.*) \|$", part.partition("\n## ")[0], re.MULTILINE)
    return [[cell.strip() for cell in row.split("|")] for row in rows[1:]]


def _names(cell: str) -> set[str]:
    return set(re.findall(r"`([a-z_.]+)`", cell))


def _paths(value: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """Give the keys of a frame, those inside others with the path to them; ``data`` has its own table."""
    for key, inner in value.items():
        yield f"{prefix}{key}"
        if isinstance(inner, dict) and key != "data":
            yield from _paths(inner, f"{prefix}{key}.")


def _floor(live_session: LiveSession) -> None:
    """Let the floor be asked for, withdrawn, given, returned, ended and taken away."""
    pk, now = live_session.pk, live_session.now
    request = services.ask_for_floor(conference_session_id=pk, member=live_session.boris, now=now)
    services.withdraw_request(request_id=request.pk, actor=live_session.chen, now=now)
    live_session.floor_to(live_session.amina)
    services.return_floor(conference_session_id=pk, member=live_session.amina, now=now)
    live_session.floor_to(live_session.amina)
    services.end_floor(conference_session_id=pk, actor=live_session.chen, now=now)
    services.ask_for_floor(conference_session_id=pk, member=live_session.amina, now=now)
    floor.leave(conference_session_id=pk, member=live_session.amina, now=now)


def _words(live_session: LiveSession) -> None:
    """Let something be said on the item, and changed."""
    topic = live_session.items[0].topic_id
    file = forum_services.Upload("a.pdf", b"%PDF-1.7", "application/pdf")
    draft = forum_services.Draft(forum_id=live_session.forum_id, topic_id=topic, text="Agreed.", files=(file,))
    made = forum_services.publish(draft=draft, author=live_session.amina, origin="web", now=live_session.now)
    edit = {"text": "Agreed, with thanks.", "reason": "", "now": live_session.now}
    forum_services.edit_contribution(number=made.contribution.number, actor=live_session.amina, **edit)


@pytest.fixture
def frames(live_session: LiveSession) -> list[dict[str, Any]]:
    """The frames of two sessions in which everything happens: one is closed by its chair, one by the clock."""
    now, conference = live_session.now, live_session.conference
    live_session.open()
    _floor(live_session)
    _words(live_session)
    row = live_session.row
    services.reschedule_session(
        conference_session_id=row.pk,
        opens_at=row.opens_at,
        closes_at=row.closes_at + MINUTE,
        actor=live_session.chen,
        now=now,
    )
    services.close_session(conference_session_id=row.pk, actor=live_session.chen, now=now)
    services.schedule_session(
        conference_id=conference.pk,
        title="Second session",
        opens_at=now + MINUTE,
        closes_at=now + 9 * MINUTE,
        actor=live_session.chen,
        items=["One"],
        now=now,
    )
    services.keep_time(now + MINUTE)
    services.keep_time(now + 9 * MINUTE)
    return [frame_of(event) for event in Event.objects.order_by("pk")]


@pytest.mark.django_db
def test_frames_of_the_log_have_the_keys_of_the_paper_and_no_others(frames):
    assert {path for frame in frames for path in _paths(frame)} == {
        path for key, _what in _table("A frame of the log") for path in _names(key)
    }
    # "Every key is there in every frame".
    assert len({frozenset(frame) for frame in frames}) == 1


@pytest.mark.django_db
def test_kinds_and_what_belongs_to_each_are_those_of_the_paper(frames):
    data: dict[str, set[str]] = {kind: set() for kind in Event.Kind.values}
    for frame in frames:
        data[frame["kind"]] |= frame["data"].keys()
    assert {frame["kind"] for frame in frames} == data.keys()
    assert {row[0].strip("`"): _names(row[1]) for row in _table("Kinds")} == data


def _written(module: Any) -> Iterator[dict[str, Any]]:
    """Give the frames that a module writes out: dictionaries with a kind."""
    for node in ast.walk(ast.parse(Path(module.__file__).read_text())):
        if isinstance(node, ast.Dict):
            fields = {key.value: value for key, value in zip(node.keys, node.values, strict=True) if _is_word(key)}
            if "kind" in fields:
                yield {**fields, "kind": ast.literal_eval(fields["kind"])}


def _is_word(key: ast.expr | None) -> bool:
    return isinstance(key, ast.Constant) and isinstance(key.value, str)


def test_what_comes_beside_the_log_is_that_of_the_paper():
    errors = [json.loads(text) for text in (consumers.BAD_FRAME, consumers.TOO_MANY)]
    sent = {"beat": set(json.loads(room.BEAT)), "prompt": set(json.loads(sources.prompt(1)))}
    for frame in (*_written(consumers), *_written(presence), *_written(room), *errors):
        assert sent.setdefault(frame["kind"], set(frame)) == set(frame)
    rows = _table("What comes beside the log")
    assert {name.strip("`"): _names(keys) for name, keys, _when in rows} == sent
    assert {error["code"] for error in errors} <= set(re.findall(r"`([a-z-]+)`: ", PAPER))


def test_every_code_that_closes_a_socket_is_in_the_paper():
    codes = {
        limits.BINARY,
        limits.BAD_CONDUCT,
        limits.TOO_LONG,
        limits.COME_BACK_LATER,
        limits.RENEW,
        limits.REMOVED,
        limits.NOT_FOUND,
    }
    assert {int(row[0]) for row in _table("How a socket ends")} == codes
