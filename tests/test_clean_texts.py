"""One form feed, escape or noncharacter costs nobody the feed, the print or the mail, wherever it was typed."""

import xml.etree.ElementTree as ET

import pytest
from machina.apps.forum.models import Forum
from machina.apps.forum_conversation.models import Post, Topic

from conferences import services as conference_services
from forums import services
from forums.models import Contribution, ForumPolicy, LogEntry
from forums.views.feeds import url_for
from hub.members.models import Invitation
from tests.listserv.gateway.conftest import accept, drain, plain_message

pytestmark = pytest.mark.django_db
BAD = "".join(map(chr, [*range(1, 9), 11, 12, *range(14, 32), 127, 0x85, 0x9B, 0xFDD0, 0xFFFE, 0xFFFF, 0x1FFFF]))
KEPT = "\u200c\u200d\u200e\u200f\u202a\u202c\u2066\u2069"


def is_clean(text):
    """Whether a text has none of them left."""
    return not set(text) & set(BAD)


def feed_of(client, cast):
    """Return the feed of the discussion, parsed."""
    answer = client.get(url_for(cast.amina, cast.forum_id))
    assert answer.status_code == 200
    return ET.fromstring(answer.content)


@pytest.mark.parametrize("origin", ["web", "mail", "live"])
def test_every_origin_is_cleaned(client, cast, now, origin):
    file = services.Upload(f"a{BAD}.pdf", b"%PDF-1.4", "application/pdf")
    draft = services.Draft(
        forum_id=cast.forum_id, subject=f"Sub{BAD}ject", text=f"One{BAD} two{KEPT}.", folded=f"x{BAD}y", files=(file,)
    )
    services.publish(draft=draft, author=cast.amina, origin=origin, now=now)
    contribution = Contribution.objects.get()
    for text in (
        contribution.subject,
        contribution.text,
        contribution.html,
        contribution.folded,
        contribution.attachments.get().name,
        Topic.objects.get().subject,
    ):
        assert is_clean(text), text
    assert KEPT in contribution.text and KEPT in contribution.html
    feed_of(client, cast)


def test_a_mail_is_cleaned_on_its_way_in(client, cast):
    raw = plain_message("Page one.\x0c\r\nPage \x1b[1mtwo\x1b[0m.", who=cast.amina)
    assert accept(raw, "risk@lists.hub.example", member=cast.amina).startswith("250")
    drain()
    assert Contribution.objects.get().text == "Page one.\n\nPage two."
    feed_of(client, cast)


def test_names_and_titles_are_cleaned_whatever_saves_them(client, cast, now):
    cast.amina.name, cast.amina.organisation = f"Ami{BAD}na", f"Uni{BAD}"
    cast.amina.save()
    forum = Forum.objects.get(pk=cast.forum_id)
    forum.name = f"Ri{BAD}sk"
    forum.save()
    ForumPolicy.objects.create(forum=Forum.objects.create(name=f"O{BAD}", type=0), theme=f"T{BAD}", summary=f"S{BAD}")
    services.write_summary(forum_id=cast.forum_id, actor=cast.chen, summary=f"Sum{BAD}mary", now=now)
    conference = conference_services.convene_conference(
        name=f"Con{BAD}ference", slug="c", actor=cast.sofia, now=now, background=f"B{BAD}", people={}
    )
    policy = ForumPolicy.objects.get(forum_id=cast.forum_id)
    texts = [cast.amina.name, cast.amina.organisation, forum.name, policy.summary, policy.summary_html]
    texts += [conference.forum.name, conference.background]
    texts += [text for row in ForumPolicy.objects.all() for text in (row.theme, row.summary, row.theme_html)]
    assert all(map(is_clean, texts)), texts
    cast.say(cast.amina, now=now)
    feed_of(client, cast)


def test_an_edit_and_its_reason_are_cleaned(client, cast, now):
    contribution = cast.say(cast.amina, "First.", subject="Baselines", now=now)
    services.edit_contribution(
        number=contribution.number, actor=cast.chen, text=f"Sec{BAD}ond.", reason=f"W{BAD}hy", now=now
    )
    contribution = Contribution.objects.get()
    assert is_clean(contribution.text + contribution.post.update_reason) and contribution.text.startswith("Sec")
    feed_of(client, cast)


def test_what_is_written_to_come_into_a_discussion_is_cleaned(cast, now):
    asked = services.ask_to_join(forum_id=cast.forum_id, member=cast.stella, statement=f"I{BAD}.", now=now)
    services.decline_request(request_id=asked.pk, actor=cast.chen, reason=f"Full{BAD}.", now=now)
    services.invite(forum_id=cast.forum_id, addresses=["a@b.example"], actor=cast.chen, line=f"Co{BAD}me!", now=now)
    asked.refresh_from_db()
    entry = LogEntry.objects.get(act="request.decline")
    assert all(map(is_clean, (asked.statement, asked.reason, Invitation.objects.get().line, entry.reason)))
    assert "".join(asked.statement.split()) == "I."


def test_what_is_proposed_and_opened_is_cleaned(cast, now):
    proposed = dict.fromkeys(("name", "theme", "why", "sponsor"), f"A{BAD}b")
    proposed |= {"opens_at": None, "closes_at": None, "moderates": False}
    proposal = services.propose_discussion(actor=cast.amina, now=now, **proposed)
    services.decline_proposal(proposal_id=proposal.pk, actor=cast.sofia, reason=f"N{BAD}o", now=now)
    proposal.refresh_from_db()
    words = dict.fromkeys(("name", "theme", "background", "questions", "sponsors"), f"A{BAD}b")
    values = {**words, "preset": "members", "language": "en"}
    policy = services.open_discussion(values=values, slug="more", leaders=[], actor=cast.sofia, now=now)
    changes = {name: f"{text}, c{BAD}d" for name, text in words.items()}
    services.change_discussion(forum_id=policy.forum_id, changes=changes, actor=cast.sofia, now=now)
    policy.refresh_from_db()
    texts = [proposal.name, proposal.theme, proposal.why, proposal.sponsor, proposal.reason, policy.forum.name]
    texts += [policy.theme, policy.background, policy.questions, policy.sponsors, policy.background_html]
    texts += [text for entry in LogEntry.objects.all() for text in entry.details.values() if isinstance(text, str)]
    assert len(texts) > 20 and all(map(is_clean, texts)), texts


def test_what_an_earlier_release_has_stored_breaks_no_feed(client, cast, now):
    contribution = cast.say(cast.amina, "First.", subject="Baselines", now=now)
    Post.objects.filter(pk=contribution.post_id).update(
        content=f"a{BAD}", _content_rendered=f"<p>a{BAD}</p>", subject=f"b{BAD}", update_reason=f"c{BAD}"
    )
    Contribution.objects.update(author_name=f"Ami{BAD}na", revision=1)
    Forum.objects.filter(pk=cast.forum_id).update(name=f"Risk{BAD}")
    entry = feed_of(client, cast)
    assert entry is not None
