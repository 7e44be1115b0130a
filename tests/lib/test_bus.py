"""Prompts between processes: who listens gets them, and nobody fails for them."""

import asyncio
import contextlib

import pytest
from channels.layers import InMemoryChannelLayer, channel_layers
from django.db import transaction

from hub.lib import bus as module
from hub.lib.bus import Bus, check_layer, publish_on_commit, wake


class BrokenLayer:
    """A channel layer whose server is down."""

    def __init__(self, **_):
        pass

    async def new_channel(self, prefix="x"):
        """Fail as a lost connection does."""
        raise ConnectionRefusedError

    group_add = group_send = receive = send = new_channel


class RecoveringLayer(InMemoryChannelLayer):
    """A channel layer that is down at first."""

    failures = 1

    async def new_channel(self, prefix="x"):
        """Fail once."""
        if self.failures:
            self.failures -= 1
            raise ConnectionRefusedError
        return await super().new_channel(prefix)


def _layer(settings, name):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": name}}


@pytest.fixture(autouse=True)
def _fresh_layer(settings):
    """Give each test a channel layer of its own loop."""
    _layer(settings, "channels.layers.InMemoryChannelLayer")


@contextlib.asynccontextmanager
async def running(bus):
    """Run a bus until the block ends."""
    task = asyncio.create_task(bus.run())
    await asyncio.wait_for(bus._ready.wait(), 30)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def listener(bus):
    """Return a queue and a handler that fills it."""
    heard = asyncio.Queue()
    return heard, heard.put


async def hear(queue):
    """Wait for the next payload."""
    return await asyncio.wait_for(queue.get(), 30)


async def test_every_listener_of_a_topic_hears_it_and_others_do_not():
    bus = Bus()
    (first, put_first), (second, put_second), (other, put_other) = (listener(bus) for _ in range(3))
    await bus.subscribe("room.1", put_first)
    async with running(bus):
        await bus.subscribe("room.1", put_second)
        await bus.subscribe("room.2", put_other)
        bus.publish("room.1", {"n": 1})
        assert await hear(first) == await hear(second) == {"n": 1}
        bus.publish("room.2", {"n": 2})
        assert await hear(other) == {"n": 2}
        assert first.empty() and second.empty() and other.empty()


async def test_a_thread_may_publish():
    bus = Bus()
    heard, put = listener(bus)
    async with running(bus):
        await bus.subscribe("room.1", put)
        await asyncio.to_thread(bus.publish, "room.1", {"n": 1})
        assert await hear(heard) == {"n": 1}


async def test_who_stopped_listening_hears_nothing():
    bus = Bus()
    (gone, put_gone), (stays, put_stays) = listener(bus), listener(bus)
    async with running(bus):
        await bus.subscribe("room.1", put_gone)
        await bus.subscribe("room.1", put_stays)
        await bus.unsubscribe("room.1", put_gone)
        bus.publish("room.1", {"n": 1})
        assert await hear(stays) == {"n": 1} and gone.empty()
        await bus.unsubscribe("room.1", put_stays)
        await bus.unsubscribe("room.1", put_stays)
        await bus.subscribe("room.2", put_stays)
        bus.publish("room.1", {"n": 2})
        bus.publish("room.2", {"n": 3})
        assert await hear(stays) == {"n": 3}


async def test_a_listener_that_fails_keeps_nothing_from_the_others(caplog):
    async def fail(payload):
        raise ValueError(payload)

    bus = Bus()
    heard, put = listener(bus)
    async with running(bus):
        await bus.subscribe("room.1", fail)
        await bus.subscribe("room.1", put)
        bus.publish("room.1", {"n": 1})
        bus.publish("room.1", {"n": 2})
        assert (await hear(heard), await hear(heard)) == ({"n": 1}, {"n": 2})
    assert "A listener of room.1 failed" in caplog.text


async def test_a_layer_that_comes_back_is_used_again(settings, caplog):
    _layer(settings, "tests.lib.test_bus.RecoveringLayer")
    bus = Bus()
    heard, put = listener(bus)
    await bus.subscribe("room.1", put)
    async with running(bus):
        bus.publish("room.1", {"n": 1})
        assert await hear(heard) == {"n": 1}
    assert "does not answer" in caplog.text


def test_publishing_never_fails(settings, caplog):
    _layer(settings, "tests.lib.test_bus.BrokenLayer")
    Bus().publish("room.1", {})
    assert "could not be sent" in caplog.text


async def test_who_listens_in_this_process_hears_it_though_the_layer_is_down(settings, monkeypatch):
    bus = Bus()
    heard, put = listener(bus)
    async with running(bus):
        await bus.subscribe("room.1", put)
        _layer(settings, "tests.lib.test_bus.BrokenLayer")
        await bus.subscribe("room.2", put)
        bus.publish("room.1", {"n": 1})
        bus.publish("room.2", {"n": 2})
        assert [await hear(heard), await hear(heard)] == [{"n": 1}, {"n": 2}]
        await bus.unsubscribe("room.1", put)


async def test_a_group_that_could_not_be_joined_is_joined_later(settings, monkeypatch):
    monkeypatch.setattr(module, "MEND_SECONDS", 0.01)
    bus = Bus()
    heard, put = listener(bus)
    async with running(bus):
        works = settings.CHANNEL_LAYERS
        layer = channel_layers["default"]
        _layer(settings, "tests.lib.test_bus.BrokenLayer")
        await bus.subscribe("room.1", put)
        settings.CHANNEL_LAYERS = works
        channel_layers.set("default", layer)
        for _ in range(500):
            if not bus._missing:
                break
            await asyncio.sleep(0.01)
        bus.publish("room.1", {"n": 1})
        assert await hear(heard) == {"n": 1}


def test_a_layer_that_is_down_is_logged_once_a_minute(settings, caplog):
    _layer(settings, "tests.lib.test_bus.BrokenLayer")
    bus = Bus()
    for number in range(5):
        bus.publish("room.1", {"n": number})
    assert caplog.text.count("could not be sent") == 1


def test_the_probe_tells_a_layer_that_works_from_one_that_does_not(settings):
    assert check_layer() == ""
    _layer(settings, "tests.lib.test_bus.BrokenLayer")
    assert check_layer() == "ConnectionRefusedError"


@pytest.fixture
def sent(monkeypatch):
    """The prompts that were sent."""
    published = []
    monkeypatch.setattr(module.bus, "publish", lambda topic, payload: published.append((topic, payload)))
    return published


@pytest.mark.django_db(transaction=True)
def test_a_prompt_goes_out_with_the_commit_and_never_without_it(sent):
    with transaction.atomic():
        publish_on_commit("room.1", {"n": 1})
        wake("mailings")
        assert sent == []
    assert sent == [("room.1", {"n": 1}), ("wake.mailings", {})]
    with contextlib.suppress(ValueError), transaction.atomic():
        publish_on_commit("room.1", {"n": 2})
        raise ValueError
    assert len(sent) == 2
