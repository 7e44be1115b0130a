"""The line between page and hub: it beats, its end is noticed at both ends, and what was missed is made up for."""

import asyncio
import json
import re
import time

import pytest
from playwright.async_api import expect

from conferences import services
from conferences.live import limits
from conferences.live.room import BEAT, LiveRoom, Seat, rooms
from conferences.services.log import topic_of
from hub.lib import clock
from hub.runtime import serve
from tests.conferences.conftest import Serving, frame, gather
from tests.conferences.swallowing import Line
from tests.conferences.test_browser import PHONE, window
from tests.ui.browsing import in_browser, in_thread


@pytest.fixture
def line(serving):
    """The way from the browser to the hub."""
    slow_line = Line(serving.port)
    yield slow_line
    slow_line.close()


@pytest.fixture
def quick(monkeypatch):
    """A hub that beats five times a second, so that a test need not wait as long as a person."""
    monkeypatch.setattr("conferences.live.sources.SessionSource.beat", 0.2)


def seats(room):
    """Return how many sockets the hub thinks it serves."""
    live_room = rooms._rooms.get(topic_of(room.pk))
    return len(live_room.seats) if live_room else 0


def until(check, seconds):
    """Wait for something to come true."""
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_a_socket_that_hears_nothing_else_hears_two_bytes(serving, quick, make_member):
    room = gather(make_member, clock.now())
    with serving.connect(f"/live/session/{room.pk}/", room.amina) as amina:
        assert frame(amina, "hello")["beat"] == 0.2
        texts = [amina.recv(timeout=30) for _turn in range(4)]
        assert texts[-2:] == [BEAT, BEAT] and len(BEAT) == 2


def test_a_page_has_a_dead_line_within_fifteen_seconds_and_the_hub_within_twenty_five():
    assert 2 * limits.BEAT + 2 + 1 <= 15
    # Beats are left out for the length of a slice where somebody has said something.
    assert limits.BEAT * (1 + 1 / limits.SLICES) < 2 * limits.BEAT
    assert serve.PING_SECONDS + serve.PONG_SECONDS <= 25
    assert limits.BEAT * (limits.STUCK_BEATS + 2) <= 25


@pytest.mark.django_db(transaction=True)
def test_the_seat_of_a_dead_line_is_freed(transactional_db, make_member):
    room = gather(make_member, clock.now())
    server = Serving(ws_ping_interval=0.3, ws_ping_timeout=0.3)
    server.start()
    line = Line(server.port)
    here, server.port = server.port, line.port
    opening = server.connect(f"/live/session/{room.pk}/", room.amina, origin=line.origin, ping_interval=None)
    server.port = here
    try:
        with opening as amina:
            frame(amina, "hello")
            time.sleep(1)
            assert seats(room) == 1
            line.swallow()
            until(lambda: seats(room) == 0, 60)
            line.cut()
    finally:
        line.close()
        server.stop()


def test_a_socket_that_takes_nothing_is_ended_and_one_that_is_slow_is_not():
    async def work():
        dead, slow = Seat(None), Seat(None)
        for _beat in range(limits.STUCK_BEATS + 2):
            dead.beat()
            slow.offer((0, "x"))
            slow.frames_sent += 1
            slow.beat()
        assert dead.over.done() and dead.over.result() == limits.COME_BACK_LATER and dead.queue.qsize() == 1
        assert not slow.over.done()

    asyncio.run(work())


class Silent:
    """What a room follows in which nothing happens."""

    topic, forum_id, counts_people, poll, beat = "room.silent", 1, True, 3600.0, 3600.0

    async def newest(self):
        """Return that the log is empty."""
        return 0

    async def after(self, number):
        """Return that nothing came."""
        return []


