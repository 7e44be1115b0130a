"""``#164`` in the subject or on the first line says what a mail to a list answers."""

import pytest

from forums import services
from forums.models import Contribution
from hub.lib.clock import now as clock
from listserv import tokens
from listserv.mail.parse.answered_number import answered_number
from listserv.mail.parse.message import parse
from tests.listserv.gateway.conftest import accept, drain, plain_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def risk(cast):
    """The closed discussion's list."""
    return cast.policy.forum.mailing_list


@pytest.fixture
def original(cast):
    return cast.say(cast.amina, "Twenty metres.", subject="Distances", now=clock())


def answer(cast, to, text="My answer.", *, subject="Something", proven=True, **headers):
    raw = plain_message(text.replace("\n", "\r\n"), who=cast.boris, subject=subject, message_id="n1@x", **headers)
    reply = accept(raw, to, member=cast.boris if proven else None)
    drain()
    return reply


@pytest.mark.parametrize(
    ("subject", "text", "bare"),
    [
        ("#{n}", "My answer.", "Re: Distances"), ("Re: #{n}", "My answer.", "Re: Distances"),
        ("Re: [risk] #{n}", "My answer.", "Re: Distances"), ("#{n}: Soil types", "My answer.", "Soil types"),
        ("#{n} Re: Distances", "My answer.", "Re: Distances"), ("Something", "#{n}\n\nMy answer.", "Something"),
        ("\u200e#{n}", "My answer.", "Re: Distances"), ("Something", "\u200e#{n}\u200f\nMy answer.", "Something"),
        ("", "\n#{n}.\nMy answer.", "Re: Distances"), ("Ответ: ＃{n}", "My answer.", "Re: Distances"),
    ],
)  # fmt: skip
def test_number_picks_the_thread_and_is_no_word_of_the_answer(cast, risk, original, subject, text, bare):
    other = cast.say(cast.amina, "Another.", subject="Other", now=clock())
    reply = answer(cast, risk.address, text.format(n=original.number), subject=subject.format(n=original.number),
                   In_Reply_To=f"<{other.message_id}>")  # fmt: skip
    assert reply.startswith("250")
    contribution = Contribution.objects.latest("pk")
    assert (contribution.parent, contribution.text, contribution.subject) == (original, "My answer.", bare)


def test_number_of_another_discussion_picks_nothing_and_stays(cast, risk, now):
    policy = services.create_forum(name="The plaza", slug="plaza", preset="members", now=now)
    draft = services.Draft(forum_id=policy.forum_id, text="Elsewhere.")
    elsewhere = services.publish(draft=draft, author=cast.boris, origin="web", now=clock()).contribution
    answer(cast, risk.address, f"#{elsewhere.number}\nMy answer.", subject=f"#{elsewhere.number}")
    contribution = Contribution.objects.latest("pk")
    assert contribution.parent is None and contribution.post.topic.forum_id == cast.forum_id
    assert contribution.text == f"#{elsewhere.number}\nMy answer." and contribution.subject == f"#{elsewhere.number}"


def test_number_is_no_proof(cast, risk, original):
    assert "held" in answer(cast, risk.address, subject=f"#{original.number}", proven=False)
    assert Contribution.objects.count() == 1


def test_digest_is_answered_by_its_own_reply_address_with_the_number(cast, risk, original):
    desk = tokens.desk_address("risk", member_id=cast.boris.pk, list_id=risk.pk)
    reply = answer(
        cast, desk, f"#{original.number}\nMy answer.\n\n> #{original.number}: Amina", proven=False,
        subject="Re: [risk] Digest of 3 November 2026: 3 contributions", In_Reply_To="<digest.abc@lists.hub.example>",
    )  # fmt: skip
    assert reply.startswith("250")
    contribution = Contribution.objects.latest("pk")
    assert (contribution.parent, contribution.author, contribution.text, contribution.subject) == (
        original,
        cast.boris,
        "My answer.",
        "Re: Distances",
    )


def test_desk_takes_a_number_without_words_for_no_contribution(cast, risk, original):
    desk = tokens.desk_address("risk", member_id=cast.boris.pk, list_id=risk.pk)
    answer(cast, desk, f"GET #{original.number}", subject="", proven=False)
    assert Contribution.objects.count() == 1


@pytest.mark.parametrize("subject", ["Issue #12 of the journal", "#hashtag", "# 12", "Re: 12", "#12a"])
def test_other_subjects_name_nothing(subject):
    assert answered_number(parse(f"Subject: {subject}\r\n\r\nWords.\r\n".encode())) is None
