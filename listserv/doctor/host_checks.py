"""Examine the machines: relay, gateway, port 25, certificate, greeting, clock, peers."""

import asyncio
import ctypes
import os
import sys
from datetime import UTC, datetime, timedelta

from cryptography import x509
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from listserv.doctor import domain_checks
from listserv.doctor.findings import ADVICE, GOOD, UNKNOWN, WRONG, Examination, Finding, Site

# A certificate is renewed before these are left.
SOON = timedelta(days=14)
# Year below which a clock has never been set.
EPOCH = 2026
_UNSYNCHRONISED = 5
# Where something answers on this host that listens on every address.
_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared only


async def relay(site: Site) -> Finding:
    """Does the relay answer?"""
    if site.relay is None:
        text = _(
            "HUB_RELAY is not set: no mail leaves the hub, every message is kept in its "
            "outbox. Name your mail server."
        )
        return Finding("HUB_RELAY", WRONG, text, {}, ("HUB_RELAY=smtp://mail.example.org:25",))
    values = {"relay": str(site.relay)}
    try:
        await site.line.greet(site.relay.host, site.relay.port, tls=site.tls_relay)
    except (OSError, TimeoutError) as error:
        text = _("The relay %(relay)s does not answer (%(error)s). Mail is waiting until it does.")
        return Finding("HUB_RELAY", WRONG, text, {**values, "error": _reason_of(error)})
    if site.trouble:
        text = _(
            "The relay %(relay)s answers, but refuses mail from the hub: %(error)s. All "
            "mail is waiting. Allow the hub's address to relay there, or put a user name "
            "and password into HUB_RELAY."
        )
        return Finding("HUB_RELAY", WRONG, text, {**values, "error": site.trouble[:200]})
    return Finding("HUB_RELAY", GOOD, _("The relay %(relay)s answers."), values)


async def gateway(site: Site) -> Finding:
    """Does our own gateway answer, here or on the hosts on which it says that it works?"""
    host = _LOOPBACK.get(site.gateway.host, site.gateway.host)
    values = {"door": str(site.gateway)}
    try:
        await site.line.greet(host, site.gateway.port)
    except (OSError, TimeoutError) as error:
        if site.gateway_hosts:
            text = _("The SMTP gateway works on %(hosts)s.")
            return Finding("HUB_SMTP", GOOD, text, {"hosts": ", ".join(site.gateway_hosts)})
        text = _(
            "The SMTP gateway at %(door)s does not answer (%(error)s). Start it: manage.py smtpd."
        )
        return Finding("HUB_SMTP", WRONG, text, {**values, "error": _reason_of(error)})
    return Finding("HUB_SMTP", GOOD, _("The SMTP gateway at %(door)s answers."), values)


async def port_25(site: Site) -> Finding:
    """Do the hosts of the MX take mail, and is the name they greet with real?"""
    hosts = await site.mail_hosts()
    if not hosts:
        return Finding("25", UNKNOWN, _("There is no MX record, so there is no host to test."))
    try:
        name = await site.line.greet(hosts[0], 25)
    except (OSError, TimeoutError) as error:
        text = _(
            "Port 25 of %(host)s could not be reached from here (%(error)s). If this network "
            "blocks port 25, try from another one; otherwise open it in the firewall."
        )
        return Finding("25", UNKNOWN, text, {"host": hosts[0], "error": _reason_of(error)})
    values = {"host": hosts[0], "name": name[:100]}
    if not await site.addresses(name):
        text = _(
            "%(host)s accepts mail, but calls itself %(name)s, which has no address. Set "
            "its host name (HELO)."
        )
        return Finding(
            "25",
            ADVICE,
            text,
            values,
            (f"{name[:100]}. 3600 IN A {(await site.addresses(hosts[0]))[0]}",),
        )
    return Finding("25", GOOD, _("%(host)s accepts mail and calls itself %(name)s."), values)


