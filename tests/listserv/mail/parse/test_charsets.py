"""Text is read as it was written, whatever its charset is called."""

import pytest

from listserv.mail.parse.charset import decode

RU = "Привет, коллеги! Предлагаю обсудить проект решения завтра утром. Спасибо всем за работу."
UK = "Шановні колеги, пропоную обговорити проєкт рішення завтра вранці. Дякую всім за роботу."
ZH = "各位同事，请查收附件中的会议纪要，并在周五之前提出意见。谢谢大家的支持与合作。"
JA = "各位、添付の議事録をご確認ください。金曜日までにご意見をお願いします。"
AR = "السادة الزملاء، نرجو الاطلاع على محضر الاجتماع المرفق وإبداء الرأي قبل يوم الجمعة."
FR = "Chers collègues, voici le procès-verbal de la réunion; merci d’y répondre avant vendredi. À bientôt, François"
KO = "안녕하세요 여러분, 첨부된 회의록을 확인해 주시기 바랍니다."


def cases():
    """Give text, the charset it is in, and what it is declared as."""
    for text in (RU, ZH, AR, FR, JA):
        for name in (
            "utf-8", "", "us-ascii", "iso-8859-1", "windows-1251", "koi8-r", "gb2312", "big5", "iso-2022-jp",
            "shift_jis", "unknown-8bit", "x-foo", "bogus", '"utf-8"',
        ):  # fmt: skip
            yield text, "utf-8", name
    for name in ("", "us-ascii", "iso-8859-1", "utf-8", "windows-1251", "koi8-r", "iso-8859-5", "x-unknown"):
        yield RU, "koi8-r", name
        yield RU, "cp1251", name
        yield RU.upper(), "cp1251", "windows-1251" if name != "koi8-r" else name
    yield UK, "cp1251", "windows-1251"
    for name in ("", "gb2312", "gbk", "gb18030", "us-ascii", "utf-8", "iso-8859-1", "x-unknown"):
        yield ZH, "gb18030", name
    yield "朱镕基先生", "gbk", "gb2312"
    yield "联通", "gbk", "gb2312"
    for name in ("iso-2022-jp", "", "us-ascii", "utf-8", "iso-8859-1"):
        yield JA, "iso-2022-jp", name
    for name in ("shift_jis", "", "utf-8"):
        yield JA, "cp932", name
    for name in ("windows-1256", "", "utf-8", "iso-8859-6"):
        yield AR, "cp1256", name
    for name in ("iso-8859-1", "", "us-ascii", "utf-8", "windows-1252"):
        yield FR, "cp1252", name
    for name in ("ks_c_5601-1987", "euc-kr", ""):
        yield KO, "cp949", name
    yield RU, "utf-16", "utf-16"
    yield RU, "utf-16", ""
    yield RU, "utf-8-sig", "utf-8"
    yield "שלום", "iso-8859-8", "iso-8859-8-i"


@pytest.mark.parametrize("text, charset, declared", list(cases()))
def test_text_is_read_as_it_was_written(text, charset, declared):
    assert decode(text.encode(charset), declared, guess=True) == text


@pytest.mark.parametrize("text", [FR, RU, ZH, AR])
@pytest.mark.parametrize("through", ["cp1252", "latin-1"])
def test_what_was_encoded_twice_is_undone(text, through):
    # Windows' Latin has no letter for five octets; programs let them stand.
    once = "".join(bytes([octet]).decode(through, "ignore") or chr(octet) for octet in text.encode())
    assert decode(once.encode(), "utf-8") == text


@pytest.mark.parametrize("text", ["Ã é um caractere; São João não é NÃO.", "100 °C – naïve", "Ã©", "Â§ 5", "ÄÖÜ ß"])
def test_what_only_looks_like_it_stays(text):
    assert decode(text.encode(), "utf-8") == text


def test_utf_7_hides_no_markup_it_is_text_before_the_sanitiser():
    assert decode(b"Hi +AOk-, +ADw-script+AD4-", "utf-7") == "Hi é, <script>"
    assert decode(b"Hi +AOk-", "") == "Hi +AOk-"


@pytest.mark.parametrize("name", ["rot13", "base64", "hex", "zip", "idna", "unicode_escape", "x" * 999, "\0"])
def test_codecs_that_are_no_charsets_are_not_used(name):
    assert decode(b"caf\xc3\xa9 =", name) == "café ="
