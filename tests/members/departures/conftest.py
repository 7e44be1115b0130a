"""A hub in which Zubayda is, before she leaves it for good."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation

from forums import services as forums
from hub.lib.clock import now as clock
from hub.members.models import Member
from tests.members.departures.person import HOME, NAME, WORK
from tests.world import World, build


@pytest.fixture
def world(settings: Any) -> World:
    settings.EMAIL_BACKEND = "listserv.outbound.mail_backend.NoticeBackend"
    return build(clock(), settings.HUB_DATA)


@pytest.fixture
def zubayda(world: World) -> Member:
    """A member with two addresses, in a discussion, a conference and a group of the world."""
    member = Member.objects.create_user(email=HOME, name=NAME, password="a long password", is_active=True, country="JO")
    member.organisation, member.expertise = f"Office of {NAME}", f"ask {HOME}"
    member.save()
    for address in (HOME, WORK):
        row = EmailAddress.objects.create(user=member, email=address, verified=True, primary=address == HOME)
    EmailConfirmation.create(row).save()
    forums.admit_member(forum_id=world.keys["forum"], member=member, now=clock())
    return member
