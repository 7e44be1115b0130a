"""Who may leave for good, by the page, the Secretariat or the command, and what is done afterwards."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import models
from django.test import Client
from django_tasks_db.models import DBTaskResult

from hub.lib.clock import now as clock
from hub.lib.errors import Conflict, Invalid, NotAllowed
from hub.members import departures
from hub.members.models import Departure, DepartureTrace, Member
from hub.members.services import anonymise_member
from tests.members.departures.person import NAME, WORK, fill

pytestmark = pytest.mark.django_db


def test_the_last_of_the_secretariat_and_the_last_who_leads_stay(world, zubayda):
    sofia, chen = world.people["sofia"], world.people["chen"]
    with pytest.raises(Invalid) as last:
        anonymise_member(member_id=sofia.pk, actor=sofia, now=clock())
    with pytest.raises(Invalid) as leader:
        anonymise_member(member_id=chen.pk, actor=sofia, now=clock())
    assert (last.value.code, leader.value.code) == ("last-secretariat", "last-leader")
    with pytest.raises(NotAllowed):
        anonymise_member(member_id=chen.pk, actor=zubayda, now=clock())
    assert Member.objects.get(pk=chen.pk).is_active
    assert not Departure.objects.filter(member=chen).exists()


def test_a_search_that_was_interrupted_is_finished_by_the_worker(world, zubayda, monkeypatch):
    fill(world, zubayda)
    with monkeypatch.context() as patch:
        patch.setattr(departures, "finish_departure", lambda *, departure_id: 0)
        anonymise_member(member_id=zubayda.pk, actor=zubayda, now=clock())
    departure = Departure.objects.get(member=zubayda)
    assert NAME in departure.wanted["names"]
    task = DBTaskResult.objects.get(task_path__endswith="finish_later")
    assert task.run_after is not None and task.run_after > clock() + timedelta(minutes=5)
    assert departures.finish_later.call(departure.pk) > 0
    departure.refresh_from_db()
    assert (departure.wanted, departure.finished_at is not None) == ({}, True)
    with pytest.raises(Conflict):
        anonymise_member(member_id=zubayda.pk, actor=zubayda, now=clock())


def test_a_member_leaves_by_the_page_with_the_password(world, zubayda, mailoutbox):
    client = Client()
    client.force_login(zubayda, backend="hub.members.backends.AddressBackend")
    page = client.get("/leave/").content.decode()
    assert "cannot be undone" in page and "issued under a symbol" in page
    for wrong in ({"password": "a long password"}, {"password": "wrong", "understood": "on"}, {}):
        assert client.post("/leave/", wrong).status_code == 422
    assert Member.objects.get(pk=zubayda.pk).is_active
    answer = client.post("/leave/", {"password": "a long password", "understood": "on"})
    assert "You have left the network" in answer.content.decode()
    assert client.get("/preferences/").status_code == 302
    assert Member.objects.get(pk=zubayda.pk).anonymised_at


def test_the_secretariat_takes_a_person_out_with_a_reason_and_settles_what_is_left(world, zubayda, mailoutbox):
    fill(world, zubayda)
    client = Client()
    client.force_login(world.people["sofia"], backend="hub.members.backends.AddressBackend")
    url = f"/members/{zubayda.pk}/anonymise/"
    assert NAME in client.get(url).content.decode()
    assert client.post(url, {"password": "a long password", "understood": "on"}).status_code == 422
    answer = client.post(url, {"password": "a long password", "understood": "on", "reason": f"{NAME} asked by phone."})
    departure = Departure.objects.get(member=zubayda)
    assert answer.url == f"/members/departures/{departure.pk}/"
    assert departure.reason == "[…] asked by phone."
    page = client.get(answer.url).content.decode()
    assert "Mark as settled" in page and NAME not in page
    trace = departure.traces.all()[0]
    client.post(answer.url, {"trace": trace.pk})
    trace.refresh_from_db()
    assert trace.settled_by == world.people["sofia"]
    assert client.get("/members/departures/").status_code == 200
    assert client.get(url).status_code == 404


def test_the_command_does_the_same_and_prints_the_places(world, zubayda):
    fill(world, zubayda)
    out = StringIO()
    call_command("anonymise", WORK.upper(), "--yes", "--reason", "asked", stdout=out)
    departure = Departure.objects.get(member=zubayda)
    assert f"Places where others name the person: {departure.traces.count()}" in out.getvalue()
    assert "/c/" in out.getvalue()
    with pytest.raises(CommandError, match="No member"):
        call_command("anonymise", WORK, "--yes")


def test_places_are_listed_by_pages_with_a_flat_number_of_queries(world, zubayda, django_assert_max_num_queries):
    anonymise_member(member_id=zubayda.pk, actor=zubayda, now=clock())
    departure = Departure.objects.get(member=zubayda)
    sofia = world.people["sofia"]
    DepartureTrace.objects.bulk_create(
        DepartureTrace(departure=departure, kind="contribution", url=f"/c/{number}/", settled_at=clock(),
                       settled_by=sofia)
        for number in range(120)
    )  # fmt: skip
    client = Client()
    client.force_login(sofia, backend="hub.members.backends.AddressBackend")
    url = f"/members/departures/{departure.pk}/"
    client.get(url)
    with django_assert_max_num_queries(20):
        page = client.get(f"{url}?page=2").content.decode()
    assert page.count("/c/") == 50
    assert isinstance(DepartureTrace._meta.get_field("url"), models.CharField)
