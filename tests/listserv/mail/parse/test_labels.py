"""Charsets as mail programs spell them; short texts, where nothing but the label tells."""

import pytest

from listserv.mail.parse.charset import codec_for, decode

RUSSIAN, GREEK, FRENCH, JAPANESE, KOREAN, CHINESE = "Образцы прибыли", "Καλημέρα", "été", "試験", "시험", "試驗"


@pytest.mark.parametrize(
    "label, codec, text",
    [
        ("x-cp1251", "cp1251", RUSSIAN),
        ("windows1251", "cp1251", RUSSIAN),
        ("win-1251", "cp1251", RUSSIAN),
        ("CP_1251", "cp1251", RUSSIAN),
        ("1251", "cp1251", RUSSIAN),
        ("x-windows-1251", "cp1251", RUSSIAN),
        ("ansi-1251", "cp1251", RUSSIAN),
        ("koi8-ru", "koi8_u", RUSSIAN),
        ("KOI8R", "koi8_r", RUSSIAN),
        ("koi-8", "koi8_r", RUSSIAN),
        ("x-koi8-r", "koi8_r", RUSSIAN),
        ("csKOI8R", "koi8_r", RUSSIAN),
        ("20866", "koi8_r", RUSSIAN),
        ("cp-866", "cp866", RUSSIAN),
        ("ibm866", "cp866", RUSSIAN),
        ("DOS-866", "cp866", RUSSIAN),
        ("x-cp866", "cp866", RUSSIAN),
        ("oem866", "cp866", RUSSIAN),
        ("x-mac-cyrillic", "mac_cyrillic", RUSSIAN),
        ("x-mac-ukrainian", "mac_cyrillic", RUSSIAN),
        ("iso8859_5", "iso8859_5", RUSSIAN),
        ("x-iso-8859-5", "iso8859_5", RUSSIAN),
        ("8859-7", "iso8859_7", GREEK),
        ("x-mac-greek", "mac_greek", GREEK),
        ("win1253", "cp1253", GREEK),
        ("iso88591", "cp1252", FRENCH),
        ("iso_8859-1:1987", "cp1252", FRENCH),
        ("iso-8859-1//TRANSLIT", "cp1252", FRENCH),
        ("iso-8859-1; format=flowed", "cp1252", FRENCH),
        ("x-ansi", "cp1252", FRENCH),
        ("latin-9", "iso8859_15", FRENCH),
        ("cp-850", "cp850", FRENCH),
        ("ibm-850", "cp850", FRENCH),
        ("x-mac-ce", "mac_latin2", FRENCH),
        ("utf8mb4", "utf_8", RUSSIAN),
        ("65001", "utf_8", RUSSIAN),
        ("unicode-1-1-utf-8", "utf_8", RUSSIAN),
        ("x-sjis", "cp932", JAPANESE),
        ("x-euc-jp", "euc_jp", JAPANESE),
        ("x-windows-949", "cp949", KOREAN),
        ("ks_c_5601-1989", "cp949", KOREAN),
        ("x-x-big5", "big5hkscs", CHINESE),
        ("cn-big5", "big5hkscs", CHINESE),
        ("x-gbk", "gb18030", CHINESE),
        ("cn-gb", "gb18030", CHINESE),
        ("cp936", "gb18030", CHINESE),
        ("windows-54936", "gb18030", CHINESE),
    ],
)
def test_a_label_is_understood_however_it_is_spelled(label, codec, text):
    assert decode(text.encode(codec), label) == text
    assert decode(text.encode(codec), f'"{label.upper()}"') == text


@pytest.mark.parametrize(
    "label",
    ["", "unknown", "x-unknown", "unknown-8bit", "default", "binary", "8bit", "none", "x-user-defined", "hex", "rot13",
     "zlib", "base64", "idna", "punycode", "unicode_escape", "a" * 500, "🙂", "\0", "cp", "cp99999",
     "../../etc/passwd"],
)  # fmt: skip
def test_what_is_no_charset_names_none(label):
    assert codec_for(label) == ""
    assert decode("naïve".encode(), label) == "naïve"
