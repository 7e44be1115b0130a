"""Plain or Markdown: set by the way a contribution came in, and the same for all who read it, whatever changes."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client

from forums import pages, services
from forums.models import Contribution
from forums.services.rendering import render_contributions_again
from hub.lib.clock import now as clock
from hub.lib.markup import VERSION
from hub.search.models import SearchDocument
from listserv.archive.export import export_mbox
from listserv.digests.select import excerpt
from tests.listserv.gateway.conftest import accept, drain, plain_message

pytestmark = pytest.mark.django_db
TYPED = "The load is 5*10^3 and then 2*10^4.\n# of seeds: 100\n__START__ \\\\files\\_public &lt;none&gt;\n7) seven"
SHOWN = (
    "The load is 5*10^3 and then 2*10^4.<br># of seeds: 100<br>"
    "__START__ \\\\files\\_public &amp;lt;none&amp;gt;<br>7) seven"
)


def by_mail(cast, text=TYPED, html=False):
    """Send a mail to the list and return its contribution."""
    raw = plain_message(text.replace("\n", "\r\n"), who=cast.amina)
    if html:
        raw = raw.replace("text/plain", "text/html")
    assert accept(raw, "risk@lists.hub.example", member=cast.amina).startswith("250")
    drain()
    return Contribution.objects.order_by("number").last()


def test_mail_is_plain_and_what_is_said_by_web_or_live_is_markdown(cast, now):
    contribution = by_mail(cast)
    assert contribution.format == "plain" and SHOWN in contribution.html and "<em>" not in contribution.html
    for origin in ("web", "live", "mail"):
        draft = services.Draft(forum_id=cast.forum_id, text="2*3*4")
        made = services.publish(draft=draft, author=cast.boris, origin=origin, now=now).contribution
        assert made.format == ("plain" if origin == "mail" else "markdown")
        assert ("<em>3</em>" in made.html) == (origin != "mail")


def test_a_mail_in_html_is_read_as_plain_text_after_its_conversion(cast):
    text = "<p>5*10^3 and 2*3*4, 10<sup>4</sup></p><ul><li>one_two_<li>#b</ul><a href='https://x.example/_a_'>Here</a>"
    contribution = by_mail(cast, text, html=True)
    assert contribution.format == "plain"
    for shown in ("5*10^3 and 2*3*4, 10^4", "• one_two_<br>• #b", 'Here &lt;<a href="https://x.example/_a_"'):
        assert shown in contribution.html


@pytest.mark.parametrize("way", ["web", "moderator", "mail", "approval"])
def test_an_edit_keeps_the_format_of_what_it_edits(cast, now, way):
    contribution = by_mail(cast, "First.")
    later = clock() + timedelta(minutes=1)
    if way == "web":
        client = Client()
        client.force_login(cast.amina)
        answer = client.post(f"/c/{contribution.number}/edit/", {"text": TYPED, "revision": 0})
        assert answer.status_code == 302
    elif way == "mail":
        raw = plain_message(f"EDIT {contribution.number}\r\n" + TYPED.replace("\n", "\r\n"), who=cast.amina)
        accept(raw, "risk-request@lists.hub.example", member=cast.amina, mail_from=cast.amina.email)
        drain()
    elif way == "moderator":
        services.edit_contribution(number=contribution.number, actor=cast.chen, text=TYPED, reason="Clearer", now=later)
    else:
        Contribution.objects.filter(pk=contribution.pk).update(state="held")
        services.approve_with_words(
            number=contribution.number, actor=cast.chen, text=TYPED, reason="Clearer", now=later
        )
    contribution = Contribution.objects.get(pk=contribution.pk)
    assert (contribution.revision, contribution.format) == (1, "plain") and SHOWN in contribution.html


def test_the_first_line_of_plain_text_keeps_its_indentation(cast, now):
    draft = services.Draft(forum_id=cast.forum_id, text="\n    a    b    c\n    1    2    3\n\n")
    contribution = services.publish(draft=draft, author=cast.boris, origin="mail", now=now).contribution
    assert (
        contribution.text == "    a    b    c\n    1    2    3"
        and f'<pre class="drawn" dir="auto">{contribution.text}</pre>' in contribution.html
    )


def test_plain_text_is_quoted_in_a_reply_so_that_it_stays_as_typed(client, cast):
    contribution = by_mail(cast)
    made = pages.quoted(contribution)
    assert "> The load is 5\\*10^3 and then 2\\*10^4." in made and "> \\# of seeds: 100" in made
    client.force_login(cast.boris)
    client.post(f"/topics/{contribution.topic_id}/", {"text": f"{made}I agree.", "parent": contribution.number})
    reply = Contribution.objects.order_by("number").last()
    assert reply.format == "markdown" and reply.parent == contribution
    assert SHOWN.replace("<br>", "<br>\n") in reply.html and '<p dir="auto">I agree.</p>' in reply.html


def test_what_came_by_mail_before_is_rendered_anew_and_found_anew(cast, now):
    contribution = by_mail(cast)
    type(contribution.post).objects.update(_content_rendered="<p>The load is 510^3</p>")
    SearchDocument.objects.update(body="The load is 510^3")
    Contribution.objects.update(format="markdown", renderer=VERSION)
    import_module("forums.migrations.0014_mail_is_plain").make_mail_plain(apps, None)
    assert render_contributions_again(limit=10) == 1
    contribution = Contribution.objects.get(pk=contribution.pk)
    assert contribution.format == "plain" and SHOWN in contribution.html
    assert "5*10^3" in SearchDocument.objects.get(key=f"contribution:{contribution.number}").body
    assert render_contributions_again(limit=10) == 0


def test_the_api_says_how_a_text_is_read(client, cast):
    contribution = by_mail(cast)
    client.force_login(cast.boris)
    found = client.get(f"/api/v1/contributions/{contribution.number}").json()
    assert (found["format"], found["text"]) == ("plain", TYPED)


def test_an_export_says_which_text_is_markdown(cast, now):
    cast.say(cast.amina, "A *word*.", subject="Baselines", now=now)
    by_mail(cast)
    whole = b"".join(export_mbox(mailing_list=cast.policy.forum.mailing_list))
    assert whole.count(b"X-Hub-Format: markdown") == 1


def test_a_comparison_at_the_beginning_of_a_line_is_no_quotation_in_a_digest():
    assert excerpt("> old\nWe want\n>=5 mg\n", 600) == ("We want\n>=5 mg", False)
