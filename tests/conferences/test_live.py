"""The live door over real sockets: who hears what, in which order, and what happens to those who misbehave."""

import contextlib
import logging
import socket
import threading
import time
from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.db import transaction
from websockets.exceptions import ConnectionClosed, InvalidStatus

from conferences import services
from conferences.live import limits
from conferences.live.crowd import crowd
from conferences.services.log import append, lock
from forums import services as forum_services
from forums.models import ForumPolicy
from hub.lib import clock
from hub.lib.bus import bus
from tests.conferences.conftest import closing_code, frame, gather

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(serving, make_member):
    """A conference_session of now, open on its first item."""
    gathered = gather(make_member, clock.now())
    gathered.open()
    return gathered


def path(room):
    return f"/live/session/{room.pk}/"


def mail(room, author, text="By mail."):
    draft = forum_services.Draft(forum_id=room.forum_id, text=text)
    return forum_services.publish(draft=draft, author=author, origin="mail", now=clock.now()).contribution


def test_two_browsers_follow_a_whole_session(serving, room):
    with serving.connect(path(room), room.boris) as boris, serving.connect(path(room), room.oona) as oona:
        hello = frame(boris, "hello")
        assert (hello["seq"], hello["state"]) == (2, "open") and frame(oona, "hello")["seq"] == 2
        room.floor_to(room.amina)
        room.say(room.amina, "Twenty **metres**.", returns_floor=True)
        mail(room, room.rosa)
        services.close_session(conference_session_id=room.pk, actor=room.chen, now=clock.now())
        heard = [[frame(who) for _ in range(6)] for who in (boris, oona)]
    assert heard[0] == heard[1]
    assert [received["kind"] for received in heard[0]] == [
        "floor_asked",
        "floor_given",
        "intervention",
        "floor_returned",
        "intervention",
        "closed",
    ]
    assert [received["seq"] for received in heard[0]] == [3, 4, 5, 6, 7, 8]
    live, by_mail = heard[0][2]["contribution"], heard[0][4]["contribution"]
    assert "<strong>metres</strong>" in live["html"] and live["author"]["name"] == "Amina Diallo"
    assert (live["origin"], by_mail["origin"], by_mail["author"]["role"]) == ("live", "mail", "rapporteur")


def test_the_clock_closes_on_every_screen(serving, room):
    with serving.connect(path(room), room.boris) as boris:
        frame(boris, "hello")
        services.keep_time(clock.now() + timedelta(hours=3))
        assert frame(boris)["kind"] == "closed_by_clock"


def test_who_was_away_gets_what_came_after_n_in_order_and_then_what_comes(serving, room):
    for number in range(5):
        room.say(room.chen, f"Word {number}")
    with serving.connect(path(room), room.boris) as boris:
        assert frame(boris)["seq"] == 7
        boris.send('{"after": 3}')
        assert [frame(boris)["seq"] for _ in range(4)] == [4, 5, 6, 7]
        room.say(room.chen, "And on")
        assert frame(boris)["seq"] == 8
        boris.send('{"after": 8}')
        boris.send('{"after": 1000000}')
        room.say(room.chen, "Still there")
        assert frame(boris)["seq"] == 9


def test_a_log_longer_than_a_page_is_sent_whole(serving, room):
    with transaction.atomic():
        row = lock(room.pk)
        for _ in range(205):
            append(row, "rescheduled", at=room.now, actor=room.chen, quiet=True, data={"until": ""})
    with serving.connect(path(room), room.boris) as boris:
        frame(boris, "hello")
        boris.send('{"after": 0}')
        assert [frame(boris)["seq"] for _ in range(207)] == list(range(1, 208))


def test_two_windows_of_one_person_are_one_person_and_both_hear(serving, room):
    with serving.connect(path(room), room.boris) as first, serving.connect(path(room), room.boris) as second:
        assert frame(first, "presence")["present"] == 1
        with serving.connect(path(room), room.amina):
            assert frame(first, "presence")["present"] == 2
        assert frame(first, "presence")["present"] == 1
        room.say(room.chen)
        assert frame(first, "intervention") == frame(second, "intervention")


