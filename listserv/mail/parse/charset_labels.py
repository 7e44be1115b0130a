"""Names of charsets as mail programs spell them, and Python's names for them.

Source: IANA's registry of character sets; Microsoft's list of code pages; names seen in mail.
"""

import re
from collections.abc import Iterator

# Names that Python does not know, or knows as a subset of what is really sent; without ``x-`` and
# ``cs``.
_ALIASES = {
    "ks_c_5601-1987": "cp949",
    "ks_c_5601-1989": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "ksc_5601": "cp949",
    "ks_x_1001": "cp949",
    "euc-kr": "cp949",
    "euckr": "cp949",
    "korean": "cp949",
    "uhc": "cp949",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gb2312-80": "gb18030",
    "gbk": "gb18030",
    "cn-gb": "gb18030",
    "euc-cn": "gb18030",
    "chinese": "gb18030",
    "gb18030-2000": "gb18030",
    "gb18030-2005": "gb18030",
    "gb18030-2022": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
    "big-5": "big5hkscs",
    "cn-big5": "big5hkscs",
    "x-big5": "big5hkscs",
    "big5-eten": "big5hkscs",
    "chinesebig5": "big5hkscs",
    "chinesebig5_charset": "big5hkscs",
    "euc-tw": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "shiftjis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "ms_kanji": "cp932",
    "euc-jp": "euc_jp",
    "eucjp": "euc_jp",
    "eucjp-ms": "euc_jp",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "ansi": "cp1252",
    "us-ascii": "cp1252",
    "usascii": "cp1252",
    "ascii": "cp1252",
    "ia5": "cp1252",
    "646": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "ansi_x3.4-1986": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "iso-8859-6-e": "iso-8859-6",
    "logical": "iso-8859-8",
    "visual": "iso-8859-8",
    "latin9": "iso8859-15",
    "latin-9": "iso8859-15",
    "tis620": "cp874",
    "tis-620": "cp874",
    "tis-620-2533": "cp874",
    "iso-8859-11": "cp874",
    "koi8": "koi8-r",
    "koi": "koi8-r",
    "koi-8": "koi8-r",
    "koi8r": "koi8-r",
    "koi-8-r": "koi8-r",
    "koi8ru": "koi8-u",
    "koi8-ru": "koi8-u",
    "koi-8-ru": "koi8-u",
    "koi8u": "koi8-u",
    "koi-8-u": "koi8-u",
    "koi8-uni": "koi8-u",
    "cyrillic": "iso8859-5",
    "arabic": "iso8859-6",
    "greek": "iso8859-7",
    "hebrew": "iso8859-8",
    "mac": "mac_roman",
    "macintosh": "mac_roman",
    "mac-roman": "mac_roman",
    "macroman": "mac_roman",
    "mac-ce": "mac_latin2",
    "mac-centraleurroman": "mac_latin2",
    "mac-croatian": "mac_croatian",
    "mac-cyrillic": "mac_cyrillic",
    "mac-ukrainian": "mac_cyrillic",
    "mac-greek": "mac_greek",
    "mac-icelandic": "mac_iceland",
    "mac-turkish": "mac_turkish",
    "mac-romanian": "mac_romanian",
    "mac-arabic": "mac_arabic",
    "mac-farsi": "mac_farsi",
    "mac-japanese": "cp932",
    "mac-korean": "cp949",
    "mac-chinesesimp": "gb18030",
    "mac-chinesetrad": "big5hkscs",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "unicode-2-0-utf-8": "utf-8",
    "utf": "utf-8",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "utf-8mb4": "utf-8",
    "utf8mb4": "utf-8",
    "utf8mb3": "utf-8",
    "unicode": "utf-16",
    "ucs-2": "utf-16",
    "iso-10646-ucs-2": "utf-16",
}
# Microsoft's numbers that are no names of Python's ``cp`` codecs, or name a subset of what is sent.
_PAGES = {
    "1200": "utf-16-le", "1201": "utf-16-be", "12000": "utf-32-le", "12001": "utf-32-be",
    "20127": "cp1252",
    "20866": "koi8-r", "21866": "koi8-u", "874": "cp874", "932": "cp932", "936": "gb18030",
    "949": "cp949",
    "950": "big5hkscs", "951": "big5hkscs", "1361": "johab", "10000": "mac_roman", "10001": "cp932",
    "10006": "mac_greek", "10007": "mac_cyrillic", "10017": "mac_cyrillic", "10029": "mac_latin2",
    "10079": "mac_iceland", "10081": "mac_turkish", "50220": "iso2022_jp_ext",
    "50221": "iso2022_jp_ext",
    "50222": "iso2022_jp_ext", "50225": "iso2022_kr", "51932": "euc_jp", "51936": "gb18030",
    "51949": "cp949",
    "52936": "hz", "54936": "gb18030", "65000": "utf-7", "65001": "utf-8", "28591": "cp1252",
    "8859": "cp1252",
    **{str(28590 + part): f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 9, 13, 15)},
}  # fmt: skip
_MAX = 60  # characters of a label
_LABEL = re.compile(r"[\w.+:-]+")
_PAGE = re.compile(
    r"(?:windows|win|ansi|cp|ms|msdos|ms-dos|dos|ibm|oem|codepage|code-?page|w"
    r"|microsoft-cp)?[-_ ]?(\d{3,5})[a-z]{0,2}"
)
_ISO = re.compile(r"(?:iso)?[-_ ]?(?:ir[-_ ]?)?8859[-_ ]{0,2}(\d{1,2})(?!\d)(?:[-_ ]?[ie]$)?")


def spellings(label: str) -> Iterator[str]:
    """Give the names under which Python may know a charset, the best first. Linear, and few."""
    lowered = label.strip().strip("\"'").lower()[:_MAX].removeprefix("charset=").strip("\"' ")
    word = _LABEL.match(lowered)
    plain = word[0] if word is not None else ""
    bare = plain
    for prefix in ("x-x-", "x-", "x_", "cs", "charset-"):
        bare = bare.removeprefix(prefix)
    for name in dict.fromkeys((lowered, plain, bare, bare.replace("_", "-"))):
        if name in _ALIASES:
            yield _ALIASES[name]
    iso = _ISO.match(bare)
    if iso is not None:
        part = iso[1]
        yield {"1": "cp1252", "11": "cp874"}.get(part, f"iso8859-{part}")
    page = _PAGE.fullmatch(bare.replace("_", "-"))
    if page is not None:
        yield _PAGES.get(page[1], f"cp{page[1]}")
    yield from dict.fromkeys(filter(None, (plain, bare)))
