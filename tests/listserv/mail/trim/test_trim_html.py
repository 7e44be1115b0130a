"""Replies in HTML, with the markup of the main programs: quotes, introductions and signatures in any language."""

import pytest

from listserv.mail.parse.html_text import MAX_TAGS, to_text
from listserv.mail.trim.trimming import trim

OWN = "I agree with the second option."
OLD = "Which option do you prefer?"
# No program's words: what is found here is found by its markup.
INTRO = "Qovo kelo 3 tiri 2026 zum 10:02, Boris Horvat"
BLOCK = "<b>Xala:</b> Boris Horvat<br><b>Yola:</b> Zum 3<br><b>Zela:</b> Amina<br>"

REPLIES = {
    "Gmail": f'<div dir="ltr">{OWN}</div><br><div class="gmail_quote gmail_quote_container">'
    f'<div dir="ltr" class="gmail_attr">'
    f'{INTRO}<br></div><blockquote class="gmail_quote" style="margin:0px"><div>{OLD}</div></blockquote></div>',
    "Gmail with a signature": f'<div dir="ltr"><div>{OWN}</div><div><br clear="all"></div><div><br></div><span '
    'class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature" '
    'data-smartmail="gmail_signature">'
    f'<div>Amina<div>Ministry</div></div></div></div><br><div class="gmail_quote"><div class="gmail_attr">{INTRO}'
    f'</div>'
    f'<blockquote class="gmail_quote">{OLD}</blockquote></div>',
    "Gmail through another": f'<div>{OWN}</div><div class="x_gmail_quote"><div class="x_gmail_attr">{INTRO}</div>'
    f'<blockquote class="x_gmail_quote">{OLD}</blockquote></div>',
    "Yahoo": f'<div class="ydp1 yahoo-style-wrap"><div>{OWN}</div></div>'
    f'<div id="yahoo_quoted_123" class="yahoo_quoted">'
    f'<div style="font-family:x"><div>{INTRO}</div><div><br></div><div><div>{OLD}</div></div></div></div>',
    "Apple Mail": f'<body>{OWN}<br><div><br><blockquote type="cite"><div>{INTRO}</div><br><div>{OLD}</div>'
    f'</blockquote></div></body>',
    "Thunderbird": f'<p>{OWN}</p><div class="moz-cite-prefix">{INTRO}<br></div>'
    f'<blockquote type="cite" cite="mid:x"><p>{OLD}'
    '</p></blockquote><pre class="moz-signature" cols="72">-- \nAmina</pre>',
    "Thunderbird, signature above": f'<p>{OWN}</p><div class="moz-signature">-- <br>Amina<br>Ministry</div><div '
    f'class="moz-cite-prefix">{INTRO}</div><blockquote type="cite">{OLD}</blockquote>',
    "Outlook on the web": f'<div class="elementToProof">{OWN}</div><div id="appendonsend"></div><hr tabindex="-1" '
    f'style="width:98%"><div id="divRplyFwdMsg" dir="ltr"><font>{BLOCK}</font><div>&nbsp;</div></div><div>{OLD}</div>',
    "Outlook on the web, signature": f'<div>{OWN}</div><div id="Signature"><div>Amina Diallo<br>Ministry</div>'
    f'</div><hr>'
    f'<div id="divRplyFwdMsg">{BLOCK}</div><div>{OLD}</div>',
    "Outlook through another": f'<div>{OWN}</div><div id="x_divRplyFwdMsg">{BLOCK}</div><div>{OLD}</div>',
    "Outlook on a phone": f'<div>{OWN}</div><div id="ms-outlook-mobile-signature"><div><br></div>Loqa '
    f'<a href="https://aka.ms/x">'
    f'Outlook kor iOS</a></div><div id="mail-editor-reference-message-container"><hr>'
    f'<div id="divRplyFwdMsg">{BLOCK}</div>{OLD}</div>',
    "Outlook, desktop": f'<div class="WordSection1"><p class="MsoNormal">{OWN}<o:p></o:p></p><p class="MsoNormal">'
    f'<o:p>&nbsp;</o:p>'
    '</p><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p class="MsoNormal">'
    '<b>From:</b> '
    "Boris &lt;boris@people.example&gt; <br><b>Sent:</b> Tuesday, 3 May 2026 10:02<br><b>To:</b> Amina<br>"
    "<b>Subject:</b> x<o:p>"
    f'</o:p></p></div><p class="MsoNormal">{OLD}<o:p></o:p></p></div>',
    "Outlook, desktop, any language": f"<div class=WordSection1><p class=MsoNormal>{OWN}</p>"
    '<div><div style=\'border:none;'
    "border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm\'><p class=MsoNormal>"
    f'{BLOCK}</p></div></div><p class=MsoNormal>{OLD}</p></div>',
    "Outlook Express": f'<DIV><FONT size=2>{OWN}</FONT></DIV>'
    f'<BLOCKQUOTE dir=ltr style="BORDER-LEFT: #000 2px solid"><DIV>----- '
    f"Original Message ----- </DIV><DIV><B>From:</B> Boris</DIV><DIV>{OLD}</DIV></BLOCKQUOTE>",
    "Outlook 2003": f"<DIV>{OWN}</DIV><BR><DIV class=OutlookMessageHeader lang=en dir=ltr align=left>{BLOCK}</DIV>"
    f"<DIV>{OLD}</DIV>",
    "Proton": f'<div>{OWN}</div><div class="protonmail_signature_block">'
    f'<div class="protonmail_signature_block-user">Amina<br>'
    f'Ministry</div></div><div class="protonmail_quote">On 3 May 2026 at 10:02, Boris &lt;b@people.example&gt; '
    f'wrote:<br>'
    f'<blockquote class="protonmail_quote" type="cite">{OLD}</blockquote></div>',
    "GMX": f'<div>{OWN}</div><div><div name="quote" style="margin:10px"><div><b>Qesu:</b> Zum<br><b>Xon:</b> Boris'
    f'</div>'
    f'<div name="quoted-content">{OLD}</div></div></div>',
    "GMX on Android": f'<div>{OWN}<br><div class="mail_android_message">-- <br>Qeta.</div>'
    f'<div class="mail_android_quote">'
    f'{INTRO}<br>{OLD}</div></div>',
    "Zoho": f'<div>{OWN}<br></div><div class="zmail_extra"><div>---- On Tue, 03 May 2026 10:02:13 +0200 <b>Boris '
    f'&lt;b@people.example&gt;</b> wrote ----</div><blockquote>{OLD}</blockquote></div>',
    "Mail.ru": f'<HTML><BODY><div>{OWN}</div><blockquote style="border-left:1px solid #0857A6">Вторник, 3 мая '
    f'2026, 10:02 от Boris '
    f'&lt;b@p.example&gt;:<br><div id="">{OLD}</div></blockquote></BODY></HTML>',
    "Yandex": f'<div>{OWN}</div><div> </div><div>03.05.2026, 10:02, "Boris" &lt;b@people.example&gt;:</div>'
    f'<blockquote><p>{OLD}</p>'
    "</blockquote>",
    "QQ": f'<div>{OWN}</div><div><br></div><div '
    f'style="font-size:12px">------------------&nbsp;原始邮件&nbsp;------------------</div>'
    f'<div style="background:#efefef"><div><b>发件人:</b>&nbsp;"Boris"</div></div><div>{OLD}</div>',
    "163": f'<div>{OWN}</div><div id="divNeteaseMailCard"></div>'
    f'<p>在 2026-05-03 10:02:13，"Boris" &lt;b@people.example&gt; 写道：</p>'
    f'<blockquote id="isReplyContent">{OLD}</blockquote>',
    "Airmail": f'<p>{OWN}</p><div class="bloop_sign"><p>Amina</p></div>'
    f'<p class="airmail_on">On 3 May 2026 at 10:02:13, Boris (<a '
    f'href="mailto:b@people.example">b@people.example</a>) wrote:</p><blockquote>{OLD}</blockquote>',
}  # fmt: skip