async def helo(site: Site) -> Finding:
    """Has the name with which the hub itself greets an address?"""
    if await site.addresses(site.domain) or await site.mail_hosts():
        return Finding(
            "HELO",
            GOOD,
            _("The hub calls itself %(domain)s, which is in DNS."),
            {"domain": site.domain},
        )
    record = tuple(f"{site.domain}. 3600 IN A {ip}" for ip in (await site.senders())[:1])
    text = _(
        "The hub calls itself %(domain)s, which is not in DNS. Some servers refuse such a name."
    )
    return Finding("HELO", ADVICE, text, {"domain": site.domain}, record)


async def certificate(site: Site) -> Finding:
    """Is the certificate of the gateway good, for long enough, and for the right name?"""
    if site.certificate is None:
        text = _(
            "HUB_SMTP_CERT is not set: the SMTP gateway offers no TLS, and members "
            "outside cannot sign in to it. If a mail server in front of it offers TLS, "
            "that is enough."
        )
        return Finding("TLS", ADVICE, text)
    try:
        pem = await asyncio.to_thread(site.certificate.read_bytes)
        loaded = x509.load_pem_x509_certificate(pem)
    except (OSError, ValueError) as error:
        text = _(
            "The certificate cannot be read (%(error)s). HUB_SMTP_CERT must be the path "
            "of a PEM file."
        )
        return Finding("TLS", WRONG, text, {"error": _reason_of(error)})
    until = loaded.not_valid_after_utc
    values = {"date": until.date().isoformat(), "names": ", ".join(_names(loaded)) or "–"}
    if until < site.now:
        return Finding(
            "TLS",
            WRONG,
            _("The certificate expired on %(date)s. Renew it and restart the SMTP gateway."),
            values,
        )
    if until < site.now + SOON:
        return Finding(
            "TLS", ADVICE, _("The certificate expires on %(date)s. Renew it now."), values
        )
    hosts = {*await site.mail_hosts(), site.host, site.domain}
    if not any(_covers(name, host) for name in _names(loaded) for host in hosts):
        text = _(
            "The certificate is for %(names)s, but the SMTP gateway is not known under these names."
        )
        return Finding("TLS", ADVICE, text, values)
    return Finding(
        "TLS", GOOD, _("The certificate is valid until %(date)s, for %(names)s."), values
    )


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return [name.lower() for name in extension.value.get_values_for_type(x509.DNSName)]


def _covers(name: str, host: str) -> bool:
    wildcard = f"*.{host.partition('.')[2]}"
    return name in (host, wildcard)


async def clock(site: Site) -> Finding:
    """Is the time right? Signatures, tokens and deadlines depend on it."""
    values = {"now": datetime.now(UTC).strftime("%Y-%m-%d %H:%M")}
    if site.now.year < EPOCH:
        return Finding(
            "UTC",
            WRONG,
            _(
                "The clock says %(now)s UTC, which cannot be right. Set it, and keep it "
                "right with NTP."
            ),
            values,
        )
    state = await asyncio.to_thread(_clock_state)
    if state is None:
        return Finding(
            "UTC",
            UNKNOWN,
            _("The clock says %(now)s UTC. The hub does not know whether NTP keeps it right."),
            values,
        )
    if state == _UNSYNCHRONISED:
        text = _(
            "The clock says %(now)s UTC, and no time server keeps it right. Turn on NTP "
            "(chrony or systemd-timesyncd)."
        )
        return Finding("UTC", ADVICE, text, values)
    return Finding(
        "UTC", GOOD, _("The clock says %(now)s UTC, and a time server keeps it right."), values
    )


