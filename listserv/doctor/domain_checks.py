"""Examine what stands in DNS about the mail domain: MX, addresses, SPF, DKIM, DMARC, PTR."""

import base64

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from django.utils.translation import gettext_lazy as _

from hub.lib.endpoints import DkimKey
from listserv.doctor.findings import ADVICE, GOOD, UNKNOWN, WRONG, Finding, Site
from listserv.mail.auth import dmarc, spf
from listserv.mail.auth.dkim_signature import BadSignatureError, packed, tags


async def domain(site: Site) -> Finding:
    """Is the mail domain one of our own?"""
    if site.is_example:
        text = _(
            "%(domain)s is a name for examples: nobody can write to it. Set "
            "HUB_MAIL_DOMAIN to a domain of yours, such as lists.your-organisation.org, "
            "and check again."
        )
        return Finding(
            "HUB_MAIL_DOMAIN",
            WRONG,
            text,
            {"domain": site.domain},
            ("HUB_MAIL_DOMAIN=lists.example.org",),
        )
    return Finding(
        "HUB_MAIL_DOMAIN", GOOD, _("The lists are at %(domain)s."), {"domain": site.domain}
    )


async def mx(site: Site) -> Finding:
    """Does mail for the domain find its way?"""
    hosts = await site.mail_hosts()
    suggested = (f"{site.domain}. 3600 IN MX 10 {site.suggested_host}.",)
    if not hosts:
        text = _(
            "No MX record says where mail for %(domain)s goes, so replies are lost. "
            "Publish an MX record."
        )
        return Finding("MX", WRONG, text, {"domain": site.domain}, suggested)
    lost = [host for host in hosts if not await site.addresses(host)]
    if lost:
        text = _(
            "The MX record points to %(host)s, which has no address. Give that host an "
            "address, or use another host."
        )
        record = (f"{lost[0]}. 3600 IN A {_example_address()}",)
        return Finding("MX", WRONG, text, {"host": lost[0]}, record)
    values = {"domain": site.domain, "hosts": ", ".join(hosts)}
    return Finding("MX", GOOD, _("Mail for %(domain)s goes to %(hosts)s."), values)


def _example_address() -> str:
    return "192.0.2.25"


async def ptr(site: Site) -> Finding:
    """Do the addresses that send have a name that leads back to them?"""
    senders = await site.senders()
    if not senders:
        return Finding(
            "PTR",
            UNKNOWN,
            _(
                "The hub does not know from which address the mail leaves: there is no "
                "MX record yet."
            ),
        )
    for ip in senders:
        address = spf.client_address(ip)
        names = await site.dns.ask(address.reverse_pointer, "PTR")
        back = [name for name in names if ip in await site.addresses(name)]
        if back:
            continue
        if names:
            name = names[0]
            text = _(
                "The name of %(ip)s is %(name)s, which does not point back to it. "
                "Correct one of the two."
            )
        else:
            name = site.sending_host
            text = _(
                "%(ip)s has no name (PTR). Many servers refuse its mail. Ask the "
                "provider of the address to give it one."
            )
        record = f"{address.reverse_pointer}. 3600 IN PTR {name}."
        return Finding("PTR", WRONG, text, {"ip": ip, "name": name}, (record,))
    text = _("%(ips)s: each address has a name that points back to it.")
    return Finding("PTR", GOOD, text, {"ips": ", ".join(senders)})


async def sender_policy(site: Site) -> Finding:
    """Does SPF let our own addresses send?"""
    texts = await site.dns.ask(site.domain, "TXT")
    rows = [text for text in texts if text[:6].lower() == "v=spf1"]
    senders = await site.senders()
    networks = " ".join(f"ip{spf.client_address(ip).version}:{ip}" for ip in senders) or "mx"
    suggested = (f'{site.domain}. 3600 IN TXT "v=spf1 {networks} -all"',)
    if not rows:
        text = _("No SPF record says who may send for %(domain)s. Publish one.")
        return Finding("SPF", WRONG, text, {"domain": site.domain}, suggested)
    if len(rows) > 1:
        return Finding(
            "SPF",
            WRONG,
            _("There are several SPF records, so none is valid. Keep one."),
            {},
            suggested,
        )
    for ip in senders:
        finding = await _sent_by(site, ip, rows[0], suggested)
        if finding is not None:
            return finding
    if not senders:
        return Finding(
            "SPF",
            UNKNOWN,
            _("There is an SPF record, but the addresses that send are not known yet."),
        )
    return Finding("SPF", GOOD, _("SPF lets %(ips)s send."), {"ips": ", ".join(senders)})