def test_strangers_the_public_and_missing_rooms_get_the_same_code(serving, room):
    topic = room.items[0].topic_id
    codes = set()
    for address in (
        path(room),
        f"/live/topic/{topic}/",
        "/live/session/999999/",
        "/live/topic/999999/",
        f"/live/session/{10**40}/",
        "/live/",
        "/live/nothing/1/",
    ):
        for member in (room.stella, None):
            with serving.connect(address, member) as stranger:
                codes.add(closing_code(stranger))
    assert codes == {limits.NOT_FOUND}


def test_who_is_removed_is_out_at_once_and_does_not_come_back(serving, room):
    with serving.connect(path(room), room.boris) as boris, serving.connect(path(room), room.amina) as amina:
        frame(boris, "hello")
        frame(amina, "hello")
        forum_services.remove_member(forum_id=room.forum_id, member=room.boris, actor=room.chen, now=clock.now())
        assert closing_code(boris) == limits.REMOVED
        with serving.connect(path(room), room.boris) as again:
            assert closing_code(again) == limits.NOT_FOUND
        room.say(room.chen)
        assert frame(amina)["kind"] == "intervention"


def test_a_new_role_does_not_throw_anybody_out(serving, room):
    with serving.connect(path(room), room.boris) as boris:
        frame(boris, "hello")
        forum_services.admit_member(
            forum_id=room.forum_id, member=room.boris, role="observer", actor=room.chen, now=clock.now()
        )
        time.sleep(0.1)
        room.say(room.chen)
        assert frame(boris)["kind"] == "intervention"


def test_another_site_cannot_open_a_socket_with_a_members_cookie(serving, room):
    for origin in ("https://evil.example", None, "http://[", "null", "http://127.0.0.1:x"):
        with pytest.raises(InvalidStatus) as refused:
            serving.connect(path(room), room.boris, origin=origin)
        assert refused.value.response.status_code == 403


# What, as it is sent, and the close code, or "error" for an error frame on a socket that goes on.
GARBAGE = [
    ("no json", "hello", "error"),
    ("half json", '{"after":', "error"),
    ("a list", "[1]", "error"),
    ("a number", "7", "error"),
    ("null", "null", "error"),
    ("a wrong type", '{"after": "7"}', "error"),
    ("a truth value", '{"after": true}', "error"),
    ("a fraction", '{"after": 1.5}', "error"),
    ("a negative number", '{"after": -1}', "error"),
    ("a number beyond all", '{"after": 99999999999999999999}', "error"),
    ("not a number", '{"after": NaN}', "error"),
    ("nothing", "", "error"),
    ("deep nesting", "[" * 4000, "error"),
    ("another command", '{"kind": "gavel"}', "error"),
    ("a lone surrogate", '{"after": "\\ud800"}', "error"),
    ("binary", b"\x00\x01", 1003),
    ("too long", '{"after": "' + "x" * 5000 + '"}', 1009),
    ("far too long", "x" * 200_000, 1009),
]


def test_garbage_is_answered_and_never_an_error_of_ours(serving, room, caplog):
    for what, text, answer in GARBAGE:
        with serving.connect(path(room), room.boris) as boris:
            frame(boris, "hello")
            boris.send(text)
            if answer == "error":
                assert frame(boris)["code"] == "bad-frame", what
                boris.send('{"after": 1}')
                assert frame(boris)["seq"] == 2, what
            else:
                assert closing_code(boris) == answer, what
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_bytes_that_are_no_text_close_the_socket_without_an_error_in_the_log(serving, room, caplog):
    with serving.connect(path(room), room.boris) as boris:
        frame(boris, "hello")
        boris.send(b"\xff\xfe\xfa", text=True)
        assert closing_code(boris) == 1007
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("text", ['{"after": 2}', "rubbish"])
def test_a_flood_is_closed(serving, room, caplog, text):
    with serving.connect(path(room), room.boris) as boris:
        frame(boris, "hello")
        for _ in range(limits.BURST + 30):
            try:
                boris.send(text)
            except Exception:
                break
        assert closing_code(boris) in {limits.BAD_CONDUCT, limits.COME_BACK_LATER}
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_one_member_cannot_take_all_the_seats(serving, room, monkeypatch):
    monkeypatch.setattr(limits, "MAX_WINDOWS", 2)
    with serving.connect(path(room), room.boris) as first, serving.connect(path(room), room.boris) as second:
        frame(first, "hello")
        frame(second, "hello")
        with serving.connect(path(room), room.boris) as three:
            assert closing_code(three) == limits.BAD_CONDUCT
        with serving.connect(path(room), room.amina) as other:
            assert frame(other, "hello")


