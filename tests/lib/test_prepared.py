"""A prepared question gives what the queryset gives, for any number of values, on either database."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Count
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext

from hub.lib.prepared import Insert, NotPreparableError, Prepared
from hub.members.models import Application, Member

pytestmark = pytest.mark.django_db


def by_key(keys):
    return Member.objects.filter(pk__in=keys, is_active=True, language="en").order_by("pk").values_list(
        "pk", "name", "is_active", "joined_at", "anonymised_at"
    )  # fmt: skip


def test_rows_are_those_of_the_queryset_with_their_types(make_member):
    members = [make_member(f"Member {number}") for number in range(7)]
    Member.objects.filter(pk=members[3].pk).update(language="fr")
    prepared = Prepared(by_key)
    for count in (1, 2, 3, 5, 7):
        keys = [member.pk for member in members[:count]]
        assert prepared.rows(keys) == list(by_key(keys))
    assert prepared.rows({10**9}) == []


def test_no_value_asks_nothing_and_many_ask_in_pieces(make_member, monkeypatch):
    keys = [make_member(f"Member {number}").pk for number in range(5)]
    monkeypatch.setattr("hub.lib.prepared.MOST", 2)
    prepared = Prepared(by_key)
    with CaptureQueriesContext(connection) as asked:
        assert prepared.rows([]) == []
    assert len(asked) == 0
    assert prepared.rows(keys) == list(by_key(keys))


def test_single_values_moments_and_groups_are_bound_too(make_member, now):
    def since(languages, moment):
        rows = Member.objects.filter(language__in=languages, joined_at__gt=moment).order_by()
        return rows.values_list("language").annotate(people=Count("pk"))

    for number in range(3):
        make_member(f"Member {number}")
    prepared = Prepared(since)
    joined = Member.objects.latest("joined_at").joined_at
    for moment in (joined - timedelta(days=1), joined + timedelta(days=1)):
        for languages in (["en"], ["en", "fr", "ru"]):
            assert sorted(prepared.rows(languages, moment)) == sorted(since(languages, moment))


def test_values_with_marks_quotes_and_percent_signs_are_only_values(make_member):
    prepared = Prepared(lambda names: Member.objects.filter(name__in=names).values_list("name"))
    for name in ("O'Hara", "100%", "%s", "?", '"; DROP TABLE members_member; --', "emoji 🌾", "mark 0 \u2063"):
        make_member(name)
        assert prepared.rows([name]) == [(name,)]


def test_answers_are_of_this_moment(make_member):
    member = make_member("Amina")
    prepared = Prepared(by_key)
    assert len(prepared.rows([member.pk])) == 1
    Member.objects.filter(pk=member.pk).update(is_active=False)
    assert prepared.rows([member.pk]) == []


def test_value_that_the_query_does_not_take_as_it_is_given_is_a_fault_at_once():
    with pytest.raises(NotPreparableError):
        Prepared(lambda names: Member.objects.filter(name__icontains=names).values_list("pk")).rows("Amina")


def test_rows_are_written_as_the_model_would(make_member, now):
    insert = Insert(Application)
    people = [make_member(f"Member {number}") for number in range(3)]
    insert.write(
        [Application(member=person, state=Application.State.PENDING, statement="I'd like to, 100%.", created_at=now)
         for person in people]
    )  # fmt: skip
    rows = Application.objects.order_by("member_id").values_list("member_id", "state", "statement", "created_at")
    assert list(rows) == [(person.pk, "pending", "I'd like to, 100%.", now) for person in people]
    with pytest.raises(IntegrityError), transaction.atomic():
        insert.write([Application(member=people[0], state="pending", created_at=now)])


def test_models_are_those_of_the_queryset_with_what_it_joins_and_without_what_it_defers(make_member, now):
    amina, boris = make_member("Amina Diallo", country="SN"), make_member("Boris Horvat")
    Application.objects.create(member=amina, state="pending", statement="Let me in.", created_at=now)

    def of_members(members):
        rows = Application.objects.filter(member_id__in=members).order_by("pk")
        return rows.select_related("member", "decided_by").defer("statement")

    prepared = Prepared(of_members)
    for _time in range(2):
        with CaptureQueriesContext(connection) as asked:
            [row] = prepared.models([amina.pk, boris.pk])
            assert (row.member.name, str(row.member.country), row.created_at) == ("Amina Diallo", "SN", now)
            assert row.decided_by is None and row == of_members([amina.pk]).get()
        assert len(asked) == 2
    assert row.get_deferred_fields() == {"statement"} and row.statement == "Let me in."
    assert prepared.first([boris.pk]) is None and prepared.models([]) == []
    assert prepared.first([amina.pk]).member._state.adding is False


def test_days_are_bound_too(make_member, now):
    def of_day(day, until):
        return Member.objects.filter(joined_at__date__gte=day, joined_at__date__lt=until).values_list("pk")

    member, day = make_member("Amina"), make_member("Boris").joined_at.date()
    prepared = Prepared(of_day)
    assert (member.pk,) in prepared.rows(day, day + timedelta(days=1))
    assert prepared.rows(day + timedelta(days=1), day + timedelta(days=2)) == []


def test_what_says_an_order_or_how_many_is_asked_whole(make_member, monkeypatch):
    keys = [make_member(f"Member {number}").pk for number in range(5)]
    monkeypatch.setattr("hub.lib.prepared.MOST", 2)
    prepared = Prepared(lambda keys: Member.objects.filter(pk__in=keys).order_by("-pk")[:3], whole=True)
    with CaptureQueriesContext(connection) as asked:
        assert [member.pk for member in prepared.models(keys)] == sorted(keys)[:1:-1]
    assert len(asked) == 1
