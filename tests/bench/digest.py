"""Weigh a weekly digest of ours against the MIME digest that Mailman makes of the same posts.

``python tests/bench/digest.py [FOLDER]``: a week of 40 mails in 8 threads comes in as 40 members wrote it: with a
signature, the mail answered quoted whole below (as mail programs do), an HTML alternative saying the same, and the
headers that four servers on the way add. FOLDER holds real mails (``*.txt``, ``*.eml``, any depth) whose bodies are
the members' own words, as far as the hub's trimming finds them; without it, paragraphs of this file are.

Prints bytes of our digest for one member, of ``multipart/digest`` over the raw mails, of the same with only the
headers that Mailman keeps there, and both ratios; then the same week in Arabic letters.
"""

import os
import random
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from html import escape
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
os.environ["HUB_DATA"] = tempfile.mkdtemp(prefix="hub-bench-")
os.environ["HUB_URL"] = "https://hub.network.example"
os.environ["HUB_MAIL_DOMAIN"] = "lists.network.example"
django.setup()

from forums import services as forums  # noqa: E402 - after the settings
from hub.lib.clock import now  # noqa: E402
from hub.members.models import Member  # noqa: E402
from listserv import services  # noqa: E402
from listserv.digests.render import Digest  # noqa: E402
from listserv.digests.select import gather  # noqa: E402
from listserv.mail.trim.trimming import trim  # noqa: E402
from listserv.models import MailingList  # noqa: E402
from tests import databases  # noqa: E402

POSTS, THREADS, MEMBERS = 40, 8, 12
WORDS = (
    "Thank you for the draft. Before we agree on the thresholds I would like to see the counts of the last two seasons,"
    " by plot and by method, since the traps were moved in March.",
    "Our ministry can host the meeting in the second week of May. We would need the list of participants by the end of"
    " January, because the visas take six weeks.",
    'In paragraph 12 the words "as appropriate" leave open who decides. I propose: "as the national authority'
    ' decides, after consulting those concerned". It is longer and says what we meant.',
    "I agree with what was said about the baseline. Two counts a year are enough when the plots are marked; with one"
    " count, nobody can tell a bad year from an effect.",
    "A colleague has asked whether the data may be reused for teaching. I see no reason why not, as long as the"
    " coordinates are rounded to a kilometre and the owners of the fields are not named.",
    "For information: the laboratory in the capital has moved. Samples sent to the old address come back after three"
    " weeks, and those of the last shipment are lost. Please check the address on the form.",
    "Yes.",
    "I can take the first two chapters. The third needs somebody who knows the regulations of the south better than I"
    " do; in 2024 it was our colleague from the university, who has retired since.",
)
ARABIC = (
    "شكرا على المسودة. قبل أن نتفق على العتبات أود أن أرى أعداد الموسمين الأخيرين حسب القطعة وحسب الطريقة، فقد نُقلت "
    "المصائد في شهر مارس.",
    "يمكن لوزارتنا أن تستضيف الاجتماع في الأسبوع الثاني من شهر مايو، ونحتاج إلى قائمة المشاركين قبل نهاية يناير لأن "
    "التأشيرات تستغرق ستة أسابيع.",
    "أوافق على ما قيل عن خط الأساس. يكفي عدان في السنة حين تكون القطع معلّمة.",
    "سأل زميل عما إذا كان يجوز استعمال البيانات في التدريس. لا أرى مانعا من ذلك ما دامت الإحداثيات مقربة إلى كيلومتر "
    "واحد ولم تُذكر أسماء أصحاب الحقول.",
)
SIGNATURE = (
    "-- \n{name}\nNational focal point, Department of Environmental Safety\nMinistry of Environment and Rural Affairs\n"
    "P.O. Box 4120, Avenue of Independence 17\nTel. +41 22 555 01 {number:02}, mobile +41 79 555 88 {number:02}\n"
    "https://www.environment.example/biosafety"
)
HOP = (
    "from mx{hop}.provider.example (mx{hop}.provider.example [192.0.2.{hop}])\n\tby mail-{hop}-relay.example with "
    "ESMTPS id u7-20020a5d46c7000000b0033a3a1b{hop}si1234567wrs.{hop}.2026.11.24.03.14.1{hop}\n\tfor "
    "<risk@lists.network.example>\n\t(version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);\n\tTue, 24 Nov 2026 "
    "03:14:1{hop} -0800 (PST)"
)
# The headers of a post that Mailman keeps in a MIME digest.
KEPT = frozenset(
    "date from to cc subject message-id keywords in-reply-to references content-type mime-version "
    "content-transfer-encoding precedence reply-to content-disposition".split()
)


