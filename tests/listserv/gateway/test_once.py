"""Other words under a Message-ID that has been here: nothing vanishes, and nobody takes an identifier of others."""

import pytest

from forums import services
from forums.models import Contribution, ForumPolicy
from hub.lib.clock import now as clock
from listserv.models import InboundMail, Mailing
from listserv.outbound.render import Renderer
from tests.listserv.gateway.conftest import accept, drain, plain_message

pytestmark = pytest.mark.django_db
RISK = "risk@lists.hub.example"


def _send(cast, text, *, to=RISK, who=None, member=None, **options):
    who = who or cast.amina
    reply = accept(plain_message(text, who=who, message_id="a@x.example", **options), to, member=member or who)
    drain()
    return reply


def _texts():
    return list(Contribution.objects.order_by("number").values_list("post__content", flat=True))


def test_other_words_under_one_message_id_are_published_and_the_same_again_are_not(cast):
    for text in ("First.", "Second.", "First.", "Second."):
        assert _send(cast, text).startswith("250")
    assert _texts() == ["First.", "Second."]


def test_another_file_under_one_message_id_is_other_words(cast):
    boundary = 'multipart/mixed; boundary="b"'
    for content in ("one", "two", "two"):
        raw = (
            f"From: {cast.amina.email}\r\nSubject: S\r\nMessage-ID: <f@x.example>\r\nContent-Type: {boundary}\r\n\r\n"
            "--b\r\nContent-Type: text/plain\r\n\r\nSee.\r\n--b\r\nContent-Type: text/csv\r\n"
            f'Content-Disposition: attachment; filename="a.csv"\r\n\r\n{content}\r\n--b--\r\n'
        )
        accept(raw, RISK, member=cast.amina)
        drain()
    assert Contribution.objects.count() == 2


def test_other_words_are_published_although_the_first_mail_is_no_longer_kept(cast):
    _send(cast, "First.")
    InboundMail.objects.update(raw=b"")
    _send(cast, "Second.")
    assert _texts() == ["First.", "Second."]


def test_other_orders_under_one_message_id_are_carried_out(cast):
    first, second = (cast.say(cast.boris, f"Word {number}.", now=clock()) for number in (1, 2))
    for contribution in (first, second, first):
        _send(cast, f"GET {contribution.number}", to="risk-request@lists.hub.example")
    assert list(InboundMail.objects.order_by("pk").values_list("state", flat=True)) == ["done", "done", "discarded"]


def test_a_held_mail_of_other_words_is_not_discarded_with_a_proven_one(cast):
    accept(plain_message("Unproven.", who=cast.amina, message_id="a@x.example"), RISK)
    _send(cast, "Proven.")
    assert set(InboundMail.objects.values_list("state", flat=True)) == {"held", "published"}


def test_a_message_id_that_another_member_has_used_takes_nothing_from_who_is_proven(cast):
    _send(cast, "Boris was first.", who=cast.boris)
    assert _send(cast, "And Amina has the same identifier.").startswith("250")
    assert len(_texts()) == 2


def test_a_stranger_learns_nothing_of_a_closed_list_from_the_identifier_of_a_copy(cast, now):
    _send(cast, "Within.")
    plaza = services.create_forum(name="Plaza", slug="plaza", preset=ForumPolicy.Preset.MEMBERS, now=now)
    _send(cast, "Outside.", to="plaza@lists.hub.example", who=cast.stella)
    mailing = Mailing.objects.select_related("contribution__post__topic__forum", "list").get(
        contribution__forum_id=plaza.forum_id
    )
    assert Renderer(mailing).message_id == "a@x.example"
