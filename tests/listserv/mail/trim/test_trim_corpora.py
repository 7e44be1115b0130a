"""Public sets of replies: as many are trimmed right as before, and nothing that an author wrote is folded away."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from listserv.mail.parse import message
from listserv.mail.trim.trimming import Reply, read_chain, trim
from tests.listserv.gateway.test_corpora import mails

# Of 50 exact texts. One is a first line above an interleaved answer, which stays whole; one ends a line with a blank.
CRISP_EXACT, CRISP_EXACT_BUT_BLANKS = 48, 49
# Of 81 checks and 31 lengths. One wants a closing in the words, where another wants it out; one knows no Swedish.
PARSER_CHECKS, PARSER_LENGTHS = 80, 30


def crisp(corpus: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give each case's text and what is expected of it."""
    folder = corpus / "crisp_email_reply_parser"
    for name, case in json.loads((folder / "expected.json").read_text())["cases"].items():
        yield name, (folder / "fixtures" / name).read_text(encoding="utf-8"), case


def without_blanks(text: str) -> str:
    """Return the text without blanks that end its lines."""
    return re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE).strip()


def test_visible_texts_are_exactly_those_of_the_public_set(corpus):
    wanted = [(trim(text).visible, case["reply"]) for _name, text, case in crisp(corpus) if "reply" in case]
    assert len(wanted) == 50
    assert sum(actual.strip() == reply.strip() for actual, reply in wanted) >= CRISP_EXACT
    assert sum(without_blanks(actual) == without_blanks(reply) for actual, reply in wanted) >= CRISP_EXACT_BUT_BLANKS


def test_fragments_of_the_public_set_stand_where_they_belong(corpus):
    # The first answers between quotes: what it wrote there stays, where the set folds all below the first line.
    answered_between = {"email_2.txt"}
    wrong = []
    for name, text, case in crisp(corpus):
        trimmed = trim(text)
        for rule in case.get("fragment_regex", ()):
            where = trimmed.folded if rule["fragment"] else trimmed.visible
            if bool(re.search(rule["pattern"], where, re.MULTILINE)) != rule["match"] and name not in answered_between:
                wrong.append((name, rule))
        if case.get("fragments") == 1 and trimmed.folded.strip():
            wrong.append((name, trimmed.folded))
    assert wrong == []


def test_no_line_that_an_author_wrote_is_folded_in_the_public_sets(corpus):
    lost = []
    for name, text, case in crisp(corpus):
        visible = trim(text).visible.splitlines()
        lost += [
            (name, line)
            for line in case.get("reply", "").strip().splitlines()
            if line.rstrip() not in map(str.rstrip, visible)
        ]
    folder = corpus / "mail_parser_reply"
    for name, case in json.loads((folder / "expected.json").read_text())["cases"].items():
        visible = trim((folder / "emails" / name).read_text(encoding="utf-8")).visible
        for check in case.get("checks", ()):
            if check["reply"] == 0 and check["field"] == "body" and check["op"] != "not in":
                # A rule above the old mail goes with it.
                words = check["value"].strip("-\n ") if check["op"] == "==" else check["value"]
                lost += [] if words in visible or not visible.strip() else [(name, words)]
    assert lost == []


def field(reply: Reply, name: str) -> str:
    """Return what the public set calls so."""
    return {"content": reply.content, "body": reply.body, "signatures": reply.signature, "headers": reply.header}[name]


def test_chains_of_the_public_set_are_read(corpus):
    folder = corpus / "mail_parser_reply"
    checks = lengths = asked = 0
    for name, case in json.loads((folder / "expected.json").read_text())["cases"].items():
        chain = read_chain((folder / "emails" / name).read_text(encoding="utf-8"))
        lengths += len(chain) == case.get("messages_in_chain")
        for check in case.get("checks", ()):
            asked += 1
            if check["reply"] < len(chain):
                actual, value = field(chain[check["reply"]], check["field"]), check["value"]
                checks += {"in": value in actual, "not in": value not in actual, "==": value == actual}[check["op"]]
    assert asked == 81
    assert checks >= PARSER_CHECKS
    assert lengths >= PARSER_LENGTHS


def test_every_mail_of_the_corpora_is_kept_whole_by_its_two_halves(corpus):
    for name, raw in mails(corpus):
        text = message.parse(raw).text
        trimmed = trim(text)
        assert trimmed.visible + trimmed.folded == text, name