def composed(paragraphs: tuple[str, ...]) -> list[str]:
    """Return texts of one to four paragraphs: about as long as those of real lists."""
    dice = random.Random(5)
    return ["\n\n".join(dice.sample(paragraphs, dice.choice((1, 2, 2, 3, 3, 4)))) for _ in range(POSTS)]


def own_words(folder: Path | None) -> list[str]:
    """Return what people wrote, to be said by our members."""
    if folder is None:
        return composed(WORDS)
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".txt", ".eml") or path.name.startswith("."):
            continue
        raw = path.read_bytes()
        body = message_from_bytes(raw, policy=policy.default).get_body(("plain",)) if path.suffix == ".eml" else None
        try:
            text = str(body.get_content()) if body is not None else raw.decode()
        except (LookupError, ValueError, AttributeError):
            continue
        visible = trim(text.replace("\r\n", "\n")).visible.strip()
        if 2 < len(visible) < 8_000:
            found.append(visible)
    return found


def marked_up(text: str, style: str = "font-family:Calibri,Arial,sans-serif;font-size:11pt;color:rgb(33,33,33)") -> str:
    """Return a text as the HTML of a mail program: a styled block a line."""
    return "".join(
        f'<div class="MsoNormal" style="{style}">{escape(line) or "<br>"}</div>\n' for line in text.split("\n")
    )


class Week:
    """The mails of a week; each answer quotes the one before it whole, text and HTML."""

    def __init__(self, words: list[str]) -> None:
        self.random = random.Random(7)
        self.words = words
        self.texts: dict[int, tuple[str, str]] = {}  # thread -> text and HTML of its last mail

    def mail(self, index: int, said: str, sender: Member, at: datetime) -> EmailMessage:
        """Return one mail as it arrives."""
        thread = index % THREADS
        signed = f"{said}\n\n" + SIGNATURE.format(name=sender.name, number=index)
        text, html = signed, f'<div dir="ltr">{marked_up(signed)}</div>'
        if thread in self.texts:
            old_text, old_html = self.texts[thread]
            intro = f"On {at:%a, %d %b %Y at %H:%M}, a colleague via risk <risk@lists.network.example> wrote:"
            text += f"\n\n{intro}\n\n" + "\n".join(f"> {line}" for line in old_text.split("\n"))
            html += (
                f'<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{escape(intro)}<br></div>'
                '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid '
                f'rgb(204,204,204);padding-left:1ex">{old_html}</blockquote></div>'
            )
        self.texts[thread] = text, html
        mail = EmailMessage(policy=policy.SMTP)
        for hop in range(4, 0, -1):
            mail["Received"] = HOP.format(hop=hop).replace("\n", "")
        mail["DKIM-Signature"] = (
            "v=1; a=rsa-sha256; c=relaxed/relaxed; d=provider.example; s=20230601; t=1795518853; x=1796123653; "
            "h=to:subject:message-id:date:from:in-reply-to:references:mime-version; bh="
            + "A" * 43
            + "=; b="
            + "B" * 344
        )
        mail["From"], mail["To"] = f"{sender.name} <{sender.email}>", "risk@lists.network.example"
        mail["Subject"] = f"{'Re: ' if index >= THREADS else ''}Question {thread + 1} of the guidance"
        mail["Date"], mail["Message-ID"] = at, f"<CAF{index:040d}@mail.provider.example>"
        if index >= THREADS:
            mail["In-Reply-To"] = f"<CAF{index - THREADS:040d}@mail.provider.example>"
        mail.set_content(text)
        mail.add_alternative(f'<html><head><meta charset="utf-8"></head><body>{html}</body></html>', subtype="html")
        return mail