def test_a_beat_is_a_slice_at_a_time_and_nobody_hears_one_in_a_busy_room():
    def heard(seats):
        texts = [seat.queue.get_nowait()[1] for seat in seats if not seat.queue.empty()]
        return texts.count(BEAT)

    async def work():
        room = LiveRoom(Silent())
        seats = [Seat(None) for _number in range(100)]
        room.seats.update(seats)
        await room.ready.wait()
        counts = []
        for turn in range(limits.SLICES):
            room.beat(turn)
            counts.append(heard(seats))
        assert counts == [100 // limits.SLICES] * limits.SLICES
        room.broadcast("{1}")
        assert heard(seats) == 0
        room.beat(0)
        assert heard(seats) == 0
        room.task.cancel()

    asyncio.run(work())


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_dead_line_is_seen_in_every_tab_and_what_was_missed_is_made_up_for(serving, line, quick, make_member):
    room = gather(make_member, clock.now())
    room.open()
    cookie = serving.cookie(room.amina)

    def go_on():
        room.now = clock.now()
        room.floor_to(room.boris)
        room.say(room.boris, "Said while she was away.", returns_floor=True)

    async def work(browser):
        page = await window(browser, line, cookie, PHONE)
        await page.goto(f"/sessions/{room.pk}/")
        await expect(page.locator("#present")).to_have_text("one person here")
        await expect(page.get_by_text("live now")).to_be_visible()
        await page.locator("label[for=tab-mine]").click()
        await page.locator("#statement textarea").fill("My words.")
        line.swallow()
        await expect(page.locator("#line")).to_have_text(
            re.compile(r"There has been no connection since today at \d\d:\d\d UTC. Reconnecting"), timeout=60_000
        )
        await expect(page.get_by_text("live now")).to_be_hidden()
        await expect(page.get_by_text("no connection", exact=True)).to_be_visible()
        for tab in ("said", "floor", "mine"):
            await page.locator(f"label[for=tab-{tab}]").click()
            await expect(page.locator("#line")).to_be_in_viewport()
        await in_thread(go_on)
        line.mend()
        await expect(page.locator("#line")).to_be_empty(timeout=60_000)
        await expect(page.get_by_text("live now")).to_be_visible()
        await expect(page.locator("#statement textarea")).to_have_value("My words.")
        await page.locator("label[for=tab-said]").click()
        await expect(page.locator("article", has_text="Said while she was away")).to_have_count(1)

    in_browser(work)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_cut_line_is_seen_at_once_and_what_is_sent_meanwhile_stays_in_its_box(serving, line, make_member):
    room = gather(make_member, clock.now())
    room.open()
    room.floor_to(room.amina, seconds=600)
    cookie = serving.cookie(room.amina)

    async def work(browser):
        page = await window(browser, line, cookie, PHONE)
        await page.goto(f"/sessions/{room.pk}/")
        await expect(page.locator("#present")).to_have_text("one person here")
        line.cut()
        await expect(page.locator("#line")).to_contain_text("There has been no connection since", timeout=60_000)
        await page.locator("label[for=tab-mine]").click()
        await page.locator("#statement textarea").fill("My words.")
        await page.locator("#send").click()
        await expect(page.locator("#refused")).to_contain_text("Your text is kept here")
        await expect(page.locator("#statement textarea")).to_have_value("My words.")
        line.mend()
        await expect(page.locator("#line")).to_be_empty(timeout=60_000)
        await page.locator("#send").click()
        await expect(page.locator("#statement textarea")).to_have_value("", timeout=60_000)
        await page.locator("label[for=tab-said]").click()
        await expect(page.locator("article", has_text="My words.")).to_have_count(1)

    in_browser(work)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_who_has_the_floor_sees_it_in_every_tab_however_far_down(serving, line, make_member):
    room = gather(make_member, clock.now())
    room.open()
    for number in range(12):
        room.say(room.chen, f"Statement {number}. " + "Many words. " * 40)
    cookie = serving.cookie(room.amina)

    async def work(browser):
        page = await window(browser, line, cookie, PHONE)
        await page.goto(f"/sessions/{room.pk}/")
        await expect(page.locator("#present")).to_have_text("one person here")
        await expect(page.locator("#floor-bar")).to_be_hidden()
        await page.mouse.wheel(0, 3000)
        for tab in ("said", "floor", "mine"):
            await expect(page.locator(f"label[for=tab-{tab}]")).to_be_in_viewport()
        await in_thread(room.floor_to, room.amina)
        bar = page.locator("#floor-bar")
        for tab in ("said", "floor", "mine"):
            await page.locator(f"label[for=tab-{tab}]").click()
            await expect(bar).to_be_in_viewport()
            await expect(bar).to_have_text(re.compile(r"You have the floor\s+[23]:\d\d"))
        await page.locator("label[for=tab-said]").click()
        await page.get_by_role("button", name="My text").click()
        await expect(page.locator("#statement textarea")).to_be_focused()
        await in_thread(services.return_floor, conference_session_id=room.pk, member=room.amina, now=clock.now())
        await in_thread(room.floor_to, room.boris)
        await expect(bar).to_have_text(re.compile(r"Boris Horvat.? has the floor"))
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    in_browser(work)


@pytest.mark.django_db
def test_without_a_script_the_page_says_how_to_go_on(client, make_member):
    room = gather(make_member, clock.now())
    room.open()
    room.floor_to(room.amina)
    client.force_login(room.amina)
    page = client.get(f"/sessions/{room.pk}/").text
    notice = re.search(r"<noscript>(.*?)</noscript>", page, re.DOTALL)[1]
    assert "does not update" in notice and f'href="/sessions/{room.pk}/"' in notice
    bar = re.search(r'<p id="floor-bar"(.*?)>(<span.*?</span>)', page, re.DOTALL)
    assert "hidden" not in bar[1] and "You have the floor" in bar[2]
    assert json.loads(re.search(r'id="live-state" type="application/json">(.*?)</script>', page)[1])["seq"] > 0
