"""A socket ends with the sign-in it was opened with, however that ends, and nobody else's does."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from websockets.exceptions import ConnectionClosed

from conferences.live import limits
from conferences.live.sources import SessionSource, TopicSource
from forums.models import ForumPolicy
from hub.lib import clock
from hub.lib.bus import bus
from hub.members.account import services as account
from hub.members.models import LoginSession
from hub.members.services import anonymise_member
from tests.conferences.conftest import LiveSession, Serving, closing_code, frame, gather

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(serving: Serving, make_member: Callable[..., Any]) -> LiveSession:
    """A conference_session of now, open on its first item."""
    live_session = gather(make_member, clock.now())
    live_session.open()
    return live_session


def left(socket: Any, *, within: float) -> int | None:
    """Return the code a socket was closed with, None while it is open; what it says is thrown away."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            socket.recv(timeout=max(0.01, until - time.monotonic()))
        except TimeoutError:
            return None
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None
    return None


def browser(cookie: str) -> Client:
    """Return a browser with the cookie a socket was opened with."""
    client = Client()
    client.cookies.load(cookie)
    return client


def deactivate(room: LiveSession, _cookie: str) -> None:
    """Take the right to sign in."""
    room.boris.is_active = False
    room.boris.save()


def change_password(_room: LiveSession, cookie: str) -> None:
    """Choose a new password on the page."""
    new = {"oldpassword": "a long password", "password1": "violet pollen 77", "password2": "violet pollen 77"}
    assert browser(cookie).post("/accounts/password/change/", new).status_code == 302


def end_this(room: LiveSession, cookie: str) -> None:
    """Press *Sign out this browser* in another browser."""
    row = LoginSession.objects.get(pk=cookie.partition("=")[2])
    account.end_sign_in(member=room.boris, mark=row.mark)


ENDS: dict[str, Callable[[LiveSession, str], Any]] = {
    "sign out": lambda _room, cookie: browser(cookie).post("/accounts/logout/"),
    "sign out this browser": end_this,
    "sign out everywhere": lambda room, _cookie: account.end_all_sign_ins(member=room.boris),
    "new password": change_password,
    "deactivated": deactivate,
    "anonymised": lambda room, _cookie: anonymise_member(member_id=room.boris.pk, actor=room.sofia, now=clock.now()),
}


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("kind", ["session", "topic"])
def test_sockets_end_with_the_sign_in_and_do_not_come_back(serving, room, how, kind):
    address = f"/live/session/{room.pk}/" if kind == "session" else f"/live/topic/{room.items[0].topic_id}/"
    cookie = serving.cookie(room.boris)
    with (
        serving.connect(f"/live/session/{room.pk}/", room.amina) as amina,
        serving.connect(address, cookie=cookie) as boris,
    ):
        frame(amina, "hello")
        if kind == "session":
            frame(boris, "hello")
        else:
            # A topic greets nobody; it answers once the socket is in the room.
            boris.send('{"after": "x"}')
            assert frame(boris)["kind"] == "error"
        ENDS[how](room, cookie)
        assert closing_code(boris) == limits.RENEW
        with serving.connect(address, cookie=cookie) as again:
            assert closing_code(again) == limits.NOT_FOUND
        room.say(room.chen)
        assert frame(amina)["kind"] == "intervention"


def test_the_browser_in_which_the_password_was_changed_comes_back(serving, room):
    client = Client()
    client.force_login(room.boris)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    with serving.connect(f"/live/session/{room.pk}/", cookie=cookie) as boris:
        frame(boris, "hello")
        new = {"oldpassword": "a long password", "password1": "violet pollen 77", "password2": "violet pollen 77"}
        client.post("/accounts/password/change/", new)
        assert closing_code(boris) == limits.RENEW
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    with serving.connect(f"/live/session/{room.pk}/", cookie=cookie) as back:
        frame(back, "hello")


