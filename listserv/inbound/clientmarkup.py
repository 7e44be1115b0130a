"""What mail programs write into the HTML of a reply to mark quotes, introductions, old mails and signatures.

Gmail, Yahoo, Thunderbird, Outlook (desktop, web, phone), Proton, Apple, Zoho, Android, Mail.ru, QQ, NetEase and others
say by a class or an identifier what a text analysis would have to guess, in every language. Names that came through
another program begin with ``x_``.
"""

import re

# Lines that say whose words follow; the words themselves stand in a <blockquote>, where answers may stand between.
INTRO = "intro"
# All inside is old.
QUOTE = "quote"
# All that follows is old.
OLD = "old"
SIGNATURE = "signature"

_KINDS = {
    INTRO: "gmail_attr moz-cite-prefix",
    QUOTE: "yahoo_quoted mail_android_quote quote",
    OLD: "divrplyfwdmsg mail-editor-reference-message-container ms-outlook-mobile-reference-message "
    "outlookmessageheader",
    SIGNATURE: "gmail_signature moz-signature protonmail_signature_block protonmail_signature_block-user "
    "applemailsignature ms-outlook-mobile-signature signature mail_android_message bloop_sign sh-signature",
}
_BY_NAME = {name: kind for kind, names in _KINDS.items() for name in names.split()}
_ANY = re.compile("|".join(map(re.escape, _BY_NAME)))
_NAMES = re.compile(r"(?<![-\w])(?:class|id|name)\s{0,3}=\s{0,3}(?:\"([^\"]{0,300})|'([^']{0,300})|([^\s\"'>]{1,100}))")
# The line that Outlook on a desk draws above an old mail, and Word draws for nobody else.
_OUTLOOK_RULE = re.compile(r"border-top:\s?solid #(?:b5c4df|e1e1e1) 1\.0pt;padding:3\.0pt 0")
_ATTRIBUTES = 1_000  # characters


def kind_of(attributes: str) -> str:
    """Return what the attributes of a tag say that its content is; empty where they say nothing."""
    low = attributes[:_ATTRIBUTES].lower()
    if _OUTLOOK_RULE.search(low) is not None:
        return OLD
    if _ANY.search(low) is None:
        return ""
    for found in _NAMES.finditer(low):
        for word in (found[1] or found[2] or found[3] or "").split():
            name = word.removeprefix("x_")
            # Programs number what they repeat: "yahoo_quoted_123", "AppleMailSignature-2".
            kind = _BY_NAME.get(name) or _BY_NAME.get(name.rstrip("0123456789").rstrip("_-"))
            if kind:
                return kind
    return ""
