"""Closed means closed on every door: each address of the hub stands here with who may open it, whoever wrote its view.

A new address fails :func:`test_every_address_is_in_the_matrix` until it has a row; those of Wagtail's admin are one
group, held by one rule (``tests/test_matrix_admin.py``). An ``OWN`` row is about one's own account. For a closed row
the public and a member from outside get what a missing thing gives, by GET and by POST, and never the secret word.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from forums.services import remove_member
from hub.lib.clock import now
from tests.world import LETTER, SECRET, World, build

pytestmark = pytest.mark.django_db
OPEN, MEMBERS, CLOSED, STAFF, OWN = "open", "members", "closed", "staff", "own"
# name -> (kind, keyword -> key of the world or a value, who may besides the Secretariat, whether it only takes POST)
Row = tuple[str, dict[str, Any], tuple[str, ...], bool]
INSIDE = ("amina", "chen", "rosa")
MATRIX: dict[str, Row] = {
    "search:search": (OPEN, {}, (), False),
    "set_language": (OPEN, {}, (), True),
    "api:openapi-json": (OPEN, {}, (), False),
    "api:list_discussions": (OPEN, {}, (), False),
    "api:list_topics": (CLOSED, {"discussion_id": "forum"}, INSIDE, False),
    "api:list_contributions": (CLOSED, {"topic_id": "topic"}, INSIDE, False),
    "api:read_contribution": (CLOSED, {"number": "number"}, INSIDE, False),
    "members:apply": (OPEN, {}, (), False),
    "members:sent": (OPEN, {}, (), False),
    "members:confirm": (OPEN, {"token": "x"}, (), False),
    "members:directory": (MEMBERS, {}, (), False),
    "members:profile": (MEMBERS, {"pk": "amina"}, (), False),
    "members:preferences": (MEMBERS, {}, (), False),
    "members:leave": (MEMBERS, {}, (), False),
    "members:departures": (STAFF, {}, (), False),
    "members:departure": (STAFF, {"pk": "departure"}, (), False),
    "members:anonymise": (STAFF, {"pk": "amina"}, (), False),
    "members:queue": (STAFF, {}, (), False),
    "members:application": (STAFF, {"pk": "application"}, (), False),
    "forums:discussions": (OPEN, {}, (), False),
    "forums:discussion_by_key": (CLOSED, {"pk": "forum"}, INSIDE, False),
    "forums:discussion": (CLOSED, {"pk": "forum", "slug": "x"}, INSIDE, False),
    "forums:feed": (CLOSED, {"pk": "forum"}, INSIDE, False),
    "forums:log": (CLOSED, {"pk": "forum"}, ("chen",), False),
    "forums:join": (CLOSED, {"pk": "forum"}, INSIDE, False),
    "forums:invitations": (CLOSED, {"pk": "forum"}, ("chen",), False),
    "forums:invitation": (CLOSED, {"token": "x"}, (), False),
    "forums:leave": (CLOSED, {"pk": "forum"}, INSIDE, False),
    "forums:requests_in": (CLOSED, {"pk": "forum"}, ("chen",), False),
    "forums:requests": (STAFF, {}, ("chen",), False),
    "forums:open": (STAFF, {}, (), False),
    "forums:propose": (MEMBERS, {}, (), False),
    "forums:proposals": (MEMBERS, {}, (), False),
    "forums:proposal": (CLOSED, {"pk": "proposal"}, ("amina",), False),
    "forums:settings": (CLOSED, {"pk": "plain"}, ("chen",), False),
    "forums:close": (CLOSED, {"pk": "plain"}, ("chen",), False),
    "forums:reopen": (CLOSED, {"pk": "plain"}, ("chen",), False),
    "forums:members": (CLOSED, {"pk": "forum"}, INSIDE, False),
    "forums:new_topic": (CLOSED, {"pk": "forum"}, INSIDE, False),
    "forums:mark_read": (CLOSED, {"pk": "forum"}, INSIDE, True),
    "forums:summary": (CLOSED, {"pk": "forum"}, ("chen",), False),
    "forums:summary_history": (CLOSED, {"pk": "forum"}, INSIDE, False),
    "forums:history": (CLOSED, {"number": "number"}, INSIDE, False),
    "forums:topic_by_key": (CLOSED, {"pk": "topic"}, INSIDE, False),
    "forums:topic": (CLOSED, {"pk": "topic", "slug": "x"}, INSIDE, False),
    "forums:after": (CLOSED, {"pk": "topic", "number": 0}, INSIDE, False),
    "forums:follow": (CLOSED, {"pk": "topic"}, INSIDE, True),
    **{f"forums:{verb}": (CLOSED, {"pk": "topic"}, ("chen",), False) for verb in ("move", "split", "merge")},
    "forums:topic_type": (CLOSED, {"pk": "topic"}, ("chen",), True),
    "forums:pace": (CLOSED, {"pk": "forum"}, ("chen",), True),
    "forums:lock": (CLOSED, {"pk": "topic"}, ("chen",), True),
    "forums:contribution": (CLOSED, {"number": "number"}, INSIDE, False),
    "forums:edit": (CLOSED, {"number": "number"}, ("amina", "chen"), False),
    "forums:withdraw": (CLOSED, {"number": "number"}, ("amina", "chen"), False),
    "forums:file": (CLOSED, {"number": "number", "pk": "file"}, INSIDE, False),
    "forums:unread": (MEMBERS, {}, (), False),
    "forums:read_everything": (OWN, {}, (), True),
    "forums:held": (STAFF, {}, ("chen",), False),
    "listserv:notifications": (MEMBERS, {}, (), False),
    "forums:names": (CLOSED, {"pk": "forum"}, INSIDE, False),
    "forums:concerns_feed": (MEMBERS, {}, (), False),
    "listserv:lists": (MEMBERS, {}, (), False),
    "listserv:list": (CLOSED, {"name": SECRET}, INSIDE, False),
    "listserv:roster": (CLOSED, {"name": SECRET}, ("chen",), False),
    "listserv:mbox": (CLOSED, {"name": SECRET}, INSIDE, False),
    "listserv:feed": (CLOSED, {"name": SECRET}, INSIDE, False),
    "listserv:leave": (CLOSED, {"name": SECRET, "token": "x"}, (), False),
    "listserv:confirm": (CLOSED, {"name": SECRET, "token": "x"}, (), False),
    "listserv:inbound": (STAFF, {}, (), False),
    "listserv:queue": (STAFF, {}, (), False),
    "listserv:bounces": (STAFF, {}, (), False),
    "listserv:doctor": (STAFF, {}, (), False),
    "listserv:outbox": (STAFF, {}, (), False),
    "listserv:outbox_message": (STAFF, {"name": LETTER}, (), False),
    "listserv:outbox_html": (STAFF, {"name": LETTER}, (), False),
    "listserv:outbox_raw": (STAFF, {"name": LETTER}, (), False),
    "conferences:list": (OPEN, {}, (), False),
    "conferences:convene": (STAFF, {}, (), False),
    "conferences:conference": (CLOSED, {"slug": SECRET}, INSIDE, False),
    "conferences:people": (CLOSED, {"slug": SECRET}, ("chen",), False),
    "conferences:end_conference": (CLOSED, {"slug": SECRET}, ("chen",), True),
    "conferences:schedule": (CLOSED, {"slug": SECRET}, ("chen",), False),
    "conferences:room": (CLOSED, {"pk": "conference_session"}, INSIDE, False),
    "conferences:log": (CLOSED, {"pk": "conference_session"}, INSIDE, False),
    "conferences:events": (CLOSED, {"pk": "conference_session"}, INSIDE, False),
    "conferences:agenda": (CLOSED, {"pk": "conference_session"}, ("chen",), False),
    "conferences:hours": (CLOSED, {"pk": "conference_session"}, ("chen",), False),
    **{
        f"conferences:{act}": (CLOSED, {"pk": "conference_session"}, INSIDE, True)
        for act in ("open", "take", "ask", "withdraw", "give", "return", "end", "intervene", "close")
    },
    "liaison:groups": (MEMBERS, {}, (), False),
    "liaison:convene": (STAFF, {}, (), False),
    "liaison:group": (CLOSED, {"slug": f"{SECRET}-group"}, ("amina", "chen"), False),
    "cms:home": (OPEN, {}, (), False),
    "cms:desk": (STAFF, {}, ("rosa", "chen"), False),
    "cms:compile": (CLOSED, {"conference_id": "conference"}, ("rosa", "chen"), True),
    "cms:draft": (CLOSED, {"page_id": "draft"}, ("rosa", "chen"), False),
    "cms:draft_pdf": (CLOSED, {"page_id": "draft"}, ("rosa", "chen"), False),
    "cms:submit": (CLOSED, {"page_id": "draft"}, ("rosa", "chen"), True),
    "cms:approve": (CLOSED, {"page_id": "draft"}, (), True),
    "cms:send_back": (CLOSED, {"page_id": "draft"}, (), True),
    "members:second_factors": (STAFF, {}, (), False),
    "members:reset_factor": (STAFF, {"pk": "amina"}, (), False),
    "members:sign_ins": (OWN, {}, (), False),
    "members:end_sign_ins": (OWN, {}, (), True),
    "members:end_sign_in": (OWN, {"mark": "x"}, (), True),
    "members:application_passwords": (OWN, {}, (), False),
    "members:remove_application_password": (OWN, {"pk": "amina"}, (), True),
    # allauth's, one's own account.
    **dict.fromkeys(
        (
            "account_email",
            "account_change_password",
            "account_set_password",
            "account_reauthenticate",
            "mfa_index",
            "mfa_reauthenticate",
            "mfa_activate_totp",
            "mfa_deactivate_totp",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
            "mfa_download_recovery_codes",
            "mfa_list_webauthn",
            "mfa_add_webauthn",
            "mfa_reauthenticate_webauthn",
        ),
        (OWN, {}, (), False),
    ),
    "mfa_remove_webauthn": (OWN, {"pk": "amina"}, (), False),
    "mfa_edit_webauthn": (OWN, {"pk": "amina"}, (), False),
    # allauth's, the way in.
    **dict.fromkeys(
        (
            "account_login",
            "account_logout",
            "account_inactive",
            "account_signup",
            "account_email_verification_sent",
            "account_reset_password",
            "account_reset_password_done",
            "account_reset_password_from_key_done",
            "mfa_authenticate",
            "mfa_login_webauthn",
        ),
        (OPEN, {}, (), False),
    ),
    "account_confirm_email": (OPEN, {"key": "x"}, (), False),
    "account_reset_password_from_key": (OPEN, {"uidb36": "x", "key": "x"}, (), False),
    # Wagtail's: published pages and documents, and where it leads who may not see one.
    "wagtail_serve": (OPEN, {}, (), False),
    "wagtaildocs_serve": (OPEN, {}, (), False),
    "wagtailcore_login": (OPEN, {}, (), False),
    "wagtailcore_authenticate_with_password": (OPEN, {"page_view_restriction_id": 0, "page_id": 0}, (), False),
    "wagtaildocs_authenticate_with_password": (OPEN, {"restriction_id": 0}, (), False),
    "cms:issue": (STAFF, {"page_id": "issued"}, (), False),
    "cms:note": (STAFF, {"page_id": "issued"}, (), True),
    "cms:end_note": (STAFF, {"page_id": "issued", "note_id": 0}, (), True),
    "cms:withdraw": (STAFF, {"page_id": "issued"}, (), True),
}
# Where programs read, or the link itself is the proof: nobody is asked to sign in there, what is hidden is missing.
UNASKED = frozenset(
    {
        "forums:feed",
        "forums:after",
        "forums:names",
        "forums:concerns_feed",
        "conferences:events",
        "listserv:leave",
        "listserv:confirm",
        "forums:invitation",
    }
    | {name for name in MATRIX if name.startswith("api:")}
)
# Addresses that take places in order, not by name.
BY_PLACE: dict[str, tuple[Any, ...]] = {"wagtail_serve": ("no-such-page/",), "wagtaildocs_serve": (1, "x.pdf")}
ADMIN = "admin/"
NAMED_BY_VALUE = (SECRET, f"{SECRET}-group", LETTER, "x")
# What Amina keeps when she leaves the conference: her group, and what she has proposed.
ELSEWHERE = frozenset({"liaison:group", "forums:proposal"})
# Acts on oneself that would end the test's own sign-in, or that are led on by the tests of the account.
LEAVING = frozenset({"account_logout", "listserv:leave", "listserv:confirm", "members:confirm", "forums:invitation"})


def _addresses(patterns: Any, prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _addresses(
                pattern.url_patterns, route, f"{space}{pattern.namespace}:" if pattern.namespace else space
            )
        elif not route.startswith(ADMIN):
            yield f"{space}{pattern.name}", route


@pytest.fixture
def world(settings: Any) -> World:
    return build(now(), settings.HUB_DATA)


def _client(world: World, who: str) -> Client:
    client = Client()
    member = world.people[who]
    if member is not None:
        client.force_login(member, backend="hub.members.backends.AddressBackend")
    return client


def _url(world: World, name: str, *, missing: bool = False) -> str:
    if name in BY_PLACE:
        return reverse(name, args=BY_PLACE[name])
    kwargs = {}
    for keyword, key in MATRIX[name][1].items():
        value = key if key in NAMED_BY_VALUE or key == 0 else world.keys[key]
        value = getattr(value, "pk", value)
        kwargs[keyword] = value
    if missing:
        first = next(iter(kwargs))
        kwargs[first] = kwargs[first] + 10_000 if isinstance(kwargs[first], int) else f"no-{kwargs[first]}"
    return reverse(name, kwargs=kwargs)


def _body(response: Any) -> bytes:
    if not response.streaming:
        return response.content
    body = b"".join(response.streaming_content)
    # The response's own close() would end the test's database connection with it.
    for close in response._resource_closers:
        close()
    return body


def test_every_address_is_in_the_matrix():
    known = {name for name, _route in _addresses(get_resolver().url_patterns)} - {"api:api-root"}
    assert known - set(MATRIX) == set()
    assert set(MATRIX) - known == set()


@pytest.mark.parametrize("who", ["public", "stella"])
def test_outsiders_get_what_a_missing_thing_gives(world, who):
    client = _client(world, who)
    wrong = []
    for name, (kind, kwargs, _who, _post) in MATRIX.items():
        if kind not in {CLOSED, STAFF}:
            continue
        for method in (client.get, client.post):
            answer = method(_url(world, name))
            leak = SECRET.encode() in _body(answer).replace(_url(world, name).encode(), b"")
            status = answer.status_code
            to_login = status == 302 and "/accounts/login/" in answer["Location"]
            alike = not kwargs or method(_url(world, name, missing=True)).status_code == status
            if leak or not alike or not (status in {403, 404, 405} or to_login):
                wrong.append((name, method.__name__, status, "leak" if leak else "", alike))
    assert not wrong


def test_the_public_is_sent_to_the_login_or_finds_nothing_where_members_read(world):
    client = _client(world, "public")
    for name, (kind, *_rest) in MATRIX.items():
        if kind in {MEMBERS, OWN}:
            for method in (client.get, client.post):
                answer = method(_url(world, name))
                alike = answer.status_code in {404, 405}
                assert alike or "/accounts/login/" in answer["Location"], (name, answer.status_code)


def test_the_public_is_led_to_sign_in_wherever_something_is_hidden_or_missing(world):
    client = _client(world, "public")
    wrong = []
    for name, (kind, kwargs, _who, post) in MATRIX.items():
        if kind not in {CLOSED, STAFF} or post:
            continue
        for missing in (False, True) if kwargs else (False,):
            url = _url(world, name, missing=missing)
            answer = client.get(url)
            asks = answer.status_code == 302 and unquote(answer["Location"]) == f"/accounts/login/?next={url}"
            if asks == (name in UNASKED) or (not asks and answer.status_code != 404):
                wrong.append((name, missing, answer.status_code))
    assert not wrong


@pytest.mark.parametrize("who", ["public", "stella"])
def test_lists_that_all_may_open_say_nothing_of_what_is_closed(world, who):
    client = _client(world, who)
    for name, (kind, _kwargs, _who, post) in MATRIX.items():
        if (kind == OPEN and not post) or (kind == MEMBERS and who == "stella"):
            answer = client.get(_url(world, name), {"q": SECRET} if name == "search:search" else None)
            assert answer.status_code in {200, 302, 404}, name
            body = _body(answer).replace(f'value="{SECRET}"'.encode(), b"")
            body = body.replace(b"q=" + SECRET.encode(), b"")
            assert SECRET.encode() not in body or name == "search:search", name
    assert SECRET not in client.get("/").content.decode()
    page = client.get("/search/", {"q": SECRET}).content.decode()
    assert "/c/" not in page and "text." not in page


@pytest.mark.parametrize("who", ["amina", "chen", "rosa", "sofia"])
def test_those_who_may_do(world, who):
    client = _client(world, who)
    wrong = []
    for name, (kind, _kwargs, allowed, post) in MATRIX.items():
        if post or name in LEAVING or kind == OWN or name in BY_PLACE or 0 in MATRIX[name][1].values():
            continue
        may = kind in {OPEN, MEMBERS} or who == "sofia" or who in allowed
        answer = client.get(_url(world, name))
        _body(answer)
        status = answer.status_code
        # A PDF is being made when it is first asked for.
        is_shown = status in {200, 302} or (status == 503 and "Retry-After" in answer)
        if is_shown != may:
            wrong.append((name, status, may))
    assert not wrong


def test_leaving_closes_everything_at_once(world):
    client = _client(world, "amina")
    assert client.get(_url(world, "forums:topic")).status_code in {200, 302}
    remove_member(forum_id=world.keys["forum"], member=world.people["amina"], now=world.now)
    for name, (kind, _kwargs, allowed, post) in MATRIX.items():
        if kind == CLOSED and not post and "amina" in allowed and name not in ELSEWHERE:
            assert client.get(_url(world, name)).status_code == 404, name
