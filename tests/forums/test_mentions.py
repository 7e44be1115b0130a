"""Who is mentioned: by the whole name, in any script, of somebody who may read; and nobody else."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from forums import mentions, services
from forums.models import Concern
from hub.lib.markup import MARKDOWN, PLAIN
from tests.growth import assert_linear

pytestmark = pytest.mark.django_db


def named(row: Any) -> dict[str, str]:
    return {concern.member.name: concern.kind for concern in Concern.objects.filter(contribution=row)}


@pytest.mark.parametrize(
    "text",
    ["@Boris Horvat, yes", "Yes @boris horvat's point", "(@BORIS\nHORVAT)", "＠Boris Horvát？", "@Boris  Horvat"],
)
def test_a_whole_name_mentions_whatever_its_case_accents_and_ends(cast, now, text):
    assert named(cast.say(cast.amina, text, now=now)) == {"Boris Horvat": "mention"}


@pytest.mark.parametrize(
    "text",
    ["@Boris", "a@Boris Horvat", "boris@horvat.example", "@Bori Horvat", "Boris Horvat", "> @Boris Horvat\n\nNo.",
     "`@Boris Horvat`", "```\n@Boris Horvat\n```", "@Stella Moreno", "@Amina Diallo", "@Boris\n\nHorvat"],
)  # fmt: skip
def test_parts_addresses_quotes_code_strangers_and_oneself_are_no_mention(cast, now, text):
    assert named(cast.say(cast.amina, text, now=now)) == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("王芳", "@王芳你好，请看"),
        ("أمينة ديالو", "شكرًا @أمينة ديالو، على الملاحظة"),
        ("Алёна Ёлкина", "@алена елкина: согласна"),
        ("สมชาย ใจดี", "@สมชาย ใจดีครับ"),
        ("Jean-Luc O’Neil", "@Jean Luc O'Neil"),
        ("김민수", "@김민수님"),
        ("José Ñandú", "@Jose Nandu"),
    ],
)
def test_names_of_any_script_are_recognised(cast, now, make_member, name, text):
    person = make_member(name)
    services.admit_member(forum_id=cast.forum_id, member=person, now=now)
    row = cast.say(cast.amina, text, now=now)
    assert [concern.member_id for concern in row.concerns.all()] == [person.pk]


def test_the_longest_name_wins_and_a_name_of_two_readers_is_nobodys(cast, now, make_member):
    people = [make_member(name) for name in ("Ana Lima", "Ana Lima Costa", "Li Na", "Li-Na")]
    for person in people:
        services.admit_member(forum_id=cast.forum_id, member=person, now=now)
    assert named(cast.say(cast.amina, "@Ana Lima Costa", now=now)) == {"Ana Lima Costa": "mention"}
    assert named(cast.say(cast.amina, "@Ana Lima spoke", now=now)) == {"Ana Lima": "mention"}
    assert named(cast.say(cast.amina, "@Li Na", now=now)) == {}


def test_an_answer_concerns_its_parents_author_once_even_when_they_are_named(cast, now):
    first = cast.say(cast.boris, now=now)
    assert named(cast.say(cast.amina, "Yes.", parent=first.number, now=now)) == {"Boris Horvat": "answer"}
    both = cast.say(cast.amina, "Yes, @Boris Horvat and @Chen Wei.", parent=first.number, now=now)
    assert named(both) == {"Boris Horvat": "mention", "Chen Wei": "mention"}
    assert named(cast.say(cast.boris, "My own.", parent=first.number, now=now)) == {}


def test_at_most_twenty_are_mentioned(cast, now, make_member):
    people = [make_member(f"Person Number{number}") for number in range(25)]
    services.admit_members(forum_id=cast.forum_id, member_ids=[person.pk for person in people], now=now)
    text = " ".join(f"@{person.name}" for person in people)
    number = cast.say(cast.amina, text, now=now).number
    assert Concern.objects.filter(contribution=number).count() == mentions.MAX_MENTIONS == 20


def test_an_edit_adds_and_takes_mentions(cast, now):
    row = cast.say(cast.amina, "@Boris Horvat", now=now)
    services.edit_contribution(number=row.number, actor=cast.amina, text="@Chen Wei", now=now)
    assert named(row) == {"Chen Wei": "mention"}


def test_members_see_a_link_and_the_public_a_name(cast, now):
    text = (
        "See @Boris Horvat & co.\n\n> @Boris Horvat quoted\n\n`@Boris Horvat` [for @Boris Horvat](https://a.example/)"
    )
    row = cast.say(cast.amina, text, now=now)
    client = Client()
    client.force_login(cast.chen, backend="hub.members.backends.AddressBackend")
    page = client.get(reverse("forums:topic_by_key", args=(row.topic_id,))).content.decode()
    link = f'<a class="mention" href="/members/{cast.boris.pk}/">@Boris Horvat</a>'
    assert page.count(link) == 1 and f"See {link} &amp; co." in page


@pytest.mark.parametrize(
    "piece", ["@Boris Horvat ", "@", "@a b c d e f g h i j k ", "`", "@王芳你好", "<b>@x</b>", "```\n@x y\n", "``a`"]
)
@pytest.mark.parametrize("text_format", [PLAIN, MARKDOWN])
def test_time_is_linear_in_the_text(piece, text_format):
    assert_linear(lambda text: mentions.candidates(text, text_format), lambda size: piece * size, 500)


def test_html_is_linked_in_linear_time():
    links = {f"Person Number{number}": f"/members/{number}/" for number in range(20)}
    piece = "<p>@Person Number3 &amp; a@b </p>"
    assert_linear(lambda html: mentions.with_links(html, links), lambda size: piece * size, 300)
