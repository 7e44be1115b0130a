"""Edited words are marked wherever they go: copies, digests, feeds, the API, exports, answers to GET."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from forums import services
from forums.models import Contribution, ForumPolicy
from hub.lib.clock import now as clock
from listserv.archive.export import export_mbox
from listserv.digests.render import Digest
from listserv.digests.select import gather
from listserv.models import Mailing
from listserv.outbound.bodies import Bodies
from listserv.outbound.retries import mailings
from listserv.outbound.roster import Form

pytestmark = pytest.mark.django_db
MARK = "Edited by the moderator Chen Wei on"
REASON = "the units were wrong"


@pytest.fixture
def edited(cast):
    """What Amina said, shown in Chen's words."""
    ForumPolicy.objects.filter(pk=cast.policy.pk).update(moderated=True)
    held = cast.say(cast.amina, "Fifty metres.", subject="Isolation", now=clock())
    services.approve_with_words(
        number=held.number, actor=cast.chen, text="Fifty feet.", reason=REASON, revision=0, now=clock()
    )
    return Contribution.objects.get(pk=held.pk)


def _texts(raw):
    """Return the texts of a mail, decoded, with each run of white space as one blank."""
    parts = message_from_bytes(raw, policy=policy.default).walk()
    return " ".join(" ".join(part.get_content().split()) for part in parts if part.get_content_maintype() == "text")


@pytest.mark.parametrize("form", [Form.TEXT, Form.NOTICE, Form.FILES])
def test_copies_are_marked_in_text_and_html(edited, form):
    mailing = mailings().get(contribution=edited)
    body = _texts(b"".join(Bodies(mailing.contribution, mailing.list, alias="").get("en", form)))
    assert body.count(MARK) == 2 and body.count(REASON) == 2


def test_rendering_an_edited_copy_costs_no_query_more(edited, django_assert_num_queries):
    mailing = mailings().get(contribution=edited)
    bodies = Bodies(mailing.contribution, mailing.list, alias="")
    with django_assert_num_queries(1):
        bodies.get("en", Form.TEXT)
        bodies.get("fr", Form.TEXT)


def test_copies_of_words_that_stand_as_written_are_not_marked(cast):
    contribution = cast.say(cast.amina, "Fifty metres.", now=clock())
    mailing = mailings().get(contribution=contribution)
    body = b"".join(Bodies(mailing.contribution, mailing.list, alias="").get("en", Form.TEXT))
    assert "Fifty metres." in _texts(body) and "Edited" not in _texts(body)


def test_digests_are_marked(cast, edited):
    mailing_list = Mailing.objects.get().list
    gathered = gather(mailing_list, 0)
    row = mailing_list.subscriptions.select_related("member", "address").get(member=cast.boris)
    digest = Digest(mailing_list, gathered, language="en", zone="UTC", now=clock() + timedelta(days=1))
    assert _texts(b"".join(digest.envelope(row).parts)).count(MARK) == 2


def test_feed_and_api_say_who_edited_and_why(client, cast, edited):
    client.force_login(cast.boris)
    feed = client.get(f"/discussions/{cast.forum_id}/feed.atom").content.decode()
    assert MARK in feed and REASON in feed
    said = client.get(f"/api/v1/contributions/{edited.number}").json()
    assert (said["revision"], said["edited"]["by"], said["edited"]["by_author"]) == (1, "Chen Wei", False)
    assert said["edited"]["reason"] == REASON and said["edited"]["history_url"].endswith("/history/")
    page = client.get(f"/api/v1/topics/{edited.topic_id}/contributions").json()
    assert page["contributions"][0]["edited"]["by"] == "Chen Wei"


def test_exports_are_marked(cast, edited):
    (piece,) = export_mbox(mailing_list=cast.policy.forum.mailing_list)
    edited = message_from_bytes(piece.partition(b"\n")[2], policy=policy.default)["X-Hub-Edited"]
    assert "Chen Wei" in edited and REASON in edited
