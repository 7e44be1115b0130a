"""Wagtail's admin as one group: whoever comes in comes through one door, whatever address an upgrade brings."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver

from cms.admin_access import HOMES, PASSWORD_RESET, PUBLIC, SHUT, SIGN_IN, serves_writers
from hub.lib.clock import now
from tests.world import World, build

pytestmark = pytest.mark.django_db
# What stands for a part of an address, by converter or by the kind of group.
VALUES = {"int": "1", "uuid": "0f0e0d0c-0b0a-4908-8706-050403020100"}
# All that the door opens to who edits a draft. Whoever adds to it has seen what a release of Wagtail brings, and that
# its view asks the policy about the page.
EDITING = {
    "wagtailadmin_pages:edit",
    "wagtailadmin_pages:preview_on_edit",
    "wagtailadmin_pages:view_draft",
    "wagtailadmin_pages:history",
    "wagtailadmin_pages:history_results",
    "wagtailadmin_pages:revisions_index",
    "wagtailadmin_pages:revisions_view",
    "wagtailadmin_pages:revisions_compare",
    "wagtailadmin_pages:revisions_revert",
    # Refused by Wagtail's policy to who may not publish.
    "wagtailadmin_pages:revisions_unschedule",
    "wagtailadmin_pages:workflow_history",
    "wagtailadmin_pages:workflow_history_detail",
    "wagtailadmin_pages:confirm_workflow_cancellation",
    "wagtailadmin_editing_sessions:ping",
    "wagtailadmin_editing_sessions:release",
    "wagtailadmin_dismissibles",
    "wagtailadmin_logout",
}


def _filled(route: str) -> str:
    """Return an address that a route matches, with anything for its parts."""
    route = re.sub(r"<(?:(\w+):)?\w+>", lambda part: VALUES.get(part[1] or "", "x"), route.replace("\\Z", ""))
    route = re.sub(r"\(\?P<\w+>[^)]*\)|\([^)]*\)", "1", route)
    return "/" + route.replace("^", "").replace("$", "").replace("\\", "").replace(".*/", "no-such/")


def _admin(patterns: Any, prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _admin(pattern.url_patterns, route, inner)
        elif route.startswith("admin/"):
            yield f"{space}{pattern.name}", _filled(route)


@pytest.fixture
def world(settings: Any) -> World:
    return build(now(), settings.HUB_DATA)


@pytest.fixture
def as_(world: World) -> Any:
    def sign_in(who: str | None) -> Client:
        client = Client(raise_request_exception=False)
        if who is not None:
            client.force_login(world.people[who])
        return client

    return sign_in


def _addresses() -> list[tuple[str, str]]:
    addresses = [
        (name, url)
        for name, url in _admin(get_resolver().url_patterns)
        if name not in PUBLIC and name != SIGN_IN and not name.startswith(PASSWORD_RESET)
    ]
    assert len(addresses) > 150
    return addresses


def test_the_rule_of_what_editing_takes_lets_through_no_more_than_what_is_known():
    assert {name for name, url in _addresses() if serves_writers(name, url)} == EDITING


def test_the_public_is_sent_to_the_one_sign_in_page_from_every_address_of_the_admin(as_):
    client, wrong = as_(None), []
    for name, url in _addresses():
        answers = (client.get(url), client.post(url))
        if any(not answer.get("Location", "").startswith("/accounts/login/") for answer in answers):
            wrong.append((name, url))
    assert not wrong


@pytest.mark.parametrize("who", ["stella", "amina"])
def test_members_find_nothing_at_any_address_of_the_admin(as_, who):
    client, wrong = as_(who), []
    for name, url in _addresses():
        # The door asks for no method: each of the two tries one.
        answer = client.get(url) if who == "stella" else client.post(url)
        if answer.status_code != 404:
            wrong.append((name, url, answer.status_code))
    assert not wrong


def test_a_rapporteur_finds_nothing_beyond_what_editing_a_draft_takes(as_):
    client, wrong = as_("rosa"), []
    for name, url in _addresses():
        if name in EDITING:
            continue
        answer = client.post(url)
        right = answer["Location"] == "/proceedings/" if name in HOMES else answer.status_code == 404
        if not right:
            wrong.append((name, url, answer.status_code))
    assert not wrong


def test_what_is_shut_is_shut_for_the_secretariat_too(as_):
    client, shut = as_("sofia"), {name: url for name, url in _addresses() if name in SHUT}
    assert set(shut) == SHUT
    assert {client.get(url).status_code for url in shut.values()} == {404}


@pytest.mark.parametrize("who", ["sofia", "rosa"])
def test_nobody_comes_into_the_admin_without_the_second_factor_the_hub_asks_for(as_, who, settings):
    settings.HUB_SECOND_FACTOR = "staff"
    client, wrong = as_(who), []
    for name, url in _addresses():
        if who == "rosa" and name not in EDITING:
            continue
        answer = client.post(url)
        led = answer.status_code == 302 and answer["Location"] == "/accounts/2fa/"
        if not led and (answer.status_code != 404 or who == "rosa"):
            wrong.append((name, url, answer.status_code))
    assert not wrong


@pytest.mark.parametrize("odd", ["x", "\U0001f600", "9" * 20, "1" + "0" * 5_000])
def test_no_address_of_the_admin_fails_for_what_stands_in_it(as_, odd):
    client, wrong = as_("sofia"), []
    fields = ("p", "page", "id", "collection_id", "uploaded_by", "user", "ordering", "parent_page_id")
    query = dict.fromkeys(fields, odd)
    for name, url in _addresses():
        parts = url.replace("/x", f"/{odd}").replace("/1/", f"/{odd}/" if odd.isdigit() else "/1/")
        wrong += [
            (name, asked)
            for asked, data in ((url, query), (parts, {}), (parts, query))
            if client.get(asked, data).status_code >= 500
        ]
    assert not wrong
