"""HTML of further mail programs: containers of old words, answers in them, and what looks like a quote."""

import pytest

from listserv.mail.parse.html_text import to_text
from listserv.mail.trim.trimming import trim

OWN, OLD = "I agree with the second option.", "Which option do you prefer?"
# No program's words: what is recognised here is recognised by its markup.
INTRO = "Qovo kelo 3 tiri 2026 zum 10:02, Boris Horvat"

CONTAINERS = {
    "Roundcube": f'<p>{OWN}</p><p id="reply-intro">{INTRO}</p><blockquote type="cite">{OLD}</blockquote>',
    "Spark": f'<div>{OWN}</div><div name="messageSignatureSection"><br>Amina</div><div name="messageReplySection">'
    f'{INTRO}<br><blockquote type="cite">{OLD}</blockquote></div>',
    "Front": f'<div>{OWN}</div><blockquote type="cite" class="front-blockquote">{INTRO}<br>{OLD}</blockquote>',
    "Front, a division": f'<div>{OWN}</div><div class="front-blockquote">{INTRO}<blockquote>{OLD}</blockquote></div>',
    "AquaMail": f'<div dir="auto">{OWN}</div><div id="aqm-original"><div dir="auto">{INTRO}</div><blockquote '
    f'type="cite" class="gmail_quote">{OLD}</blockquote></div>',
    "AquaMail through Gmail": f'<div>{OWN}</div><div id="gmail-m_-6259aqm-original"><p>{INTRO}</p><blockquote>{OLD}'
    "</blockquote></div>".replace("m_-6259aqm", "m_-6259061aqm"),
    "Canary": f'<div>{OWN}</div><div id="CanarySig">Amina</div><blockquote id="CanaryBlockquote"><div>{INTRO}</div>'
    f"<div>{OLD}</div></blockquote>",
    "NetEase Mail Master": f'<div>{OWN}</div><div id="imail_signature" class="ntes-signature"></div><div '
    f'class="ntes-mailmaster-quote"><div>---- Qovo kelo ----</div><div>{INTRO}</div><div>{OLD}</div></div>',
    "NetEase on the web": f'<div>{OWN}</div><p>{INTRO}</p><blockquote id="isReplyContent">{OLD}</blockquote>',
    "Tuta": f'<div>{OWN}</div><div class="tutanota_quote">{INTRO}<br>{OLD}</div>',
    "Zoho": f'<div>{OWN}</div><div class="zmail_extra"><div>{INTRO}</div><blockquote>{OLD}</blockquote></div>',
    "Proton": f'<div>{OWN}</div><div class="protonmail_quote">{INTRO}<blockquote type="cite">{OLD}</blockquote></div>',
    "Zimbra": f'<div>{OWN}</div><hr data-marker="__DIVIDER__"><div>{INTRO}<br>{OLD}</div>',
    "Hotmail": f'<div>{OWN}</div><hr id="stopSpelling">{INTRO}<br>{OLD}',
    "Hotmail through another": f'<div>{OWN}</div><div id="ecxdivRplyFwdMsg">{INTRO}</div>{OLD}',
    "Missive": f'<div>{OWN}</div><div class="missive_quote">{INTRO}<blockquote>{OLD}</blockquote></div>',
    "Alimail": f'<div>{OWN}</div><blockquote><div class="alimail-quote">{INTRO}<br>{OLD}</div></blockquote>',
    "Mailspring": f'<div>{OWN}</div><div class="gmail_quote nylas-quote"><div>{INTRO}</div><div>{OLD}</div></div>',
    "Infomaniak": f'<div>{OWN}</div><div class="ik_mail_quote"><div>{INTRO}</div><blockquote>{OLD}</blockquote></div>',
    "Yahoo through another": f'<div>{OWN}</div><div id="ydp12ab34yahoo_quoted_1" class="ydp12ab34yahoo_quoted">'
    f"<div>{INTRO}</div><div>{OLD}</div></div>",
}  # fmt: skip
BARE_INTRO = {"Roundcube", "NetEase on the web"}


@pytest.mark.parametrize("program", CONTAINERS)
def test_container_of_a_program_is_folded(program):
    trimmed = trim(to_text(CONTAINERS[program]))
    assert OLD in trimmed.folded
    assert trimmed.visible.startswith(OWN)


MORE = "It costs less."
ANSWERED = {
    "below the quote": f'<div class="zmail_extra"><div>{INTRO}</div><blockquote>{OLD}</blockquote><p>{OWN}</p>'
    f"<p>{MORE}</p></div>",
    "between quotes": f'<div name="messageReplySection">{INTRO}<br><blockquote>{OLD}</blockquote><div>{OWN}</div>'
    f"<blockquote>And why?</blockquote><div>{MORE}</div></div>",
    "below the container": f'<div class="tutanota_quote">{INTRO}<br>{OLD}</div><p>{OWN}</p><p>{MORE}</p>',
    "set in by Gmail": f'<div>{OWN}</div><blockquote style="margin:0 0 0 40px;border:none;padding:0px"><div>'
    f"{MORE}</div></blockquote>",
    "set in by Apple Mail": f'<div>{OWN}</div><blockquote class="webkit-indent-blockquote" style="margin: 0 0 0 40px; '
    f'border: none; padding: 0px;"><div>{MORE}</div></blockquote>',
    "set in by Outlook Express": f'<DIV>{OWN}</DIV><BLOCKQUOTE dir=ltr style="MARGIN-RIGHT: 0px"><DIV>{MORE}</DIV>'
    "</BLOCKQUOTE>",
    "passed on by Zoho": f'<div>{OWN}</div><div class="zmail_extra">============ Forwarded message ============<br>'
    f"From: Boris<br>To: x<br><br>{MORE}</div>",
    "passed on by NetEase": f'<div>{OWN}</div><div class="ntes-mailmaster-quote"><div>---- Forwarded Message ----</div>'
    f"<table><tr><td>From</td><td>Boris</td></tr></table><div>{MORE}</div></div>",
}  # fmt: skip


@pytest.mark.parametrize("where", ANSWERED)
def test_words_of_the_author_in_and_around_containers_stay(where):
    visible = trim(to_text(ANSWERED[where])).visible
    assert OWN in visible
    assert MORE in visible
