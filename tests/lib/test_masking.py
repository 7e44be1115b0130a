"""Secrets of the hub are taken out of texts and files, however a mail program has written them; nothing else is."""

import base64
import quopri
import re
import unicodedata
from email import message_from_bytes, policy
from email.charset import BASE64, Charset
from email.header import Header
from html import unescape
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.lib import tokens
from hub.lib.masking import HIDDEN, MAC_LETTERS, mask, mask_file

TOKEN = tokens.sign("reply:2", [31, 164, 332])
REPLY = f"risk+r.{TOKEN}@lists.hub.example"
LINK = f"https://hub.example/l/risk/leave/{TOKEN}/"


def wrapped(text: str, at: int, joint: str) -> str:
    """The text with ``joint`` inside of the token."""
    place = text.index(TOKEN) + at
    return text[:place] + joint + text[place:]


WRITTEN = {
    "as it is": REPLY,
    "in capitals": REPLY.upper(),
    "in a mailto link": f'<a href="mailto:{REPLY}?subject=Re">',
    "percent-encoded": REPLY.replace("+", "%2B").replace("@", "%40"),
    "encoded twice": REPLY.replace("+", "%252b").replace("@", "%2540"),
    "quoted-printable": REPLY.replace("+", "=2B").replace("@", "=40"),
    "as an entity": REPLY.replace("+", "&#43;"),
    "escaped": REPLY.replace("+", "\\+"),
    "said in words": REPLY.replace("@", " at "),
    "without its domain": REPLY.partition("@")[0],
    "broken": wrapped(REPLY, 5, "\n"),
    "broken early": wrapped(REPLY, 0, "\r\n "),
    "broken in a quote": wrapped(f"> {REPLY}", 7, "\n> "),
    "broken in a deep quote": wrapped(f"> > {REPLY}", 20, "\r\n> > "),
    "broken by quoted-printable": wrapped(REPLY, 9, "=\n"),
    "broken before the mark": f"> risk+\n> r.{TOKEN}@lists.hub.example",
    "with marks without width": wrapped(REPLY, 12, "\u200b"),
    "with a soft hyphen": wrapped(REPLY, 12, "\u00ad"),
    "with a mark of direction": wrapped(REPLY, 0, "\u200e"),
    "with a variant": wrapped(REPLY, 12, "\ufe0f"),
    "with an entity of no width": wrapped(REPLY, 4, "&#8203;"),
    "with entities of direction": wrapped(REPLY, 4, "&lrm;"),
    "in full width": "".join(chr(ord(letter) + 0xFEE0) for letter in REPLY),
    "with a full stop in full width": REPLY.replace("+r.", "+r。"),
    "broken by a line separator": wrapped(REPLY, 9, "\u2028"),
    "broken by an old line end": wrapped(REPLY, 9, "\r"),
    "broken by HTML": wrapped(REPLY, 9, "<br>\n"),
    "within tags": wrapped(REPLY, 9, '</span><span style="color: red">'),
    "with entities for signs": REPLY.replace("+", "&#x2b;").replace("r.", "r&period;").replace("@", "&commat;"),
    "with letters as entities": REPLY.replace(TOKEN, "".join(f"&#{ord(letter)};" for letter in TOKEN)),
    "with letters percent-encoded": REPLY.replace(TOKEN, "".join(f"%{ord(letter):02X}" for letter in TOKEN)),
    "in JSON": REPLY.replace("+", "\\u002b").replace("@", "\\u0040"),
    "packed by Exchange": REPLY.replace("+", "+2B").replace("r.", "r+2E").replace("@", "+40"),
    "in two encoded words": f"=?utf-8?q?risk=2Br=2E{TOKEN[:9]}?=\r\n =?utf-8?q?{TOKEN[9:]}=40lists?=",
    "a decision": f"risk-moderate+{TOKEN}@lists.hub.example",
    "a desk": f"request+{TOKEN}@lists.hub.example",
    "a confirmation": f"risk-confirm+{TOKEN}@lists.hub.example",
    "a return path": f"risk-bounces+{TOKEN}@lists.hub.example",
    "a probe": f"hub+{TOKEN}@lists.hub.example",
    "an alias": f"risk+a.{TOKEN}@lists.hub.example",
    "a link": LINK,
    "a broken link": wrapped(LINK, 11, "\n> "),
    "a link inside a link": f"https://safe.example/?url=https%3A%2F%2Fhub.example%2Fl%2Frisk%2Fleave%2F{TOKEN}%2F&data=1",
    "a link of a filter": f"https://defence.example/v2/url?u=https-3A__hub.example_l_risk_leave_{TOKEN}_&d=x",
    "a held mail": f"https://hub.example/mail/confirm/risk/{TOKEN}/",
    "an application": f"https://hub.example/apply/confirm/{TOKEN}/",
    "a feed": f"https://hub.example/d/3/feed/?key={TOKEN}",
    "a feed, quoted-printable": f"https://hub.example/d/3/feed/?key=3D{TOKEN}",
    "a feed inside a link": f"https://safe.example/?url=https%3A%2F%2Fhub.example%2Ffeed.atom%3Fkey%3D{TOKEN}&data=1",
    "a feed, encoded twice": f"https%253A%252F%252Fhub.example%252Ffeed.atom%253Fa%253D1%2526key%253D{TOKEN}",
    "a feed of a filter": f"https://defence.example/v2/url?u=https-3A__hub.example_feed.atom-3Fkey-3D{TOKEN}&d=x",
    "a password": f"https://hub.example/accounts/password/reset/key/1f-{TOKEN}-{TOKEN}/",
    "an address": f"https://hub.example/accounts/confirm-email/MTE:1vPabc:{TOKEN}/",
}


