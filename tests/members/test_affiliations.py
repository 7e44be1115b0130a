"""Organisations, stakeholder groups and focal points: records that the Secretariat keeps."""

import pytest

from hub.lib.errors import Conflict, Invalid, NotAllowed
from hub.members import affiliations
from hub.members.models import Organisation
from hub.members.services import anonymise_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def seeds(cast):
    """The record of an organisation."""
    return affiliations.record_organisation(
        name=" Seed   office ", short_name="SO", country="PE", kind="ministry", stakeholder_group="government",
        actor=cast.sofia,
    )  # fmt: skip


def test_an_organisation_is_recorded_once(cast, seeds):
    again = affiliations.record_organisation(name="Seed office", country="PE", actor=cast.sofia)
    assert again == seeds and str(seeds) == "Seed office" and again.kind == "ministry"
    assert affiliations.record_organisation(name="Seed office", country="FI", actor=cast.sofia) != seeds
    assert Organisation.objects.count() == 2


@pytest.mark.parametrize("fields", [{"name": " "}, {"name": "A", "kind": "x"}, {"name": "A", "stakeholder_group": "x"}])
def test_what_cannot_be_recorded_is_refused(cast, fields):
    with pytest.raises(Invalid):
        affiliations.record_organisation(actor=cast.sofia, **fields)


def test_only_the_secretariat_keeps_these_records(cast, seeds, now):
    with pytest.raises(NotAllowed):
        affiliations.record_organisation(name="Another", actor=cast.chen)
    with pytest.raises(NotAllowed):
        affiliations.name_focal_point(member=cast.chen, actor=cast.chen, country="CN", now=now)
    with pytest.raises(NotAllowed):
        affiliations.set_affiliation(member=cast.amina, actor=cast.chen, organisation=seeds)


def test_a_member_takes_the_group_of_the_organisation_unless_they_have_their_own(cast, seeds):
    cast.stella.organisation = "The office of seeds"
    affiliations.set_affiliation(member=cast.stella, actor=cast.stella, organisation=seeds)
    cast.stella.refresh_from_db()
    assert (cast.stella.affiliation, cast.stella.stakeholder_group) == (seeds, "government")
    affiliations.set_affiliation(member=cast.stella, actor=cast.sofia, organisation=seeds, stakeholder_group="academia")
    affiliations.set_affiliation(member=cast.stella, actor=cast.sofia, organisation=seeds)
    assert cast.stella.stakeholder_group == "academia"


def test_a_focal_point_speaks_for_a_country_or_an_organisation(cast, seeds, now):
    point = affiliations.name_focal_point(member=cast.stella, actor=cast.sofia, country="PE", now=now)
    affiliations.name_focal_point(member=cast.stella, actor=cast.sofia, organisation=seeds, now=now)
    assert [row.member for row in affiliations.focal_points_of(country="PE")] == [cast.stella]
    assert len(affiliations.places_spoken_for(cast.stella)) == 2
    with pytest.raises(Conflict):
        affiliations.name_focal_point(member=cast.stella, actor=cast.sofia, country="PE", now=now)
    for wrong in ({}, {"country": "PE", "organisation": seeds}):
        with pytest.raises(Invalid):
            affiliations.name_focal_point(member=cast.stella, actor=cast.sofia, now=now, **wrong)
    affiliations.end_focal_point(focal_point_id=point.pk, actor=cast.sofia, now=now)
    assert not affiliations.focal_points_of(country="PE")
    affiliations.name_focal_point(member=cast.stella, actor=cast.sofia, country="PE", now=now)


def test_who_leaves_for_good_speaks_for_nobody_and_keeps_the_group(cast, seeds, now):
    affiliations.set_affiliation(member=cast.stella, actor=cast.sofia, organisation=seeds)
    affiliations.name_focal_point(member=cast.stella, actor=cast.sofia, country="PE", now=now)
    anonymise_member(member_id=cast.stella.pk, actor=cast.sofia, now=now)
    cast.stella.refresh_from_db()
    assert (cast.stella.affiliation, cast.stella.stakeholder_group) == (None, "government")
    assert not affiliations.places_spoken_for(cast.stella)
