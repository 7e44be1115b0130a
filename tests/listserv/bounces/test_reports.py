"""Whom a report is about, and that nobody is counted whom no report is about."""

import random

import pytest

from listserv.mail.reports import report_addresses
from listserv.mail.reports.delivery_reports import ReportKind, read_report
from listserv.mail.reports.status_codes import Fate, enhanced
from tests.growth import assert_linear
from tests.listserv.bounces.far_shapes import FAR
from tests.listserv.bounces.innocents import INNOCENTS
from tests.listserv.bounces.more_shapes import MORE
from tests.listserv.bounces.passed_on import COMPLAINTS, NOTIFIED, WRAPPED
from tests.listserv.bounces.rare_shapes import DIALECTS, SERVERS
from tests.listserv.bounces.report_writing import CHEN, dsn, plain
from tests.listserv.bounces.shapes import SHAPES

CASES = {**SHAPES, **MORE, **DIALECTS, **SERVERS}
OTHERS = {**WRAPPED, **NOTIFIED, **FAR}


def test_public_corpus_is_read_to_the_last_mail(flufl):
    wrong = {}
    for name, (raw, wanted) in flufl.items():
        report = read_report(raw)
        if (report.permanent, report.temporary) != (set(wanted["permanent"]), set(wanted["temporary"])):
            wrong[name] = (report.permanent, report.temporary)
    assert not wrong
    assert len(flufl) == 116


def test_public_corpus_is_read_alike_with_line_ends_as_mail_has_them(flufl):
    for name, (raw, _wanted) in flufl.items():
        sent = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        assert read_report(sent).permanent == read_report(raw).permanent, name


@pytest.mark.parametrize("name", list(CASES))
def test_report_of_each_kind_of_server_is_read(name):
    raw, permanent, temporary = CASES[name]
    report = read_report(raw)
    assert (report.permanent, report.temporary) == (permanent, temporary)


@pytest.mark.parametrize("name", list(OTHERS))
def test_report_inside_another_mail_or_in_json_is_read(name):
    raw, permanent, temporary = OTHERS[name]
    report = read_report(raw)
    assert (report.permanent, report.temporary) == (permanent, temporary)


@pytest.mark.parametrize("name", list(COMPLAINTS))
def test_complaint_in_json_names_who_complained(name):
    report = read_report(COMPLAINTS[name])
    assert report.kind is ReportKind.COMPLAINT and report.complaint is not None
    assert report.complaint.is_abuse and report.complaint.recipients == (CHEN,)


def test_complaint_of_amazon_says_whose_copy_it_is():
    complaint = read_report(COMPLAINTS["amazon by SNS"]).complaint
    assert complaint is not None
    assert complaint.envelope_from == "risk-bounces@lists.hub.example"
    assert complaint.message_id == "1@lists.hub.example"


def test_every_report_is_read_alike_when_a_gateway_attaches_it_to_a_mail_of_its_own(flufl):
    mails = {name: (raw, set(wanted["permanent"]), set(wanted["temporary"])) for name, (raw, wanted) in flufl.items()}
    wrong = {}
    for name, (raw, permanent, temporary) in {**mails, **CASES}.items():
        report = read_report(attached(raw))
        if (report.permanent, report.temporary) != (permanent, temporary):
            wrong[name] = (report.permanent, report.temporary)
    assert not wrong


def attached(raw: bytes) -> bytes:
    """Return a mail of somebody who names nobody, with a mail attached."""
    plain_ends = raw.replace(b"\r\n", b"\n")
    inner = plain_ends.partition(b"\n")[2] if plain_ends.startswith(b"From ") else plain_ends
    head = (
        b"From: Gateway <gateway@relay.example>\nTo: risk-bounces@lists.hub.example\nSubject: Minutes\n"
        b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="outermost"\n\n'
    )
    note = b"--outermost\nContent-Type: text/plain\n\nSee the attachment.\n"
    return head + note + b"--outermost\nContent-Type: message/rfc822\n\n" + inner + b"\n--outermost--\n"


@pytest.mark.parametrize("mark", [b"Re: ", b"AW: ", b"Fwd: ", b"[EXTERNAL] RE: ", "回复：".encode(), b"***SPAM*** "])
def test_every_report_is_read_alike_with_a_mark_before_its_subject(flufl, mark):
    mails = {name: (raw, set(wanted["permanent"]), set(wanted["temporary"])) for name, (raw, wanted) in flufl.items()}
    wrong = {}
    for name, (raw, permanent, temporary) in {**mails, **CASES}.items():
        report = read_report(raw.replace(b"\nSubject: ", b"\nSubject: " + mark, 1))
        if (report.permanent, report.temporary) != (permanent, temporary):
            wrong[name] = (report.permanent, report.temporary)
    assert not wrong


@pytest.mark.parametrize("name", list(INNOCENTS))
def test_no_failure_is_made_up(name):
    report = read_report(INNOCENTS[name])
    assert (report.permanent, report.temporary) == (set(), set())
    assert report.kind not in (ReportKind.FAILURE, ReportKind.DELAY)


