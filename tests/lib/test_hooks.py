"""Dotted paths that one room registers with a lower one."""

import pytest

from hub.lib import hooks


class Greeter:
    """Something registered as a class."""

    def greet(self):
        """Say who."""
        return self


def count(member):
    """Something registered as a function."""
    return {member}


def test_functions_come_as_they_are_and_classes_as_one_instance(settings):
    settings.HUB_SCOPES = ["tests.lib.test_hooks.count", "tests.lib.test_hooks.Greeter"]
    function, greeter = hooks.registered("HUB_SCOPES")
    assert function(3) == {3} and greeter.greet() is hooks.registered("HUB_SCOPES")[1]


def test_another_setting_is_followed_at_once(settings):
    settings.HUB_SCOPES = ["tests.lib.test_hooks.count"]
    assert len(hooks.registered("HUB_SCOPES")) == 1
    settings.HUB_SCOPES = []
    assert hooks.registered("HUB_SCOPES") == ()


def test_pumps_are_loaded_by_name(settings):
    settings.HUB_QUEUE_WORKERS = {"one": "tests.lib.test_hooks.count"}
    assert hooks.queue_workers() == {"one": count}


@pytest.mark.parametrize("path", ["nowhere.at.all", "tests.lib.test_hooks.missing", "undotted"])
@pytest.mark.parametrize("name", hooks.LISTED)
def test_a_path_that_leads_nowhere_is_named_at_the_start(settings, name, path):
    for listed in hooks.LISTED:
        setattr(settings, listed, [])
    settings.HUB_QUEUE_WORKERS = settings.HUB_ADDRESS_HANDLERS = {}
    assert hooks.check_paths() == []
    setattr(settings, name, [path])
    (error,) = hooks.check_paths()
    assert path in error.msg and error.id == "hub.E001"


@pytest.mark.parametrize("name", ["HUB_QUEUE_WORKERS", "HUB_ADDRESS_HANDLERS"])
def test_a_named_path_that_leads_nowhere_is_named_too(settings, name):
    for listed in hooks.LISTED:
        setattr(settings, listed, [])
    settings.HUB_QUEUE_WORKERS = settings.HUB_ADDRESS_HANDLERS = {}
    setattr(settings, name, {"x": "nowhere.at.all"})
    assert [error.id for error in hooks.check_paths()] == ["hub.E001"]
