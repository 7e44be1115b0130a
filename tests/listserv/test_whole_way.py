"""Small mails that once came out wrong, from the mail gateway to the page, the copy and the print."""

import re
from html import unescape
from pathlib import Path

import pytest

from cms.pdf import print_document
from forums.models import Contribution
from hub.lib import clock
from tests.cms.test_print_arabic import AT, by_pdfium, saying
from tests.listserv.gateway.conftest import drain

CASES = Path(__file__).parent / "cases"
# Of each mail what its readers see, in this order, and what of it is shown as a quotation.
SHOWN = {
    "04_plain_mail_read_as_markdown": (
        [
            "The load is 5*10^3 and then 2*10^4 per gram, in 2*3*4 plots.",
            "# of seeds: 100",
            r"The share is \\files\_public and the macro is __START__.",
            "3) three comes first",
            "7) seven comes next",
            "The tag is written &lt;none&gt;.",
        ],
        [],
    ),
    "10_exchange_ATT00001": (
        ["See this drawing of the plot:", "[plot.pdf]", "Do you see the edge effect?"],
        [],
    ),
    "11_charset_label_x-cp1251": (["Образцы прибыли"], []),
    "12_external_tag": (["An answer from an office whose mail system marks what comes from outside."], []),
    "15_bare_dashes": (
        ["First part: the border rows", "Second part: the seed", "who counts, and when", "Third part: the budget"],
        [],
    ),
    "p2_text_after_base64": ("pimeä yötä ja jäätä,This message came through a list server.".split(","), []),
    "t1_label_above_inline_answers": (
        ["Hi Boris,", "50 m is enough.", "Not in maize: we saw 2 percent.", "And beans?", "Beans I do not know."],
        ["50 m is enough.", "And beans?"],
    ),
    "t2_original_message_then_answers": (
        ["Dear all, see below.", "50 m is enough.", "Not in maize."],
        ["50 m is enough."],
    ),
    "t3_divider": (["First the field.", "Then the laboratory, which matters more", "pooled before"], []),
    "t4_forwarded_by_mutt": (
        [
            "You asked for this.",
            "----- Forwarded message from Chen Li",
            "From: Chen Li",
            "The samples arrived at 9 degrees.",
            "----- End forwarded message -----",
        ],
        ["From: Chen Li", "The samples arrived at 9 degrees."],
    ),
    "t5_words_on_the_attribution_line": (["Yes, I agree."], []),
}


def words_of(markup):
    """Return what a reader sees of HTML, with single blanks."""
    return " ".join(unescape(re.sub(r"<[^<>]*>", " ", markup)).split())


def stand_in_order(contribution, text):
    """Whether all stand in a text, one after the other."""
    at = 0
    for words in contribution:
        at = text.find(words, at)
        if at < 0:
            return False
        at += len(words)
    return True


@pytest.mark.parametrize("case", SHOWN)
def test_every_reader_sees_what_was_written(smtp_server, people, risk, client, sent, deliver, case):
    said, quoted = SHOWN[case]
    raw = (CASES / f"{case}.eml").read_bytes().replace(b"\n", b"\r\n")
    raw = raw.replace(b"kofi.anokye@univ.example", people.amina.email.encode())
    raw = raw.replace(b"[field-trials]", f"[{risk.partition('@')[0]}]".encode())
    assert smtp_server.send(raw.decode("latin-1").encode("latin-1"), risk, member=people.amina)[0] == 250
    drain()
    contribution = Contribution.objects.get()
    client.force_login(people.boris)
    page = client.get(f"/c/{contribution.number}/", follow=True).text
    body = re.search(r"<article.*?</article>", page, re.DOTALL)[0]
    assert stand_in_order(said, words_of(body))
    quotations = " ".join(words_of(found) for found in re.findall(r"<blockquote.*?</blockquote>", body, re.DOTALL))
    assert [line for line in said if line in quotations] == quoted
    deliver(clock.now())
    copy = sent(people.boris.email)[0]
    plain, rich = (copy.get_body([kind]).get_content() for kind in ("plain", "html"))
    assert stand_in_order(said, " ".join(plain.split())), plain
    assert stand_in_order(said, words_of(rich)), rich
    pdf = print_document(saying("en", contribution.html), at=AT).content
    assert stand_in_order([line[:40] for line in said], " ".join(by_pdfium(pdf).split()))


def test_a_tag_that_an_office_adds_makes_no_subject_grow(smtp_server, people, risk, sent, deliver):
    raw = (CASES / "12_external_tag.eml").read_text().replace("kofi.anokye@univ.example", "{email}")
    tag = f"[{risk.partition('@')[0]}]"
    first = "Subject: Seeds for testing\r\nMessage-ID: <first@univ.example>\r\n\r\nA question."
    assert smtp_server.send(f"From: {people.boris.email}\r\n{first}", risk, member=people.boris)[0] == 250
    drain()
    answered = "<first@univ.example>"
    for turn, who in enumerate((people.amina, people.boris, people.amina)):
        deliver(clock.now())
        subject = sent(people.boris.email)[0]["Subject"] if turn else f"{tag} Seeds for testing"
        mail = raw.format(email=who.email).replace("ext-1", f"ext-{turn}")
        mail = re.sub("Subject: .*", f"Subject: RE: [EXTERNAL] Re: {subject}\nIn-Reply-To: {answered}", mail)
        assert smtp_server.send(mail.replace("\n", "\r\n"), risk, member=who)[0] == 250
        drain()
        answered = f"<ext-{turn}@univ.example>"
    deliver(clock.now())
    assert {row.topic_id for row in Contribution.objects.all()} == {Contribution.objects.first().topic_id}
    subjects = {mail["Subject"] for mail in sent(people.boris.email)}
    assert subjects <= {f"{tag} Seeds for testing", f"Re: {tag} Seeds for testing", f"{tag} Re: Seeds for testing"}