@transaction.atomic
def log_much(room):
    """Append an event whose frame is long, without the cost of publishing one."""
    append(lock(room.pk), "rescheduled", at=room.now, actor=room.chen, data={"until": "", "padding": "x" * 30_000})


def test_visitors_hold_a_bounded_number_of_sockets_by_client_and_in_all(serving, room, settings, monkeypatch):
    settings.HUB_TRUSTED_PROXIES, settings.HUB_SOCKETS_PER_CLIENT = (ip_network("127.0.0.1"),), 2
    monkeypatch.setattr(limits, "MAX_ANONYMOUS", 3)
    ForumPolicy.objects.filter(forum_id=room.forum_id).update(preset="public")
    assert crowd.total == 0
    with contextlib.ExitStack() as held:

        def knock(host):
            return serving.connect(path(room), None, headers={"X-Forwarded-For": host})

        for host in ("198.51.100.1", "198.51.100.1", "203.0.113.5"):
            frame(held.enter_context(knock(host)))
        for host in ("198.51.100.1", "192.0.2.9"):
            with knock(host) as refused:
                assert frame(refused)["code"] == "too-many"
                assert closing_code(refused) == limits.COME_BACK_LATER
        with serving.connect(path(room), room.boris) as member:
            assert frame(member, "hello")
    for _ in range(500):
        if crowd.total == 0:
            break
        time.sleep(0.01)
    assert (crowd.total, len(crowd._of_client)) == (0, 0)


def test_a_slow_socket_is_let_go_while_the_room_goes_on_and_it_resumes(serving, room):
    """A reader who does not read fills its own queue and nobody else's."""
    slow_end = socket.create_connection(("127.0.0.1", serving.port))
    slow_end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    with (
        serving.connect(path(room), room.boris, sock=slow_end, max_queue=1) as slow,
        serving.connect(path(room), room.amina) as quick,
    ):
        frame(slow, "hello")
        frame(quick, "hello")
        heard = []
        reader = threading.Thread(target=lambda: [heard.append(frame(quick, timeout=120)["seq"]) for _ in range(120)])
        reader.start()
        for _ in range(120):
            log_much(room)
        reader.join(120)
        assert heard == list(range(3, 123))
        last, code = 2, None
        while code is None:
            try:
                last = frame(slow).get("seq", last)
            except ConnectionClosed as ended:
                code = ended.rcvd.code if ended.rcvd else 1006
        assert code == limits.COME_BACK_LATER and last < 122
    with serving.connect(path(room), room.boris) as back:
        frame(back, "hello")
        back.send(f'{{"after": {last}}}')
        assert [frame(back)["seq"] for _ in range(last + 1, 123)] == list(range(last + 1, 123))


def test_a_socket_comes_back_after_its_lifetime_with_rights_checked_anew(serving, room, monkeypatch):
    monkeypatch.setattr(limits, "LIFETIME", 0.2)
    with serving.connect(path(room), room.boris) as boris:
        assert closing_code(boris) == limits.RENEW


def test_a_lost_prompt_is_made_up_by_the_rows(serving, room, monkeypatch):
    """The layer delivers at most once; the log is looked at now and then, and whenever a number is missing."""
    with serving.connect(path(room), room.boris) as boris:
        frame(boris, "hello")
        send = bus.publish
        monkeypatch.setattr(bus, "publish", lambda topic, payload: None)
        room.say(room.chen, "Lost on the way")
        monkeypatch.setattr(bus, "publish", send)
        room.say(room.chen, "Arrives")
        assert [frame(boris)["seq"], frame(boris)["seq"]] == [3, 4]


def test_a_topic_prompts_for_what_was_said_by_any_channel_and_shows_nothing_of_it(serving, room):
    topic = room.items[0].topic_id
    with serving.connect(f"/live/topic/{topic}/", room.boris) as boris:
        time.sleep(0.2)
        contribution = mail(room, room.amina, "Secret")
        got = frame(boris)
        assert got == {"seq": contribution.number}
        boris.send('{"after": 0}')
        assert set(frame(boris)) == {"seq"}
