"""What was published before secrets were masked loses them by one command; its words stay."""

from io import StringIO

import pytest
from django.core.management import call_command
from machina.apps.forum_conversation.models import Post, Topic

from forums.drafts import Upload
from forums.models import Attachment, Contribution, ForumPolicy, Revision
from forums.services.files import content_of, keep_content
from hub.lib.clock import now as clock
from hub.lib.markup import render
from hub.lib.tokens import sign
from hub.search.selectors import search

pytestmark = pytest.mark.django_db
TOKEN = sign("reply:1", [1, 2, 300])
REPLY = f"risk+r.{TOKEN}@lists.hub.example"


@pytest.fixture
def old(cast):
    """A contribution as an older release would have stored it."""
    contribution = cast.say(
        cast.amina, "Words before.", now=clock(), files=(Upload("copy.eml", b"x", "message/rfc822"),)
    )
    text = f"Words before. Reply to {REPLY} soon."
    Post.objects.filter(pk=contribution.post_id).update(content=text, _content_rendered=render(text), subject=REPLY)
    Topic.objects.filter(pk=contribution.topic_id).update(subject=REPLY)
    Contribution.objects.filter(pk=contribution.pk).update(folded=f"> {REPLY[:20]}\n> {REPLY[20:]}")
    Revision.objects.create(
        contribution=contribution, number=0, subject="A", text=REPLY, edited_by=cast.amina, edited_at=clock()
    )
    ForumPolicy.objects.update(summary=f"See {REPLY}")
    Attachment.objects.update(sha256=keep_content(f"Reply-To: <{REPLY}>\n\nx\n".encode()), name=f"{REPLY}.eml")
    call_command("reindex", stdout=StringIO())
    return contribution


def test_command_hides_them_in_texts_files_and_search_and_is_safe_to_repeat(cast, old, capsys):
    for changed in ("6 texts and 1 files", "0 texts and 0 files"):
        call_command("mask_secrets")
        assert capsys.readouterr().out.startswith(changed)
    contribution = Contribution.objects.get(pk=old.pk)
    [file], [revision] = contribution.attachments.all(), contribution.revisions.all()
    shown = [
        contribution.text, contribution.html, contribution.folded, contribution.subject,
        contribution.post.topic.subject, file.name, revision.text, ForumPolicy.objects.get().summary,
    ]  # fmt: skip
    assert all("+r.hidden" in text for text in shown) and contribution.text.endswith("soon.")
    assert TOKEN not in "".join(shown) and content_of(file).startswith(b"Reply-To: <risk+r.000")
    assert not search(cast.boris, TOKEN).hits and search(cast.boris, "soon").hits
    assert contribution.post.updates_count == 0 and contribution.revisions.count() == 1