@pytest.mark.parametrize("client", REPLIES)
def test_reply_is_what_stands_above_the_markup_of_the_program(client):
    trimmed = trim(to_text(REPLIES[client]))
    assert trimmed.visible.strip(" -\n") == OWN
    assert OLD in trimmed.folded


KEPT = {
    "answers between Gmail's quotes": f'<div class="gmail_quote"><div class="gmail_attr">{INTRO}</div>'
    f'<blockquote class="gmail_quote">'
    f"{OLD}</blockquote><div>{OWN}</div><blockquote>And why?</blockquote><div>It costs less.</div></div>",
    "an answer below Thunderbird's quote": f'<div class="moz-cite-prefix">{INTRO}</div>'
    f'<blockquote type="cite">{OLD}</blockquote>'
    f"<p>{OWN}</p><p>It costs less.</p>",
    "words typed into an empty signature": f'<div><br></div><div id="ms-outlook-mobile-signature">{OWN}'
    f'<br>It costs less.</div>',
    "what Gmail passes on": f'<div>{OWN}</div><div class="gmail_quote">'
    f'<div class="gmail_attr">---------- Forwarded message ---------'
    f"<br>From: <b>Boris</b><br>Date: Tue<br>Subject: x<br>To: y<br></div><br><div>{OLD}</div><p>It costs less."
    f"</p></div>",
    "what Thunderbird passes on": f'<p>{OWN}</p><div class="moz-forward-container">'
    f'<br>-------- Forwarded Message --------<table '
    f'class="moz-email-headers-table"><tr><th>Subject: </th><td>x</td></tr><tr><th>From: </th><td>Boris</td></tr>'
    f'</table>{OLD}'
    "<p>It costs less.</p></div>",
}  # fmt: skip


@pytest.mark.parametrize("what", KEPT)
def test_words_in_marked_places_stay(what):
    visible = trim(to_text(KEPT[what])).visible
    assert OWN in visible
    assert "It costs less." in visible


def test_what_outlook_passes_on_stays_where_the_subject_says_so():
    text = to_text(REPLIES["Outlook on the web"])
    assert trim(text, is_forward=True).visible == text


@pytest.mark.parametrize(
    "markup",
    [
        '<div class="yahoo_quoted">a' * 300, '<div class="gmail_signature">a' * 300, "</div>" * 300, ''
    '<div class="moz-cite-prefix">',
        '<p id=divRplyFwdMsg>' * 300, '<div class="gmail_attr', "<a " * 300, '<div class="yahoo_quoted"></div>'
    '</div></blockquote>b',
    ],
)  # fmt: skip
def test_broken_markup_is_read(markup):
    assert "Words." in to_text(f"<p>Words.</p>{markup}<p>Words.</p>")


def test_words_below_more_tags_than_are_looked_at_stay():
    text = to_text("<p>First.</p>" + "<br>" * MAX_TAGS + "<p>Second &amp; <b>third</b>.</p>")
    assert text.startswith("First.")
    assert text.splitlines()[-3:] == ["Second &", "third", "."]
