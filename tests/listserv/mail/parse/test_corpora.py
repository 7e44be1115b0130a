"""Public mails with odd parts: what their peers' own tests say is in them is found."""

import json

import pytest

from listserv.mail.parse.message import parse

# Octet 8A in a name without a charset is "Š" in Windows' Latin, which says more than the peer's mark of a loss.
BETTER = {"01 Quien Te Dij\ufffdat. Pitbull.mp3": "01 Quien Te DijŠat. Pitbull.mp3"}


def test_attachments_names_and_sizes_are_those_the_peer_expects(corpus):
    cases = json.loads((corpus / "ruby_mail" / "expected.json").read_text())["cases"]
    wrong = {}
    for name, expected in cases.items():
        parsed = parse((corpus / "ruby_mail" / name).read_bytes())
        names, sizes = [file.name for file in parsed.files], [len(file.content) for file in parsed.files]
        wanted = [BETTER.get(name_there, name_there) for name_there in expected.get("filenames", names[:0])]
        if (
            len(names) != expected.get("attachments", len(names))
            or names[: len(wanted)] != wanted
            or any(size not in sizes for size in expected.get("sizes", []))
            or ("text" in expected and parsed.text.strip() != expected["text"])
            or ("from_" in expected and list(parsed.from_addresses) != expected["from_"])
        ):
            wrong[name] = (names, sizes, parsed.text[:40])
    assert len(cases) >= 100 and not wrong


@pytest.mark.parametrize("whole", [False, True])
def test_no_mail_of_the_corpora_breaks_the_reader(corpus, whole):
    count = 0
    for path in sorted(corpus.rglob("*")):
        if path.is_file():
            parsed = parse(path.read_bytes(), whole=whole)
            assert parsed.text.encode() is not None and all(note.render() for note in parsed.notes)
            count += 1
    assert count > 400
