"""Convene the demo's liaison groups and plan their correspondence."""

from hub.demo.reader import Gathering
from hub.demo.telling import Teller
from liaison import services


def convene(gathering: Gathering, teller: Teller) -> int:
    """Make a group with its people, plan what was written, and return its forum's key."""
    begins, header = gathering.days("term_from", teller.now), gathering.header
    group = services.convene_group(
        name=gathering.title,
        slug=header["slug"],
        topic=header["topic"],
        mandate=gathering.sections["Mandate"],
        term_starts=begins.date(),
        term_ends=gathering.days("term_until", teller.now).date(),
        actor=teller.cast[header["secretary"]],
        members=[teller.cast[key] for key in gathering.keys("members")],
        chair=teller.cast[header["chair"]],
        secretary=teller.cast[header["secretary"]],
        language=header["language"],
        now=begins,
    )
    for thread in gathering.threads:
        teller.plan_thread(thread, forum_id=group.forum_id, opens=begins)
    return int(group.forum_id)