def test_no_failure_is_made_up_from_the_mails_of_people(people_write):
    assert len(people_write) > 100
    wrong = {name for name, raw in people_write.items() if read_report(raw).failures}
    assert not wrong


def test_complaint_names_who_complained_and_about_what():
    report = read_report(INNOCENTS["abuse report"])
    assert report.kind is ReportKind.COMPLAINT and report.complaint is not None
    assert report.complaint.is_abuse
    assert report.complaint.recipients == (CHEN,)
    assert report.complaint.message_id == "1@lists.hub.example"
    assert report.complaint.envelope_from == "risk-bounces@lists.hub.example"


def test_report_on_a_signature_is_no_complaint_about_us():
    report = read_report(INNOCENTS["report of a failed signature"])
    assert report.complaint is not None and not report.complaint.is_abuse


def test_code_and_words_of_the_far_end_are_kept():
    raw = dsn(
        f"Final-Recipient: rfc822; {CHEN}\nAction: failed\nStatus: 5.2.2 (full)\nDiagnostic-Code: smtp; 552 5.2.2 full"
    )
    (failure,) = read_report(raw).failures
    assert (failure.fate, failure.status, failure.diagnostic) == (Fate.FAILED, "5.2.2", "smtp; 552 5.2.2 full")
    (failure,) = read_report(SHAPES["postfix"][0]).failures
    assert failure.status == "5.1.1" and "User unknown" in failure.diagnostic


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("<anna@people.example>:", ["anna@people.example"]),
        ("(anna.o'neil+x@people.example).", ["anna.o'neil+x@people.example"]),
        ('"anna b"@people.example', ['"anna b"@people.example']),
        ("dda:SMTP=anna@people.example; on", ["anna@people.example"]),
        ("davi...@people.example", []),
        ("anna@people...", []),
        ("*****@people.example", ["*****@people.example"]),
        ("@ @@ a@ @b", []),
        ("jiří@příklad.example", ["jiří@příklad.example"]),
        ("<chen=li@people.example>", ["chen=li@people.example"]),
        ("prvs=17a2b3c4d5=anna@people.example", ["prvs=17a2b3c4d5=anna@people.example"]),
        ("rcpt=anna@people.example status=5.1.1", ["anna@people.example"]),
        ("<to=anna@people.example>", ["to=anna@people.example"]),
        ("=3Canna@people.example=3E", ["anna@people.example"]),
        ("IMCEASMTP-anna+2Eb+40people+2Eexample@inner.example", ["anna.b@people.example"]),
    ],
)
def test_addresses_are_found_as_they_are_written(text, addresses):
    assert report_addresses.find(text) == addresses


@pytest.mark.parametrize(
    ("address", "inner"),
    [
        ("prvs=17a2b3c4d5=anna@people.example", "anna@people.example"),
        ("btv1==17a2b3c4d5==anna@people.example", "anna@people.example"),
        ("SRS0=hHh=tT=people.example=anna@forward.example", "anna@people.example"),
        ("SRS1=HHH=other.example==hHh=tT=people.example=anna@forward.example", "anna@people.example"),
        ("chen=li@people.example", "chen=li@people.example"),
        ("anna@people.example", "anna@people.example"),
    ],
)
def test_signed_and_rewritten_senders_are_known_as_whose_they_are(address, inner):
    assert report_addresses.unwrapped(address) == inner


def test_enhanced_code_is_found_among_other_numbers():
    assert enhanced("550-5.7.1 [192.0.2.1] blocked") == "5.7.1"
    assert enhanced("host 10.0.0.1 said 550 no") == ""


def test_any_bytes_are_read_without_an_exception():
    spoil([shape[0] for shape in list(SHAPES.values())[::4]])


def test_spoilt_mails_of_the_public_corpus_are_read_without_an_exception(flufl):
    spoil([raw for raw, _wanted in list(flufl.values())[::6]])


def spoil(mails):
    """Read mails that are cut off and have wrong octets in them."""
    dice = random.Random(7)
    for raw in mails:
        cut = bytearray(raw[: dice.randrange(len(raw))])
        for _ in range(20):
            cut[dice.randrange(len(cut))] = dice.randrange(256)
        read_report(bytes(cut))


@pytest.mark.parametrize(
    "piece, tail",
    [(b"@", b""), (b"a@", b""), (b'"@', b""), (b"x", b"@y.example"), (b"chen@far.example\n", b"")],
)
def test_a_hostile_report_is_read_in_linear_time(piece, tail):
    def report(octets: int) -> bytes:
        body = piece * (octets // len(piece)) + tail
        return plain("").replace(b"\r\n\r\n", b"\r\n\r\n" + body, 1)

    assert_linear(read_report, report, 125_000)


def test_many_records_are_read_in_linear_time():
    def report(records: int) -> bytes:
        return dsn("\n\n".join(f"Final-Recipient: rfc822; u{n}@far.example\nStatus: x" for n in range(records)))

    assert len(read_report(report(20_000)).failures) <= 500
    assert_linear(read_report, report, 1_250)