def mailman(mails: list[EmailMessage], *, all_headers: bool) -> int:
    """Return the bytes of a MIME digest of the mails (RFC 2046 §5.1.5), with a masthead's worth of contents."""
    digest = MIMEPart(policy=policy.SMTP)
    digest["Content-Type"] = "multipart/digest"
    digest.set_payload([])
    for mail in mails:
        copy = message_from_bytes(mail.as_bytes(), policy=policy.SMTP)
        for name in [] if all_headers else [one for one in copy if one.lower() not in KEPT]:
            del copy[name]
        part = MIMEPart(policy=policy.SMTP)
        part["Content-Type"] = "message/rfc822"
        part.set_payload([copy])
        digest.attach(part)
    contents = sum(len(f"   1. {mail['Subject']} ({mail['From']})\n") for mail in mails)
    return len(digest.as_bytes()) + contents


def week(words: list[str], slug: str, language: str) -> Iterator[int]:
    """Give the bytes of our digest, of Mailman's with all headers, and with those it keeps."""
    start = now()
    policy_ = forums.create_forum(name="Guidance on risk assessment", slug=slug, preset="members", now=start)
    risk = MailingList.objects.get(forum_id=policy_.forum_id)
    people = [
        Member.objects.create_user(f"{slug}{n}@people.example", name=f"Amina Diallo-{n}", is_active=True, country="SN")
        for n in range(MEMBERS)
    ]
    reader = people[0]
    reader.language, reader.time_zone = language, "Africa/Dakar"
    reader.save()
    row = services.set_delivery(list_id=risk.pk, member=reader, delivery="digest-weekly", now=start)
    made, mails = Week(words), []
    numbers: list[int] = []
    order = made.random.sample(words, min(POSTS, len(words)))
    for index in range(POSTS):
        at, sender, said = start + timedelta(hours=4 * index), people[index % MEMBERS], order[index % len(order)]
        mails.append(made.mail(index, said, sender, at))
        parent = numbers[index - THREADS] if index >= THREADS else None
        draft = forums.Draft(
            forum_id=policy_.forum_id, subject=mails[-1]["Subject"], text=said, parent=parent, folded="quoted"
        )
        numbers.append(forums.publish(draft=draft, author=sender, origin="mail", now=at).contribution.number)
    digest = Digest(
        risk, gather(risk, row.digest_since), language=language, zone=reader.time_zone, now=start + timedelta(days=7)
    )
    assert len(digest.gathered.contributions) == POSTS
    yield digest.envelope(row).size
    yield mailman(mails, all_headers=True)
    yield mailman(mails, all_headers=False)


def main() -> None:
    """Weigh both weeks."""
    words = own_words(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    lengths = sorted(map(len, words))
    print(f"{len(words)} texts, median {lengths[len(lengths) // 2]} characters, longest {lengths[-1]}")
    with databases.held_copy():
        for name, texts, language in (("as found", words, "en"), ("Arabic", composed(ARABIC), "ar")):
            ours, raw, kept = week(texts, f"w{language}", language)
            print(f"{name}: ours {ours:,} bytes; MIME digest of the raw mails {raw:,} ({ours / raw:.1%})")
            print(f"{name}: MIME digest with the headers Mailman keeps {kept:,} ({ours / kept:.1%})")


if __name__ == "__main__":
    main()