def test_one_browser_signed_out_leaves_the_other_in_the_room(serving, room):
    cookie = serving.cookie(room.boris)
    with (
        serving.connect(f"/live/session/{room.pk}/", room.boris) as other,
        serving.connect(f"/live/session/{room.pk}/", cookie=cookie) as boris,
    ):
        frame(other, "hello")
        frame(boris, "hello")
        browser(cookie).post("/accounts/logout/")
        assert closing_code(boris) == limits.RENEW
        room.say(room.chen)
        assert frame(other)["kind"] == "intervention"


def test_a_lost_prompt_of_a_sign_out_is_made_up_by_the_rows(serving, room, monkeypatch):
    monkeypatch.setattr(SessionSource, "poll", 0.1)
    with serving.connect(f"/live/session/{room.pk}/", room.boris) as boris:
        frame(boris, "hello")
        monkeypatch.setattr(bus, "publish", lambda topic, payload: None)
        LoginSession.objects.filter(member=room.boris).delete()
        assert closing_code(boris) == limits.RENEW


def test_a_lost_prompt_is_made_up_while_others_keep_coming(serving, room, monkeypatch):
    monkeypatch.setattr(SessionSource, "poll", 0.5)
    with serving.connect(f"/live/session/{room.pk}/", room.boris) as boris:
        frame(boris, "hello")
        publish = bus.publish
        monkeypatch.setattr(bus, "publish", lambda topic, payload: None)
        LoginSession.objects.filter(member=room.boris).delete()
        monkeypatch.setattr(bus, "publish", publish)
        until, code = time.monotonic() + 30, None
        while code is None and time.monotonic() < until:
            bus.publish(SessionSource(room.row).topic, {"seq": 0})
            code = left(boris, within=0.05)
        assert code == limits.RENEW


@pytest.mark.parametrize("kind", ["session", "topic"])
def test_visitors_leave_when_a_public_discussion_is_closed(serving, room, monkeypatch, kind):
    monkeypatch.setattr(SessionSource, "poll", 0.3)
    monkeypatch.setattr(TopicSource, "poll", 0.3)
    ForumPolicy.objects.filter(forum_id=room.forum_id).update(preset="public")
    address = f"/live/session/{room.pk}/" if kind == "session" else f"/live/topic/{room.items[0].topic_id}/"
    with serving.connect(address) as visitor, serving.connect(address, room.amina) as amina:
        for socket in (visitor, amina):
            socket.send('{"after": "x"}')
            frame(socket, "error")
        ForumPolicy.objects.filter(forum_id=room.forum_id).update(preset="closed")
        assert closing_code(visitor) == limits.REMOVED
        assert left(amina, within=0.5) is None


def test_who_does_not_run_the_hub_any_more_is_let_in_anew(serving, room):
    address = f"/live/session/{room.pk}/"
    room.sofia.refresh_from_db()
    cookie = serving.cookie(room.sofia)
    with serving.connect(address, cookie=cookie) as sofia:
        frame(sofia, "hello")
        member = type(room.sofia).objects.get(pk=room.sofia.pk)
        member.is_staff = False
        member.save()
        assert closing_code(sofia) == limits.RENEW
    with serving.connect(address, cookie=cookie) as again:
        assert closing_code(again) == limits.NOT_FOUND


def test_a_socket_lives_no_longer_than_its_sign_in(serving, room):
    cookie = serving.cookie(room.boris)
    LoginSession.objects.filter(member=room.boris).update(expire_date=clock.now() + timedelta(seconds=1))
    with serving.connect(f"/live/session/{room.pk}/", cookie=cookie) as boris:
        frame(boris, "hello")
        assert closing_code(boris) == limits.RENEW


def test_the_secretariat_without_its_second_factor_gets_no_socket(serving, room, settings):
    settings.HUB_SECOND_FACTOR = "staff"
    with serving.connect(f"/live/session/{room.pk}/", room.sofia) as sofia:
        assert closing_code(sofia) == limits.NOT_FOUND
