"""What people, search and the library promise."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django_tasks_db.models import DBTaskResult

from forums.models import Contribution
from hub.lib import heartbeats, limits, paging, receipts
from hub.lib.batches import in_batches
from hub.lib.prepared import Prepared
from hub.members import limits as sign_in_limits
from hub.members import selectors
from hub.members.account import rules
from hub.members.account import selectors as account_selectors
from hub.members.account.middleware import SignInMiddleware
from hub.members.authors import find_or_record_author
from hub.members.backends import AddressBackend
from hub.members.models import Member
from hub.runtime import tasks
from hub.search import selectors as search_selectors
from hub.search import services
from hub.search.outlet import document_of
from tests.promises import Promise
from tests.promises.network import Network

_LIMIT = limits.Limit("promise", 5, 60)
_NOBODY = "nobody@elsewhere.example"


def _document(hub: Network) -> Any:
    return document_of(Contribution.objects.select_related("post__topic", "author").get(pk=hub.newest.pk))


def _attempt(_hub: Network) -> sign_in_limits.SignInAttempt:
    return sign_in_limits.SignInAttempt(sign_in_limits.WEB, "member:1", "192.0.2.1")


def _with_factor(work: Callable[[Any], Any], member: Any) -> Any:
    """Call something in a hub that asks the Secretariat for a second factor."""
    with override_settings(HUB_SECOND_FACTOR="staff"):
        return work(member)


def _anew(member: Any) -> Member:
    """Return a member whose rights nobody has asked for yet."""
    return Member.objects.get(pk=member.pk)


def _request(_hub: Network) -> HttpRequest:
    request = RequestFactory().get("/")
    request.session = {}
    return request


def _process_view(member: Any) -> Any:
    request = RequestFactory().get("/")
    request.user, request.session = member, {}
    return SignInMiddleware(lambda _request: HttpResponse()).process_view(request, None, (), {})


_NAMES = Prepared(lambda keys: Member.objects.filter(pk__in=keys).values_list("pk", "name"))
_PEOPLE = Prepared(lambda keys: Member.objects.filter(pk__in=keys))
_SELECTORS = "hub.members.selectors"
MEMBERS = (
    Promise("hub.members.backends.AddressBackend.get_user", 1, lambda hub: AddressBackend().get_user(hub.amina.pk)),
    Promise(f"{_SELECTORS}.active_member", 1, lambda hub: selectors.active_member(hub.amina.pk)),
    Promise(f"{_SELECTORS}.address_owner", 1, lambda hub: selectors.address_owner(hub.amina.email)),
    Promise(f"{_SELECTORS}.address_owner", 2, lambda _hub: selectors.address_owner(_NOBODY)),
    Promise(f"{_SELECTORS}.member_by_address", 1, lambda hub: selectors.member_by_address(hub.amina.email)),
    Promise(f"{_SELECTORS}.member_by_address", 2, lambda _hub: selectors.member_by_address(_NOBODY)),
    Promise(f"{_SELECTORS}.owners_of", 2, lambda hub: selectors.owners_of([hub.amina.email, _NOBODY])),
    Promise(f"{_SELECTORS}.members_by_address", 1, lambda hub: selectors.members_by_address([hub.amina.email])),
    Promise(
        f"{_SELECTORS}.members_by_address", 2, lambda hub: selectors.members_by_address([hub.amina.email, _NOBODY])
    ),
    Promise(f"{_SELECTORS}.active_members", 1, lambda hub: selectors.active_members([hub.amina.pk, hub.boris.pk])),
    Promise(f"{_SELECTORS}.addresses_of", 1, lambda hub: selectors.addresses_of(hub.amina)),
    Promise(f"{_SELECTORS}.known_about", 4, lambda hub: selectors.known_about(hub.application)),
    Promise(f"{_SELECTORS}.home_blocks", 1, lambda hub: selectors.home_blocks(hub.sofia, hub.now)),
    Promise(f"{_SELECTORS}.home_blocks", 0, lambda hub: selectors.home_blocks(hub.amina, hub.now)),
    Promise("hub.members.account.rules.has_factor", 1, lambda hub: rules.has_factor(hub.amina)),
    Promise(
        "hub.members.account.rules.signs_in_to_mail_by_password",
        1,
        lambda hub: rules.signs_in_to_mail_by_password(hub.amina),
    ),
    Promise(
        "hub.members.account.rules.must_have_factor",
        2,
        lambda member: _with_factor(rules.must_have_factor, member),
        lambda hub: _anew(hub.amina),
    ),
    Promise(
        "hub.members.account.rules.must_set_up",
        3,
        lambda member: _with_factor(rules.must_set_up, member),
        lambda hub: _anew(hub.rosa),
    ),
    Promise(
        "hub.members.account.middleware.SignInMiddleware.process_view",
        1,
        lambda hub: _with_factor(_process_view, hub.sofia),
    ),
    Promise("hub.members.account.middleware.SignInMiddleware.process_view", 0, lambda hub: _process_view(hub.amina)),
    Promise("hub.members.account.selectors.socket_sign_in", 0, lambda _hub: account_selectors.socket_sign_in(None)),
    Promise(
        "hub.members.account.selectors.sign_ins_of",
        1,
        lambda hub: account_selectors.sign_ins_of(hub.amina, session_key="", now=hub.now),
    ),
    Promise(
        "hub.members.account.selectors.are_signed_in",
        1,
        lambda hub: account_selectors.are_signed_in({"mark"}, {hub.amina.pk}, now=hub.now),
    ),
    Promise(
        "hub.members.authors.find_or_record_author", 6, lambda _hub: find_or_record_author(address=_NOBODY, name="N")
    ),
    Promise("hub.members.limits.account_key", 1, lambda hub: sign_in_limits.account_key(hub.amina.email)),
    Promise("hub.members.limits.account_key", 2, lambda _hub: sign_in_limits.account_key(_NOBODY)),
    Promise("hub.members.limits.SignInAttempt.wait", 2, lambda attempt: attempt.wait(), _attempt),
    Promise(
        "hub.members.limits.attempt",
        2,
        lambda _hub: sign_in_limits.attempt(sign_in_limits.WEB, address=_NOBODY, host="192.0.2.1"),
    ),
)
SEARCH = (
    Promise("hub.search.selectors.scopes_of", 1, lambda hub: search_selectors.scopes_of(hub.amina)),
    Promise("hub.search.selectors.search", 4, lambda hub: search_selectors.search(hub.amina, "answer")),
    Promise("hub.search.selectors.search", 4, lambda _hub: search_selectors.search(None, "answer")),
    Promise("hub.search.selectors.search", 0, lambda hub: search_selectors.search(hub.amina, "")),
    Promise(
        "hub.search.services.index_document",
        2,
        lambda pair: services.index_document(document=pair[1], now=pair[0].now),
        lambda hub: (hub, _document(hub)),
    ),
    Promise(
        "hub.search.services.remove_document",
        1,
        lambda hub: services.remove_document(key=f"contribution:{hub.newest.number}"),
    ),
    Promise(
        "hub.search.services.change_author", 1, lambda hub: services.change_author(before=hub.amina, after=hub.boris)
    ),
    Promise("hub.search.services.forget_author", 1, lambda hub: services.forget_author(hub.amina)),
    Promise(
        "hub.search.services.move_topic", 1, lambda hub: services.move_topic(before=hub.topic.pk, after=hub.topic.pk)
    ),
    Promise(
        "hub.search.services._separate",
        1,
        lambda rows: services._separate(rows),
        lambda hub: [services._row(_document(hub), hub.now)],
    ),
    Promise("hub.search.services.fold_again", 1, lambda _hub: services.fold_again(limit=5)),
)
LIBRARY = (
    Promise("hub.lib.batches.in_batches", 1, lambda _hub: list(in_batches(Member.objects.all(), 1_000)), besides=1),
    Promise("hub.lib.heartbeats.living", 1, lambda hub: heartbeats.living("worker", hub.now)),
    Promise("hub.lib.heartbeats.working_hosts", 1, lambda _hub: heartbeats.working_hosts("worker")),
    Promise("hub.lib.prepared.Prepared.rows", 1, lambda hub: _NAMES.rows([hub.amina.pk, hub.boris.pk])),
    Promise("hub.lib.prepared.Prepared.models", 1, lambda hub: _PEOPLE.models([hub.amina.pk, hub.boris.pk])),
    Promise("hub.lib.receipts.waiting", 0, lambda request: receipts.waiting(request), _request),
    Promise(
        "hub.runtime.tasks.run_tasks",
        2,
        lambda hub: tasks.run_tasks(hub.now),
        lambda hub: DBTaskResult.objects.all().delete() and hub,
    ),
    Promise("hub.lib.limits.wait", 1, lambda _hub: limits.wait((_LIMIT, "key"), (_LIMIT, "other"))),
    Promise("hub.lib.limits.take", 2, lambda _hub: limits.take(_LIMIT, "key")),
    Promise("hub.lib.limits.ends_in", 1, lambda _hub: limits.ends_in(_LIMIT, "key")),
    Promise("hub.lib.paging.listed", 2, lambda _hub: paging.listed(Member.objects.all(), page=1)),
)
PROMISES = (*MEMBERS, *SEARCH, *LIBRARY)
