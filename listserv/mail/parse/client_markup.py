"""What mail programs write into the HTML of a reply to mark its parts.

The marks tell quotes, the lines that introduce them, old messages and signatures.
Gmail, Yahoo, Thunderbird, Outlook (desktop, web, phone), Proton, Apple, Zoho, Zimbra, Roundcube,
Spark, Front, Tuta, AquaMail, Canary, Android, Mail.ru, QQ, NetEase and others say by a class or an
identifier what a text analysis would have to guess, in every language. Names that came through
another program begin with ``x_``, ``ecx``, ``m_123`` or ``ydp``.

``gmail_quote`` is not among them: Gmail puts forwarded messages into it as well, and what it quotes
has its own mark.
"""

import re

# Lines that say whose words follow; the words themselves stand in a <blockquote>, where answers may
# stand between.
INTRO = "intro"
# All inside is old; where a <blockquote> follows its first lines, only that is, and answers may
# stand behind it.
QUOTE = "quote"
# All that follows is old.
OLD = "old"
SIGNATURE = "signature"

_KINDS = {
    INTRO: "gmail_attr moz-cite-prefix reply-intro airmail_on",
    QUOTE: "yahoo_quoted mail_android_quote quote protonmail_quote tutanota_quote "
    "skiff_quote zmail_extra "
    "messagereplysection aqm-original ntes-mailmaster-quote missive_quote freshdesk_quote "
    "fernand_quote "
    "alimail-quote quotedreply front-blockquote nylas-quote ik_mail_quote reply139content "
    "origbody isreplycontent "
    "orimsghtmlseperator notion-mail-quote edo-original __quoted_text__",
    OLD: "divrplyfwdmsg "
    "mail-editor-reference-message-container ms-outlook-mobile-reference-message "
    "outlookmessageheader replysplit stopspelling lgemailheader __divider__",
    SIGNATURE: "gmail_signature moz-signature "
    "protonmail_signature_block protonmail_signature_block-user "
    "applemailsignature ms-outlook-mobile-signature signature mail_android_message bloop_sign "
    "sh-signature "
    "imail_signature ntes-signature canarysig ymail_android_signature messagesignaturesection "
    "composer_signature "
    "aqm-signature _rc_sig edo-signature tutanota-signature",
}
_BY_NAME = {name: kind for kind, names in _KINDS.items() for name in names.split()}
_ANY = re.compile("|".join(map(re.escape, _BY_NAME)))
_NAMES = re.compile(
    r"(?<![-\w])(?:class|id|name|data-marker)\s{0,3}=\s{0,3}(?:\"([^\"]{0,300})|'([^']{0,300})"
    r"|([^\s\"'>]{1,100}))"
)
_FOREIGN = re.compile(r"(?:x_|ecx|gmail-m_-?\d{1,30}|m_-?\d{1,30}|ydp[0-9a-f]{1,12}(?=yahoo))+")
# The line that Outlook on a desk draws above an old message, and Word draws for nobody else.
_OUTLOOK_RULE = re.compile(r"border-top:\s?solid #(?:b5c4df|e1e1e1) 1\.0pt;padding:3\.0pt 0")
# What programs write into a <blockquote> that sets words of the author in and quotes nobody.
_SET_IN = re.compile(r"margin|border(?:-style|-width|-left)?:\s{0,3}(?:none|0)")
_CITED = re.compile(
    r"(?<![-\w])(?:type|cite|class|id)\s{0,3}=|border-(?:inline-)?left(?:-(?:width|color"
    r"|style))?:\s{0,3}[^n0\s]"
)
_ATTRIBUTES = 1_000  # characters


def kind_of(attributes: str) -> str:
    """Return what the attributes of a tag say that its content is; empty where they say nothing."""
    low = attributes[:_ATTRIBUTES].lower()
    if _OUTLOOK_RULE.search(low) is not None:
        return OLD
    if _ANY.search(low) is None:
        return ""
    for match in _NAMES.finditer(low):
        for word in next(filter(None, match.groups()), "").split():
            kind = _kind_by_name(_FOREIGN.sub("", word, count=1))
            if kind:
                return kind
    return ""


def _kind_by_name(name: str) -> str:
    # Programs number what they repeat: "yahoo_quoted_123", "AppleMailSignature-2".
    unnumbered = name.rstrip("0123456789").rstrip("_-")
    return _BY_NAME.get(name) or _BY_NAME.get(unnumbered, "")


def sets_in(attributes: str) -> bool:
    """Whether a ``<blockquote>`` with these attributes quotes nobody and only sets words in.

    The key for it does so in Gmail and Apple Mail.
    """
    low = attributes[:_ATTRIBUTES].lower()
    if "webkit-indent-blockquote" in low:
        return True
    if "style" not in low:
        return False
    if _CITED.search(low) is not None:
        return False
    return _SET_IN.search(low) is not None
