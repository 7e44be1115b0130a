"""Texts that mean harm to a Markdown renderer: families of one pattern each, of any length."""

from collections.abc import Callable

Family = Callable[[int], str]


def repeated(unit: str) -> Family:
    """Return a family that repeats a unit."""
    return lambda length: (unit * (length // len(unit) + 1))[:length]


def _table(columns: int, row: str) -> Family:
    return lambda length: ("|a" * columns + "|\n" + "|-" * columns + "|\n" + f"{row}\n" * length)[:length]


def _wide_table(share: float) -> Family:
    return lambda length: _table(int(length * share / 4), "x")(length)


def _definition(definition: Callable[[int], str], use: str) -> Family:
    def build(length: int) -> str:
        text = definition(length) + "\n\n"
        return text + (use * length)[: length - len(text)]

    return build


def _both_ends(opening: str, closing: str) -> Family:
    return lambda length: opening * (length // 2 // len(opening)) + closing * (length // 2 // len(closing))


def _links(unit: str) -> Family:
    """Return a family of links that are all different; a number stands for ``#``, a foreign word for ``$``."""
    return lambda length: "".join(
        unit.replace("#", str(n)).replace("$", chr(0x4E00 + n % 5_000) + chr(0x4E00 + n * 7 % 3_000))
        for n in range(length // len(unit) + 1)
    )[:length]


# What stands in one paragraph, over and over.
_UNITS = (
    "> |>|<!--|`|``` |\t|[|![|[a](|[a]|[a][b]|[](a)|*a **b |*a_ |*_|**a*|a_|_a|~~a |~|- |* |1. |> - |> 1. |"
    "- > |&|&amp;|&#0;|&#x1F600;|<|<a@b.c>|<http:a>|https://|https://a.b |https://a.example/ |"
    "https://你.cn/你 |www.a.b |\\|\\*|*|_|**|***|!|]|[]|()|](|`a`|``a`|a*b*|a **b** |#|# |=|-|\"|'|\u200f|"
    '\xa0|[x]: |[[]]|[[a]|[a](<|[a](b "|![a](b)|https://a.b))))) |<b>|</|<?|<![CDATA[|生物安全能力建设|'
    "\u200f\u202eسلام |x| "
).split("|")
# What stands on a line, over and over.
_LINES = (
    "- ¦- a¦* a¦1. a¦> a¦>¦> > a¦>>>>>>>>>>¦>>>>>>>>>>\n¦- - - - - a¦- - - - -\n¦- - - - - - - - - - a\n¦"
    "1. 1. 1. 1. 1. a\n¦> - > - > - > - a\n¦> - 1. > - 1. > - 1. a¦#¦# a¦###### a¦a\n=¦a\n-¦---¦```\n```¦"
    "    a¦\ta¦|¦|a|b|¦|a|b|\n|-|-|¦|-|¦a|b\n-|-\n¦[a]: /x¦[a]: /x\n[a]¦*¦<div>¦<!--¦x¦x\\¦x  ¦"
    "- a\n  - b\n    - c\n      - d¦- a\n¦- [ ] a¦https://a.example/x¦*a*¦**a¦[a¦`a¦&amp;¦ a\n¦> a\n¦> ```¦"
    "- ```¦- # a¦[a](b)¦|`a|b`|¦1. a\n\n2. b\n¦a\\|b¦-\n¦- - - ```¦# *a* **b** `c` [d](e)"
).split("¦")
# Links whose words name another place than they lead to.
_DECEIVING = (
    "[a#.b](//c#.de) ", "[a.b](//асе#.ru) ", "[$.b](//$.de) ", "[$.b](//xn--#.de) ", "[xn--#.b](//$.de) ",
    "[a@$.b](mailto:#@$.de) ", "[$.b](//u@$.de) ", "[а#.ru](//xn--#-8sb.ru) ", "[www.a.b c.de $.b](//$.de)",
)  # fmt: skip
FAMILIES: dict[str, Family] = {
    **{f"{unit!r} repeated": repeated(unit) for unit in _UNITS if unit},
    "bars": repeated("|"),
    "cells": repeated("|a"),
    **{f"lines of {line!r}": repeated(f"{line}\n") for line in _LINES},
    **{f"table of {columns} columns": _table(columns, "x") for columns in (5, 20, 100, 400, 2_000)},
    **{f"table of {columns} columns, empty rows": _table(columns, "|") for columns in (20, 400)},
    **{f"table whose header is {share:.0%}": _wide_table(share) for share in (0.2, 0.5, 0.9)},
    "many tables": repeated("|a\n|-\n|b\n\n"),
    "many wide tables": repeated("|a" * 20 + "\n" + "|-" * 20 + "\nx\nx\nx\nx\nx\n\n"),
    "tables in quotes": repeated("> |a|b|\n> |-|-|\n> x\n> x\n> x\n\n"),
    "one long address, many links": _definition(lambda length: "[a]: http://x/" + "y" * (length // 2), "[a]"),
    "one long title, many links": _definition(lambda length: "[a]: /x '" + "y" * (length // 2) + "'", "[a]"),
    "an address of 3 kB, many links": _definition(
        lambda length: "[a]: http://x/" + "y" * min(3_000, length // 2), "[a] "
    ),
    "many definitions": lambda length: "".join(f"[{n}]: /{n}\n" for n in range(length))[:length],
    "words that open, words that close": _both_ends("*a ", "b* "),
    "two marks that open, two that close": _both_ends("*_a ", "a_* "),
    "brackets in brackets": _both_ends("[", "]"),
    "links in links": _both_ends("[", "](a)"),
    "images in images": _both_ends("![", "](a)"),
    **{f"links like {unit.strip()}": _links(unit) for unit in _DECEIVING},
    "parentheses in an address": lambda length: "[a](" + _both_ends("(", ")")(length),
    "address of parentheses": lambda length: "https://a.b/" + _both_ends("(", ")")(length),
    "longer and longer backticks": lambda length: " ".join("`" * n for n in range(1, 1_000))[:length],
    "longer and longer stars": lambda length: " ".join("*" * n + "a" for n in range(1, 1_000))[:length],
    "deeper and deeper lists": lambda length: "\n".join(" " * (n % 60) + "- x" for n in range(length))[:length],
    "deeper and deeper quotes": lambda length: "\n".join(">" * (n % 12) + " x" for n in range(length))[:length],
    "a lazy quotation": lambda length: ">>>>>>>>>> x\n" + "y\n" * (length // 2),
    "a lazy list": lambda length: "- - - - - - - - - x\n" + "y\n" * (length // 2),
    "deep and lazy": lambda length: "- - - - - - - - - x\n" + (" " * 20 + "y\n") * (length // 22),
    "one long address": lambda length: "https://a.b/" + "x" * (length - 12),
    "addresses that end in points": repeated("https://a.b/x............ "),
    "dense markup": repeated("*a* **b** `c` [d](e) ~~f~~ "),
    "messages passed on": repeated("---- Forwarded message ----\nFrom: a\nDate: b\n\n> c\nd\n--- End of it ---\ne\n"),
    "marks of messages that are passed on": repeated("---- Forwarded message ----\n\n"),
    "line ends": repeated("\n"),
    "line ends of Windows": repeated("\r\n"),
    "nothing": repeated("\0"),
    "a letter a paragraph": repeated("x\n\n"),
    "a text": repeated("A plain sentence of some words, and more of them; it goes on.\n"),
}
