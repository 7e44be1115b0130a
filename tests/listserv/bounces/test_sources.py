"""Reports that name whom a mail was passed on to, or nobody's domain: the address that we wrote to is found."""

import pytest

from listserv.mail.reports.delivery_reports import read_report
from tests.listserv.bounces.report_writing import CHEN, DIEGO, dsn, plain

FORWARDED = "chen.wei@elsewhere.example"
EXIM = (
    "This message was created automatically by mail delivery software.\n\nA message that you sent could not be "
    "delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n"
)
COPY = "------ This is a copy of the message, including all the headers. ------\n\nReturn-path: <x@y.example>\n"
REASON = (
    "    host mx.elsewhere.example [192.0.2.1]\n    SMTP error from remote mail server after RCPT TO:<{}>:\n    550"
)
SCREEN_NAME = "Your mail to the following recipients could not be delivered because they are not accepting mail from "


@pytest.mark.parametrize("words", ["generated from", "ultimately generated from"])
@pytest.mark.parametrize("header", [{}, {"X_Failed_Recipients": FORWARDED}])
def test_exims_report_is_about_the_address_that_forwards(words, header):
    text = f"{EXIM}  {FORWARDED}\n    ({words} {CHEN})\n{REASON.format(FORWARDED)} No such user\n\n{COPY}"
    report = read_report(plain(text, subject="Mail delivery failed: returning message to sender", **header))
    assert report.permanent == {CHEN}


def test_exims_report_on_two_recipients_names_each_as_it_was_written_to():
    text = f"{EXIM}  {FORWARDED}\n    (generated from {CHEN})\n{REASON.format(FORWARDED)} No such user\n  {DIEGO}\n"
    text += f"{REASON.format(DIEGO)} No such user\n\n{COPY}"
    report = read_report(plain(text, subject="Mail delivery failed: returning message to sender"))
    assert report.permanent == {CHEN, DIEGO}


def test_exims_fields_are_about_the_address_that_forwards():
    text = f"{EXIM}  {FORWARDED}\n    (generated from {CHEN})\n{REASON.format(FORWARDED)} No such user\n"
    record = f"Action: failed\nFinal-Recipient: rfc822;{FORWARDED}\nStatus: 5.1.1\n"
    assert read_report(dsn(record, text=text)).permanent == {CHEN}


@pytest.mark.parametrize("host", ["aol.com", "AOL.com", "rly-xe04.mx.aol.com", "omr-d25.mail.aol.com"])
def test_screen_name_belongs_to_aol_when_aol_reports(host):
    text = f"{SCREEN_NAME}risk@lists.hub.example:\n\tscreenname\n"
    report = read_report(
        plain(text, sender=f"Mail Delivery Subsystem <MAILER-DAEMON@{host}>", subject="Mail Delivery Problem")
    )
    assert report.permanent == {"screenname@aol.com"}


def test_screen_name_in_the_report_of_another_is_nobodys():
    text = f"{SCREEN_NAME}risk@lists.hub.example:\n\tscreenname\n"
    report = read_report(plain(text, sender="MAILER-DAEMON@relay.example", subject="Mail Delivery Problem"))
    assert report.permanent == set()


def test_screen_name_belongs_to_the_one_domain_that_a_report_names():
    text = f"{SCREEN_NAME}risk@lists.hub.example:\n\tscreenname\n\nSee postmaster@people.example.\n"
    report = read_report(plain(text, sender="MAILER-DAEMON@relay.example", subject="Mail Delivery Problem"))
    assert report.permanent <= {"screenname@people.example"}
