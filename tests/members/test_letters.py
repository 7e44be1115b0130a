"""Every letter in every language: whole, light, and with nothing left open."""

from pathlib import Path

import pytest
from django.conf import settings

from hub.lib.mail import HTML_OVERHEAD, send_notification
from hub.members.models import Application, Member

FOLDER = Path(settings.BASE_DIR, "hub", "members", "templates", "members", "mail")
LETTERS = sorted(path.name.removesuffix(".subject.txt") for path in FOLDER.glob("*.subject.txt"))


@pytest.mark.parametrize("state", ["pending", "declined"])
@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
@pytest.mark.parametrize("letter", LETTERS)
def test_a_notification_is_whole_and_light(letter, language, state, now, mailoutbox):
    member = Member(name="Amina O'Neill & Söhne", email="amina@people.example", country="SN", language=language)
    application = Application(pk=1, member=member, state=state, statement="I work\n\non pollen.", reason="No room.")
    url = f"{settings.HUB_URL}/x/1/"
    context = {
        "application": application,
        "url": url,
        "again_url": url,
        "days": 3,
        "what": "Your password was set.",
        "count": 2,
        "path": "/x/1/",
    }
    send_notification(to=member, template=f"members/mail/{letter}", context=context)
    sent = mailoutbox[-1]
    page = sent.alternatives[0].content
    assert sent.subject and "{" not in sent.subject + sent.body and "None" not in sent.body
    assert len(page.encode()) - len(sent.body.encode()) <= HTML_OVERHEAD
    assert "&amp;" not in sent.body and "&#x27;" not in sent.body


def test_there_is_a_text_for_each_subject():
    assert len(LETTERS) >= 11 and all((FOLDER / f"{letter}.txt").exists() for letter in LETTERS)