async def _sent_by(site: Site, ip: str, record: str, suggested: tuple[str, ...]) -> Finding | None:
    """Return what keeps an address from sending for the domain by its SPF record."""
    result = await spf.check_host(
        ip=ip, mail_from=f"bounces@{site.domain}", helo=site.domain, resolver=site.dns
    )
    if result == "pass":
        return None
    if result == "permerror":
        text = _("The SPF record has a fault, or needs more than ten look-ups: %(record)s")
        return Finding("SPF", WRONG, text, {"record": record[:300]}, suggested)
    text = _("The SPF record does not let %(ip)s send (%(result)s). Add the address to it.")
    added = record.replace("v=spf1", f"v=spf1 ip{spf.client_address(ip).version}:{ip}", 1)
    row = f'{site.domain}. 3600 IN TXT "{added}"'
    return Finding("SPF", WRONG, text, {"ip": ip, "result": result}, (row,))


async def signatures(site: Site) -> Finding:
    """Is the key that we sign with published?"""
    if not site.keys:
        text = _(
            "HUB_DKIM_KEY is not set, so the hub does not sign its mail. If your relay signs, that "
            "is enough; otherwise make a key with the command below."
        )
        return Finding("DKIM", ADVICE, text, {}, ("manage.py dkim_key",))
    for key in site.keys:
        finding = await _published(site, key)
        if finding is not None:
            return finding
    names = ", ".join(key.selector for key in site.keys)
    return Finding(
        "DKIM",
        GOOD,
        _("The keys are published and are the hub's own: %(names)s."),
        {"names": names},
    )


async def _published(site: Site, key: DkimKey) -> Finding | None:
    name = f"{key.selector}._domainkey.{site.domain}"
    try:
        kind, material = _public_half(key)
    except (ValueError, TypeError, OSError):
        text = _(
            "The file of the key %(selector)s cannot be read as a private key. Make a new one."
        )
        return Finding("DKIM", WRONG, text, {"selector": key.selector}, ("manage.py dkim_key",))
    suggested = (
        f'{name}. 3600 IN TXT "v=DKIM1; k={kind}; p={base64.b64encode(material).decode()}"',
    )
    rows = await site.dns.ask(name, "TXT")
    if not rows:
        return Finding(
            "DKIM",
            WRONG,
            _("The key %(selector)s is not published."),
            {"selector": key.selector},
            suggested,
        )
    try:
        published = tags(rows[0])
        public_half = published.get("k", "rsa"), packed(published.get("p", ""))
    except BadSignatureError:
        published, public_half = {}, ("", b"")
    if public_half != (kind, material):
        text = _(
            "The key that is published as %(selector)s is not the one the hub signs with. Publish "
            "this one."
        )
        return Finding("DKIM", WRONG, text, {"selector": key.selector}, suggested)
    if "y" in published.get("t", ""):
        text = _(
            "The key %(selector)s is published as a test (t=y), so its signatures count for "
            "nothing."
        )
        return Finding("DKIM", ADVICE, text, {"selector": key.selector}, suggested)
    return None


def _public_half(key: DkimKey) -> tuple[str, bytes]:
    """Return the kind and the octets of what is published for a private key.

    Raises: ValueError, OSError.
    """
    private = serialization.load_pem_private_key(key.path.read_bytes(), password=None)
    if isinstance(private, Ed25519PrivateKey):
        return "ed25519", private.public_key().public_bytes_raw()
    if not isinstance(private, RSAPrivateKey):
        raise ValueError(key.selector)
    return "rsa", private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


async def author_policy(site: Site) -> Finding:
    """What does the domain ask of others about mail in its name?"""
    suggested = (
        f'_dmarc.{site.domain}. 3600 IN TXT "v=DMARC1; p=quarantine; '
        f'rua=mailto:postmaster@{site.domain}"',
    )
    policy = await dmarc.discover(site.domain, site.dns)
    if policy is None:
        text = _(
            "No DMARC record protects %(domain)s, and large providers may refuse its mail. Publish "
            "one."
        )
        return Finding("DMARC", WRONG, text, {"domain": site.domain}, suggested)
    values = {"policy": policy.policy, "place": policy.record.domain}
    if policy.policy == "none":
        text = _(
            "The DMARC policy (at %(place)s) is none: anybody can write in your name. "
            "Make it stricter once all your mail passes."
        )
        return Finding("DMARC", ADVICE, text, values, suggested)
    if not policy.record.reports:
        text = _(
            "The DMARC policy is %(policy)s, but nobody receives the reports (rua), so "
            "you will not see what fails."
        )
        return Finding("DMARC", ADVICE, text, values, suggested)
    return Finding(
        "DMARC", GOOD, _("The DMARC policy is %(policy)s, and reports are asked for."), values
    )