@pytest.mark.parametrize("what", WRITTEN)
def test_secret_is_hidden_however_it_is_written(what):
    text = f"Before it. {WRITTEN[what]} Behind it."
    masked_text = mask(text)
    opened = unquote(re.sub(r"<[^>]*>", "", unescape(unicodedata.normalize("NFKC", masked_text))))
    letters = re.sub(r"[^a-z2-7]", "", opened.lower())
    assert TOKEN[:MAC_LETTERS] not in letters and HIDDEN in masked_text
    assert masked_text.startswith("Before it. ") and masked_text.endswith(" Behind it.")


def test_words_on_the_line_below_a_link_stay():
    link = LINK.removesuffix("/")
    assert mask(f"{link}\nthanks for all") == f"https://hub.example/l/risk/leave/{HIDDEN}\nthanks for all"
    assert mask(f"> {LINK}\n> Thanks\nfor all").endswith(f"/{HIDDEN}/\n> Thanks\nfor all")


INNOCENT = (
    "C++ and a+b = c", "jo+biosafetynewsletterforeverybody@gmail.example", "risk@lists.hub.example",
    "risk-request@lists.hub.example", "https://hub.example/discussions/3/internationalisation/", "+41 22 917 90 00",
    "https://hub.example/c/164/", "an internationalization+standardizationprogramme", "100 % 2Bee", "1+r.", "hub+spoke",
    "https://docs.example/confirm/", "held-164-abcdefghijklmnopqrst@lists.hub.example",
)  # fmt: skip


@pytest.mark.parametrize("text", INNOCENT)
def test_what_is_no_secret_stays_as_it_is(text):
    assert mask(f"{text} and more") == f"{text} and more"
    assert mask_file(text.encode()) == text.encode()


@given(st.text(), st.sampled_from(sorted(WRITTEN)), st.text())
def test_masking_twice_is_masking_once_and_never_fails(before, what, after):
    once = mask(before + WRITTEN[what] + after)
    assert mask(once) == once


def forwarded(encoding: str) -> bytes:
    """A mail in a file whose body and header hold the address."""
    body = f"Words before.\r\nReply to {REPLY}\r\nWords after, and more of them, so that lines are full.\r\n".encode()
    body_encoded = {"7bit": body, "base64": base64.encodebytes(body), "quoted-printable": quopri.encodestring(body)}[
        encoding
    ]
    head = f"Subject: Fwd\r\nReply-To: Risk\r\n <{REPLY}>\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + body_encoded


