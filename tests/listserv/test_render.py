"""One contribution as mail: headers, text, HTML, in every language and script."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from forums import services as forums
from forums.models import Contribution
from listserv import tokens
from listserv.mail.smtp.transport import Envelope
from listserv.models import MailingList, Subscription
from listserv.outbound import mime_writing
from listserv.outbound.bodies import Bodies
from listserv.outbound.render import REFERENCES_MAX, thread_of
from tests.listserv.copies import copies

pytestmark = pytest.mark.django_db

GOLDEN = """\
Amina Diallo (Senegal) in “Risk assessment”, no. {number}

Field trials need a baseline: what lives on the plot *before* the first seed, counted twice a year.

> Who pays for the counting?

The applicant, as in the 2024 permits.

--\x20
Reply to this message to answer everybody in “Risk assessment”.
Reply to Amina Diallo only: {alias}
On the web: http://127.0.0.1:8000/c/{number}/
Unsubscribe or change your settings: http://127.0.0.1:8000/lists/
"""
TEXT = """\
Field trials need a baseline: what lives on the plot *before* the first seed, counted twice a year.

> Who pays for the counting?

The applicant, as in the 2024 permits."""


def envelope_for(contribution: Any, member: Any) -> Envelope:
    return copies(contribution, member)[0]


def parse(envelope: Envelope) -> EmailMessage:
    message = message_from_bytes(b"".join(envelope.parts), policy=policy.default)
    assert not message.defects and not any(part.defects for part in message.walk())
    return message


@pytest.fixture
def mail(cast, now):
    """Return a function: what a member gets of a new contribution."""

    def make(text: str = TEXT, *, to: Any = None, author: Any = None, **draft: Any) -> EmailMessage:
        contribution = cast.say(author or cast.amina, text, now=now, **draft)
        make.said = contribution
        make.envelope = envelope_for(contribution, to or cast.boris)
        return parse(make.envelope)

    return make


def alias_of(cast: Any, member: Any) -> str:
    found = MailingList.objects.get(forum_id=cast.forum_id)
    return tokens.alias_address("risk", member_id=member.pk, list_id=found.pk)


def plain(message: EmailMessage) -> str:
    return message.get_body(("plain",)).get_content()


def html(message: EmailMessage) -> str:
    return message.get_body(("html",)).get_content()


def test_the_headers_are_those_of_the_standards(mail, cast):
    message = mail(subject="Baselines")
    number, subscription = mail.said.number, Subscription.objects.get(member=cast.boris)
    reply = tokens.reply_address("risk", member_id=cast.boris.pk, number=number, list_id=subscription.list_id)
    leave = tokens.leave_token(subscription.pk)
    expected = {
        "From": f'"Amina Diallo (SN) via risk" <{alias_of(cast, cast.amina)}>',
        "To": "Risk assessment <risk@lists.hub.example>",
        "Reply-To": f"Risk assessment <{reply}>",
        "Subject": "[risk] Baselines",
        "Date": "Tue, 24 Nov 2026 09:00:00 +0000",
        "Message-ID": f"<{mail.said.message_id}>",
        "List-Id": '"Risk assessment" <risk.lists.hub.example>',
        "List-Post": "<mailto:risk@lists.hub.example>",
        "List-Help": "<mailto:risk-help@lists.hub.example>, <http://127.0.0.1:8000/lists/>",
        "List-Subscribe": "<mailto:risk-join@lists.hub.example>, <http://127.0.0.1:8000/lists/>",
        "List-Owner": "<mailto:risk-owner@lists.hub.example>",
        "List-Archive": f"<http://127.0.0.1:8000/discussions/{cast.forum_id}/>",
        "List-Unsubscribe": f"<http://127.0.0.1:8000/l/risk/leave/{leave}/>, "
        f"<mailto:risk-leave+{leave}@lists.hub.example>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Archived-At": f"<http://127.0.0.1:8000/c/{number}/>",
        "Precedence": "list",
        "Content-Language": "en",
        "MIME-Version": "1.0",
    }
    assert {name: str(message[name]) for name in expected} == expected
    assert sorted(set(message.keys())) == sorted([*expected, "Content-Type"])
    assert len(message.keys()) == len(set(message.keys()))
    assert mail.envelope.sender == tokens.bounce_address("risk", subscription_id=subscription.pk, number=number)
    assert mail.envelope.recipient == cast.boris.email


def test_the_text_is_the_design(mail, cast):
    text = plain(mail(subject="Baselines")).replace("\r\n", "\n")
    assert text == GOLDEN.format(number=mail.said.number, alias=alias_of(cast, cast.amina))


def test_the_html_says_the_same_and_fetches_nothing(mail):
    message = mail(subject="Baselines")
    page = html(message)
    for words in (
        "<bdi>Amina Diallo</bdi> (Senegal)",
        "<em>before</em>",
        "<blockquote",
        "Reply to this message",
        "/lists/",
    ):
        assert words in page
    assert len(page) - len(plain(message)) < 4096
    assert not re.search(r"<(img|script|link|iframe|form)|url\(|src=", page, re.IGNORECASE)


def test_only_the_personal_headers_differ_between_two_copies(cast, now):
    contribution = cast.say(cast.amina, now=now)
    first, second = copies(contribution, cast.boris, cast.chen)
    assert first.parts[0] is second.parts[0] and first.parts[2] is second.parts[2]
    assert first.parts[1] != second.parts[1] and first.sender != second.sender
    assert len(first.parts[1]) < 500


def test_nothing_personal_stands_in_what_mail_programs_quote(mail, cast):
    message = mail(subject="Baselines")
    everything_shared = b"".join((mail.envelope.parts[0], mail.envelope.parts[2])).decode()
    assert "+r." not in everything_shared and "leave" not in everything_shared
    assert cast.boris.email not in message.as_string() and cast.amina.email not in message.as_string()


def test_a_reply_token_comes_back_as_it_went_out_in_any_letter_case(mail, cast):
    from listserv.selectors import list_by_address

    address = mail()["Reply-To"].addresses[0]
    recipient = list_by_address(address.username.upper())
    key = recipient.mailing_list.pk
    reply_token = tokens.read_reply(recipient.token, list_id=key)
    assert recipient.kind == "reply" and reply_token == tokens.ReplyToken(cast.boris.pk, mail.said.number, key)
    assert reply_token is not None and not reply_token.is_expired
    assert tokens.read_reply(recipient.token, list_id=key + 1) is None
    for forged in ("", recipient.token[:-1], recipient.token[1:], "a" * 29, tokens.leave_token(1)):
        assert tokens.read_reply(forged, list_id=key) is None


@pytest.mark.parametrize("size", [1, 2**14, 2**28 - 1])
def test_every_address_fits_into_a_local_part(db, size):
    name = "x" * tokens.NAME_MAX
    for address in (
        tokens.reply_address(name, member_id=size, number=size, list_id=size),
        tokens.alias_address(name, member_id=size, list_id=size),
        tokens.bounce_address(name, subscription_id=size, number=size),
        tokens.confirm_address(name, inbound_id=size, member_id=size),
        tokens.leave_address(name, size),
    ):
        assert len(address.partition("@")[0]) <= 64


# --- Threads ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["web", "mail", "live"])
def test_an_answer_threads_whatever_the_origin(cast, now, origin):
    first = cast.say(cast.amina, subject="Baselines", now=now)
    draft = forums.Draft(forum_id=cast.forum_id, text="I agree.", parent=first.number)
    second = forums.publish(draft=draft, author=cast.boris, origin=origin, now=now).contribution
    message = parse(envelope_for(second, cast.chen))
    assert message["In-Reply-To"] == f"<{first.message_id}>" == message["References"]
    assert message["Subject"] == "Re: [risk] Baselines"


def test_a_mail_keeps_its_message_id_and_its_own_references(cast, now):
    first = cast.say(cast.amina, now=now)
    second = cast.say(
        cast.boris,
        "By mail.",
        parent=first.number,
        message_id="abc@mail.example",
        references=f"zero@mail.example {first.message_id}",
        in_reply_to=first.message_id,
        now=now,
    )
    message = parse(envelope_for(second, cast.chen))
    assert message["Message-ID"] == "<abc@mail.example>"
    assert message["References"].split() == ["<zero@mail.example>", f"<{first.message_id}>"]


def test_the_parent_in_the_hub_counts_where_the_mail_answered_something_else(cast, now):
    first = cast.say(cast.amina, now=now)
    second = cast.say(cast.boris, "By mail.", parent=first.number, in_reply_to="private@mail.example", now=now)
    assert thread_of(second) == (first.message_id, ["private@mail.example", first.message_id])


def test_a_long_thread_names_its_first_and_its_newest(cast, now):
    ids = " ".join(f"m{index}@x.example" for index in range(100))
    contribution = cast.say(cast.amina, references=ids, in_reply_to="m99@x.example", now=now)
    answered, chain = thread_of(contribution)
    assert len(chain) == REFERENCES_MAX and chain[0] == "m0@x.example" and chain[-1] == answered == "m99@x.example"


def test_message_ids_that_no_header_may_carry_are_left_out(cast, now):
    first = cast.say(
        cast.amina,
        message_id="a b\r\nBcc: all@x.example",
        references="ok@x.example <evil> ü@x",
        in_reply_to="<bad>",
        now=now,
    )
    message = parse(envelope_for(first, cast.boris))
    assert message["Message-ID"] == f"<c{first.number}@lists.hub.example>" and message["Bcc"] is None
    assert message["References"] == "<ok@x.example>" and message["In-Reply-To"] is None


def test_an_answer_with_a_subject_of_its_own_says_re_once(cast, now):
    first = cast.say(cast.amina, subject="Baselines", now=now)
    for subject in ("Re: Costs", "Costs"):
        contribution = cast.say(cast.boris, parent=first.number, subject=subject, now=now)
        assert parse(envelope_for(contribution, cast.chen))["Subject"] == "Re: [risk] Costs"


def test_the_first_word_in_a_topic_answers_nothing_whatever_it_is_called(mail):
    assert mail(subject="Re: Decision VII/20")["Subject"] == "[risk] Decision VII/20"


# --- Scripts and languages ----------------------------------------------------------------------------------------


def test_an_arabic_mail_is_arabic_to_its_headers(mail, cast):
    cast.amina.name, cast.amina.country = "أمينة ديالو", "SN"
    cast.amina.save()
    cast.boris.language = "ar"
    cast.boris.save()
    text = "تحتاج التجارب الحقلية إلى خط أساس.\n\nمن يدفع؟"
    message = mail(text, subject="خط الأساس للتجارب الحقلية في المناطق المجاورة للمحميات الطبيعية")
    assert message["Subject"] == "[risk] خط الأساس للتجارب الحقلية في المناطق المجاورة للمحميات الطبيعية"
    assert message["From"].addresses[0].display_name == "أمينة ديالو (SN) via risk"
    assert text in plain(message).replace("\r\n", "\n")
    # The line begins with a mark of its direction, and the country stands in it, not within the name's own direction.
    assert plain(message).startswith("\u200fأمينة ديالو (")
    page = html(message)
    assert "<b><bdi>أمينة ديالو</bdi> (" in page
    assert '<html lang="ar" dir="rtl">' in page and '<div dir="auto">' in page and 'dir="ltr">http' in page
    assert b"".join(mail.envelope.parts).isascii()


def test_a_chinese_subject_is_split_between_letters_never_inside_one(mail):
    subject = "关于田间试验基线与监测方法的第二轮讨论" * 8
    raw_subject = mail("你好。" * 400, subject=subject)
    assert raw_subject["Subject"] == f"[risk] {subject}"
    assert "你好。" * 400 in plain(raw_subject)


def test_the_foot_is_in_the_readers_language_and_made_once_for_each(cast, now, monkeypatch):
    contribution = cast.say(cast.amina, now=now)
    made: list[str] = []
    write = Bodies._write

    def count(bodies: Bodies, language: str, *rest: Any) -> Any:
        made.append(language)
        return write(bodies, language, *rest)

    monkeypatch.setattr(Bodies, "_write", count)
    readers = {cast.amina: "fr", cast.boris: "fr", cast.chen: "zh-hans", cast.oona: "ru"}
    for member, language in readers.items():
        member.language = language
        member.save()
    # The list's own choice of language counts before the member's.
    Subscription.objects.filter(member=cast.oona).update(language="es")
    readers[cast.oona] = "es"
    for copy, language in zip(copies(contribution, *readers), readers.values(), strict=True):
        page = html(parse(copy))
        assert f'lang="{"zh-Hans" if language == "zh-hans" else language}"' in page
        with translation.override(language):
            assert str(cast.amina.country.name) in page
    assert sorted(made) == ["es", "fr", "zh-hans"]


def test_names_and_subjects_cannot_add_headers_or_tags(mail, cast):
    cast.amina.name = 'Eve" <eve@evil.example>,\r\nBcc: all@evil.example \\'
    cast.amina.save()
    message = mail("A <b>word</b> & more", subject="Hi\r\nBcc: all@evil.example =?utf-8?q?x?=")
    assert message["Bcc"] is None and len(message["From"].addresses) == 1
    assert message["From"].addresses[0].addr_spec == alias_of(cast, cast.amina)
    assert message["Subject"] == "[risk] Hi Bcc: all@evil.example =?utf-8?q?x?="
    assert "<b>word" not in html(message) and "Eve&quot;" in html(message)


def test_files_are_links_to_who_may_read_them(mail, cast):
    upload = forums.Upload("baseline données.pdf", b"%PDF-1.7" * 200, "application/pdf")
    message = mail("See the file.", files=(upload,))
    link = f"http://127.0.0.1:8000/c/{mail.said.number}/files/"
    assert f"baseline données.pdf (2 kB)\n{link}" in plain(message).replace("\r\n", "\n")
    assert f'href="{link}' in html(message) and not list(message.iter_attachments())


def test_a_live_intervention_says_so(cast, now):
    draft = forums.Draft(forum_id=cast.forum_id, text="From the floor.")
    contribution = forums.publish(draft=draft, author=cast.amina, origin="live", now=now).contribution
    assert "· live" in plain(parse(envelope_for(contribution, cast.boris))).splitlines()[0]


# --- Bytes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Plain words.", "7bit"),
        ("Tab\there", "7bit"),
        ("Déjà vu, mostly ASCII.", "quoted-printable"),
        ("x" * 2000, "quoted-printable"),
        ("From here it goes\nFrom there too", "quoted-printable"),
        ("bell \x07", "quoted-printable"),
        ("Основание для испытаний", "base64"),
        ("你好", "base64"),
    ],
)
def test_each_text_gets_the_encoding_that_carries_it(text, encoding):
    part = mime_writing.text_part("plain", text)
    message = message_from_bytes(part, policy=policy.default)
    assert message["Content-Transfer-Encoding"] == encoding
    assert message.get_payload(decode=True).decode().replace("\r\n", "\n") == text
    assert b"\nFrom " not in part


@hypothesis_settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=400), name=st.text(max_size=200))
def test_any_text_and_name_becomes_lines_every_mta_takes(text, name):
    raw = b"".join(
        (
            mime_writing.unstructured("Subject", text),
            mime_writing.mailbox("From", name, "risk@lists.hub.example"),
            mime_writing.text_part("plain", text),
        )
    )
    assert raw.isascii() and b"\r" not in raw.replace(b"\r\n", b"") and b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    head = raw.partition(b"\r\n\r\n")[0]
    fields = re.split(rb"\r\n(?![ \t])", head)
    assert [line.partition(b":")[0] for line in fields] == [
        b"Subject",
        b"From",
        b"Content-Type",
        b"Content-Transfer-Encoding",
    ]
    # A folded line with nothing but blanks on it would end the header for some programs.
    assert all(line.strip() for line in head.split(b"\r\n"))
    part = message_from_bytes(raw[raw.index(b"\r\nContent-Type: text") + 2 :])
    decoded = part.get_payload(decode=True).decode()
    assert decoded.replace("\r\n", "\n") == text.replace("\r\n", "\n").replace("\r", "\n")


def test_a_text_at_the_limit_is_one_shared_body(cast, now, settings):
    contribution = cast.say(cast.amina, "слово " * 9_000, now=now)
    batch = copies(contribution, cast.amina, cast.boris, cast.chen)
    assert len({id(copy.parts[2]) for copy in batch}) == 1
    assert "слово" in plain(parse(batch[0]))


def test_the_state_of_the_day_is_sent(cast, now):
    """A typo that its author mends before the mail goes out goes out mended."""
    contribution = cast.say(cast.amina, "Tpyo", now=now)
    forums.edit_contribution(number=contribution.number, actor=cast.amina, text="Typo", now=now)
    fresh = Contribution.objects.get(pk=contribution.pk)
    assert "Typo" in plain(parse(envelope_for(fresh, cast.boris)))
