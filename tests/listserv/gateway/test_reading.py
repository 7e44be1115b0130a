"""Guard, structure, headers, MIME, charset and HTML: what honest mails say and what hostile ones cannot do."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listserv.mail.parse import guard, message, structure
from listserv.mail.parse.charset import decode
from listserv.mail.parse.headers import addresses, decode_words, message_ids, parameters
from listserv.mail.parse.html_text import to_text

HEAD = b"From: a@b.example\r\nSubject: x\r\n"
LIMIT = 10_000_000


def multipart(count: int) -> bytes:
    """A mail of ``count`` small parts."""
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * count + b"--b--\r\n"


def nested(depth: int) -> bytes:
    """A mail whose parts stand ``depth`` deep in each other."""
    levels = (b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(depth))
    return HEAD + b"".join(levels)


@pytest.mark.parametrize(
    "raw, code",
    [
        (HEAD + b"\r\nHello.\r\n", ""),
        (HEAD + b"\r\n" + b"x" * LIMIT, "too-large"),
        (HEAD + b"\r\nbare\nnewline\r\n", "bare-newline"),
        (HEAD + b"\r\nbare\rreturn\r\n", "bare-newline"),
        (HEAD + b"\r\nnul\0\r\n", "bare-newline"),
        (b"X: y\r\n" * 40_000 + b"\r\nx", "header-too-large"),
        (b"X: y\r\n" * (guard.MAX_FIELDS + 1) + b"\r\nx", "header-too-large"),
        (b"X: " + b"y" * (guard.MAX_HEADER_LINE + 1) + b"\r\n\r\nx", "header-too-large"),
        (b"X: " + b"=?a?q?\r\n " * (guard.MAX_ENCODED_WORDS + 1) + b"\r\n\r\nx", "too-many-encoded-words"),
        (multipart(structure.MAX_PARTS - 2), ""),
        (multipart(100_000), "too-many-parts"),
        (nested(structure.MAX_DEPTH), ""),
        (nested(3_000), "too-many-parts"),
        (HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--\r\n" * 2_000_000, "too-many-parts"),
    ],
)
def test_guard_bounds_a_mail_before_it_is_parsed(raw, code):
    finding = guard.check(raw, limit=LIMIT)
    assert (finding.code if finding else "") == code


def test_line_that_looks_like_a_delimiter_of_a_text_mail_is_text():
    raw = HEAD + b"\r\n-- \r\nAmina\r\n--b\r\n"
    assert guard.check(raw, limit=LIMIT) is None
    assert message.parse(raw).text == "-- \nAmina\n--b\n"


def parts(*bodies: str, kind: str = "mixed", boundary: str = "b") -> bytes:
    """A multipart of ready parts."""
    inner = "".join(f"--{boundary}\r\n{body}\r\n" for body in bodies)
    head = f"From: a@b.example\r\nContent-Type: multipart/{kind}; boundary={boundary}\r\n\r\nPreamble.\r\n"
    return f"{head}{inner}--{boundary}--\r\nEpilogue.\r\n".encode()


FLOWED = (
    b"Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\nOne \r\nword.\r\n> quo \r\n> ted\r\n>> deep\r\n-- \r\nA"
)
CUT = b"Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A9t=C3=A9, =C3=A9t=C3\r\n="
PATH = "Content-Disposition: attachment; filename=../../etc/passwd\r\n\r\nx"
FORWARD = "Content-Type: message/rfc822\r\n\r\nSubject: Old/new\r\n\r\nx"
BASE64 = b"From: a@b.example\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nSGk!g=\r\n"
PLAIN = "Content-Type: text/plain\r\n\r\nPlain words."
HTML = "Content-Type: text/html\r\n\r\n<p>Rich <b>words</b>.</p>"


@pytest.mark.parametrize(
    "raw, text, files",
    [
        (parts(PLAIN, HTML, kind="alternative"), "Plain words.", []),
        (parts(HTML, PLAIN, kind="alternative"), "Plain words.", []),
        (parts("Content-Type: text/plain\r\n\r\n  ", HTML, kind="alternative"), "Rich words.", []),
        (parts(PLAIN, PLAIN.replace("Plain", "More")), "Plain words.\n\nMore words.", []),
        (parts(PLAIN, "Content-Type: image/png; name=a.png\r\n\r\nx"), "Plain words.", ["a.png"]),
        (parts(PLAIN, "Content-Type: text/plain; name=notes.txt\r\n\r\nx"), "Plain words.", ["notes.txt"]),
        (parts(PLAIN, PATH), "Plain words.", ["passwd.txt"]),
        (parts(PLAIN, FORWARD), "Plain words.", ["Old new.eml"]),
        (parts(PLAIN, "Content-Type: application/pgp-signature\r\n\r\nx", kind="signed"), "Plain words.",
         ["signature.asc"]),
        (parts(PLAIN, "Content-Type: application/x-odd\r\n\r\nx"), "Plain words.", ["attachment-1.bin"]),
        (b"Content-Type: multipart/mixed; boundary=gone\r\n\r\nNo parts.", "No parts.", []),
        (b"Content-Type: multipart/mixed\r\n\r\nNo boundary.", "No boundary.", []),
        (b"Content-Type: nonsense\r\n\r\nA text.", "A text.", []),
        (b"No header at all\r\nbut words", "No header at all\nbut words", []),
        (b"", "", []),
        (BASE64, "Hi ", []),
        (CUT, "été, ét\ufffd\n", []),
        (FLOWED, "Oneword.\n> quoted\n>> deep\n-- \nA", []),
    ],
)  # fmt: skip
def test_text_and_files_are_found(raw, text, files):
    mail = message.parse(raw)
    assert mail.text == text
    assert [file.name for file in mail.files] == files


def test_reply_to_a_broken_nesting_is_still_read():
    inner = "Content-Type: multipart/alternative; boundary=inner\r\n\r\n--inner\r\n" + PLAIN
    mail = message.parse(parts(inner, "Content-Type: application/pdf; name=a.pdf\r\n\r\nx"))
    assert (mail.text, [file.name for file in mail.files]) == ("Plain words.", ["a.pdf"])


@pytest.mark.parametrize(
    "data, declared, text",
    [
        ("naïve".encode(), "us-ascii", "naïve"),
        ("naïve".encode("latin-1"), "utf-8", "naïve"),
        ("Привет, мир".encode("koi8-r"), "koi8-r", "Привет, мир"),
        ("مرحبا".encode("cp1256"), "windows-1256", "مرحبا"),
        ("生物安全".encode("gb18030"), "gb2312", "生物安全"),
        ("生物安全".encode("big5"), "big5", "生物安全"),
        ("すみません".encode("iso2022_jp"), "ISO-2022-JP", "すみません"),
        ("스티해".encode("cp949"), "ks_c_5601-1987", "스티해"),
        (b"\x80 euro", "iso-8859-1", "€ euro"),
        (b"plain", "x-unknown", "plain"),
        (b"\xff\xfe\x00", "no-such", None),
        (b"+AGE-", "utf-7", "a"),
        (b"a-9\xff", "punycode", None),
    ],
)
def test_charset_is_repaired(data, declared, text):
    decoded = decode(data, declared, guess=True)
    assert text is None or decoded == text


@pytest.mark.parametrize(
    "value, text",
    [
        ("=?utf-8?q?R=C3=A9_un?=", "Ré un"),
        ("=?utf-8?b?w6k=?= =?utf-8?b?w6k=?=", "éé"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "é"),
        ("a =?utf-8?q?b?= c", "a b c"),
        ("=?broken", "=?broken"),
        ("=?utf-8?x?y?=", "=?utf-8?x?y?="),
        ("=?utf-8*fr?q?=C3=A9t=C3=A9?=", "été"),
        ("=?nope?q?=C3=A9?=", "é"),
    ],
)
def test_encoded_words_are_decoded(value, text):
    assert decode_words(value) == text


def test_parameters_are_joined_and_decoded():
    value = "attachment; filename*0*=utf-8''%C3%A9t; filename*1=\"é;x.pdf\"; size=12"
    assert parameters(value) == ("attachment", {"filename": "été;x.pdf", "size": "12"})
    assert parameters('text/plain; name="a\\"b.txt"') == ("text/plain", {"name": 'a"b.txt'})
    assert parameters('application/pdf; name="=?utf-8?q?=C3=A9.pdf?="')[1] == {"name": "é.pdf"}


@pytest.mark.parametrize(
    "value, expected",
    [
        ("Amina <A@B.example>", ["a@b.example"]),
        ('"Last, First" <a@b.example>, c@d.example', ["a@b.example", "c@d.example"]),
        ("a@b.example (comment, with @ and <c@d.example>)", ["a@b.example"]),
        ("group: a@b.example, c@d.example;", ["a@b.example", "c@d.example"]),
        ('"victim@x.example" <a@b.example>', ["a@b.example"]),
        ("<victim@x.example> <a@b.example>", ["a@b.example"]),
        ("undisclosed-recipients:;", []),
        ("nobody", []),
        ("((((((", []),
        ("@route.example:a@b.example", ["a@b.example"]),
    ],
)
def test_addresses_are_those_behind_the_names(value, expected):
    assert addresses(value) == expected


def test_message_ids_are_taken_from_what_stands_around_them():
    assert message_ids("<a@b> and <c@d>, <<e@f>> <with space@x> <") == ["<a@b>", "<c@d>", "<e@f>"]


@pytest.mark.parametrize(
    "markup, text",
    [
        ("<p>One</p><p>Two &amp; three</p>", "One\n\nTwo & three"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<style>p{}</style><script>x()</script><title>T</title>Body", "Body"),
        ("Mine.<blockquote>Quoted<br>twice</blockquote>", "Mine.\n> Quoted\n> twice"),
        ('<a href="https://x.example/a">here</a>', "here <https://x.example/a>"),
        ('<a href="https://x.example/">https://x.example</a>', "https://x.example"),
        ('<a href="javascript:x()">here</a>', "here"),
        ("<ul><li>a</li><li>b</li></ul>", "• a\n• b"),
        ("<ol start=3><li>a<ul><li>b</ul><li>c</ol>", "3. a\n\n  • b\n\n4. c"),
        ("5x10<sup>3</sup> H<sub>2</sub>O, the 1<sup>st</sup>", "5x10^3 H2O, the 1st"),
        ("1 < 2 and <3", "1 < 2 and <3"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("unclosed <b text", "unclosed <b text"),
        ("<!-- hidden -->seen<!-- open", "seen"),
        ('<img alt="a picture" src="http://tracker.example/">', "a picture"),
        ("<td>a</td><td>b</td>", "a b"),
    ],
)
def test_html_becomes_text(markup, text):
    assert to_text(markup) == text


@given(st.binary(max_size=3_000))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read(raw):
    message.parse(raw)
    guard.check(raw, limit=LIMIT)


_WORDS = st.sampled_from(
    [
        b"--b\r\n", b"--b--\r\n", b"--c\r\n", b"\r\n", b" ", b"=", b";", b'"', b"<", b">", b"\xe9", b"text ",
        b"Content-Type: multipart/mixed; boundary=b\r\n", b'Content-Type: multipart/alternative; boundary="c"\r\n',
        b"Content-Type: text/html\r\n", b"Content-Type: message/rfc822\r\n", b"From: a@b\r\n", b"<blockquote>",
        b"Content-Transfer-Encoding: base64\r\n", b"=?utf-8?b?w6k=?=",
        b"Content-Disposition: attachment; filename*=x''%e9\r\n",
    ]
)  # fmt: skip


@given(st.lists(_WORDS, max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_arrangement_of_mime_is_read(words):
    raw = b"".join(words)
    mail = message.parse(raw)
    tree = structure.scan(raw)
    stack = [tree]
    while stack:
        part = stack.pop()
        assert 0 <= part.head <= part.body <= part.end <= len(raw)
        for child in part.children:
            assert part.head <= child.head
            assert child.end <= len(raw)
        stack += part.children
    assert isinstance(mail.text, str)