@pytest.mark.parametrize("encoding", ["7bit", "base64", "quoted-printable"])
def test_mail_in_a_file_loses_its_secrets_and_keeps_its_form(encoding):
    raw = forwarded(encoding)
    masked = mask_file(raw)
    assert len(masked) == len(raw) and masked.count(b"\n") == raw.count(b"\n") and masked != raw
    head, _, body = masked.partition(b"\r\n\r\n")
    opened = {"7bit": bytes, "base64": base64.decodebytes, "quoted-printable": quopri.decodestring}[encoding](body)
    assert TOKEN.encode() not in head + opened and b"Words before." in opened and b"Words after" in opened
    assert b"risk+r.000" in opened and b"risk+r.000" in head


def test_mail_within_a_mail_within_base64_is_read_too():
    inner = base64.encodebytes(forwarded("base64"))
    masked = mask_file(b"Content-Transfer-Encoding: base64\n\n" + inner)
    body = base64.decodebytes(base64.decodebytes(masked.partition(b"\n\n")[2]).partition(b"\r\n\r\n")[2])
    assert b"Words before." in body and TOKEN.encode() not in body


def encoded_words(text: str) -> bytes:
    """A field of a mail as programs write it whose author has letters beyond ASCII."""
    charset = Charset("utf-8")
    charset.header_encoding = BASE64
    return Header(text, charset, maxlinelen=60).encode().encode()


def test_field_in_encoded_words_is_read_across_their_borders():
    raw = b"Subject: " + encoded_words(f"Où répondre déjà ? À {REPLY} — merci") + b"\n\nx\n"
    assert raw.count(b"=?utf-8?b?") > 1
    masked = mask_file(raw)
    decoded = str(message_from_bytes(masked, policy=policy.default)["subject"])
    assert len(masked) == len(raw) and "répondre" in decoded and "merci" in decoded and "risk+r.000" in decoded
    assert TOKEN[:MAC_LETTERS] not in decoded


@pytest.mark.parametrize("mark", ["\u200e", "\u200b", "\u2068", "\u00ad", "\ufeff", "\u2028"])
@pytest.mark.parametrize("encoding", ["bytes", "quoted-printable"])
def test_marks_without_width_in_the_bytes_of_a_file_hide_nothing(mark, encoding):
    raw = f"Answer {wrapped(REPLY, 6, mark)} now, and again as before.\n".encode()
    masked = mask_file(quopri.encodestring(raw) if encoding == "quoted-printable" else raw)
    decoded = quopri.decodestring(masked) if encoding == "quoted-printable" else masked
    assert TOKEN[:6].encode() not in decoded and TOKEN[6:12].encode() not in decoded and b"as before" in decoded


def test_short_lines_and_a_zero_octet_hide_nothing():
    encoded = base64.b64encode(f"Answer {REPLY} now, and again.".encode())
    short = b"\n".join(encoded[at : at + 40] for at in range(0, len(encoded), 40))
    masked = mask_file(b"\0\n" + short + b"\n")
    assert b"risk+r.000" in base64.b64decode(masked[2:]) and TOKEN.encode() not in base64.b64decode(masked[2:])


def test_wide_letters_of_outlooks_files_are_read():
    content = b"\xd0\xcf\x11\xe0\0\0" + f"Reply to {REPLY} now".encode("utf-16-le") + b"\0\1\2"
    masked = mask_file(content)
    assert len(masked) == len(content) and TOKEN.encode("utf-16-le") not in masked
    assert "Reply to risk+r.".encode("utf-16-le") in masked and masked.endswith(b"\0\1\2")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04" + REPLY.encode(), bytes(range(256)) * 9, b"A" * 999 + b"\n"])
def test_file_without_a_secret_that_can_be_read_is_the_same_bytes(content):
    assert mask_file(content) is content or mask_file(content) == content