def _clock_state() -> int | None:
    """Return what the kernel says of its clock (adjtimex(2)), None where it says nothing."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        state = int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512)))
    except (OSError, AttributeError):
        return None
    if state < 0:
        return None
    return state


async def front(site: Site) -> Finding:
    """Is a relay in front of the gateway named, so that its findings are believed?"""
    relays = settings.HUB_TRUSTED_RELAYS
    if site.unnamed:
        text = _(
            "Mail arrives through %(peers)s. If that is a mail server of yours, name it, "
            "and the name under which it writes Authentication-Results; until then most "
            "senders have to confirm their messages."
        )
        lines = (
            f"HUB_TRUSTED_RELAYS={','.join(site.unnamed)}",
            f"HUB_AUTHSERV_ID={site.suggested_host}",
        )
        return Finding(
            "HUB_TRUSTED_RELAYS", ADVICE, text, {"peers": ", ".join(site.unnamed)}, lines
        )
    if not relays:
        text = _(
            "Senders connect to the SMTP gateway directly, so the hub checks SPF, DKIM "
            "and DMARC itself."
        )
        return Finding("HUB_TRUSTED_RELAYS", GOOD, text)
    values = {"relays": ", ".join(map(str, relays)), "name": settings.HUB_AUTHSERV_ID}
    if not settings.HUB_AUTHSERV_ID:
        return _front_without_name(site, values)
    text = _("The hub trusts what %(relays)s writes as %(name)s in Authentication-Results.")
    return Finding("HUB_TRUSTED_RELAYS", GOOD, text, values)


def _front_without_name(site: Site, values: dict[str, str]) -> Finding:
    """Examine a relay that writes no findings: it has to name the servers it speaks for."""
    suggested = (f"HUB_AUTHSERV_ID={site.suggested_host}",)
    if settings.HUB_DMARC == "relay":
        text = _(
            "%(relays)s may deliver mail, but HUB_AUTHSERV_ID is not set, so the hub "
            "does not trust the results of its checks."
        )
        return Finding("HUB_TRUSTED_RELAYS", WRONG, text, values, suggested)
    if site.nameless:
        text = _(
            "%(relays)s passes on mail without naming the server that it came from, so "
            "the hub cannot check SPF and most senders have to confirm their messages. "
            "Let it send XFORWARD, or name what it writes into Authentication-Results."
        )
        return Finding(
            "HUB_TRUSTED_RELAYS",
            WRONG,
            text,
            values,
            ("smtp_send_xforward_command=yes", *suggested),
        )
    text = _(
        "%(relays)s may name the server that a message came from; the hub checks SPF, DKIM and "
        "DMARC itself."
    )
    return Finding("HUB_TRUSTED_RELAYS", GOOD, text, values)


def _reason_of(error: BaseException) -> str:
    number = getattr(error, "errno", None) or 0
    if number > 0:
        return os.strerror(number)
    return (str(error) or type(error).__name__)[:200]


# In the order of a page; the second group is left out for a domain that can be in no DNS.
EXAMINATIONS: dict[str, Examination] = {
    "HUB_MAIL_DOMAIN": domain_checks.domain,
    "MX": domain_checks.mx,
    "PTR": domain_checks.ptr,
    "SPF": domain_checks.sender_policy,
    "DKIM": domain_checks.signatures,
    "DMARC": domain_checks.author_policy,
    "HELO": helo,
    "25": port_25,
    "HUB_RELAY": relay,
    "HUB_SMTP": gateway,
    "HUB_TRUSTED_RELAYS": front,
    "TLS": certificate,
    "UTC": clock,
}
TITLES = {
    "HUB_MAIL_DOMAIN": _("Mail domain"),
    "MX": _("Inbound mail (MX)"),
    "PTR": _("Name of the sending address (PTR)"),
    "SPF": _("Who may send for us (SPF)"),
    "DKIM": _("Signature (DKIM)"),
    "DMARC": _("What others are to do with forgeries (DMARC)"),
    "HELO": _("Host name (HELO)"),
    "25": _("Port 25"),
    "HUB_RELAY": _("Relay for outgoing mail"),
    "HUB_SMTP": _("SMTP gateway"),
    "HUB_TRUSTED_RELAYS": _("Relay in front of the SMTP gateway"),
    "TLS": _("Certificate (TLS)"),
    "UTC": pgettext_lazy("check of the mail domain", "Clock"),
}
_IN_DNS = frozenset({"MX", "PTR", "SPF", "DKIM", "DMARC", "HELO", "25"})


def examinations(site: Site) -> dict[str, Examination]:
    """Return what to examine: topic -> examination."""
    if not site.is_example:
        return EXAMINATIONS
    return {topic: ask for topic, ask in EXAMINATIONS.items() if topic not in _IN_DNS}
