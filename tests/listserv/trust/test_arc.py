"""ARC by the public suite of 171 chains, each with its keys."""

import yaml

from listserv.trust import arc
from listserv.trust.canonical import Message
from tests.listserv.trust.zone import Zone


async def test_every_chain_of_the_suite_is_judged_as_it_should_be(corpus):
    wrong, count = [], 0
    for suite in yaml.safe_load_all((corpus / "arc_test_suite" / "arc-draft-validation-tests.yml").read_text()):
        zone = Zone({name: {"TXT": [text]} for name, text in suite["txt-records"].items()})
        for name, case in suite["tests"].items():
            raw = str(case["message"] or "").replace("\n", "\r\n").encode()
            found = await arc.verify(Message(raw), zone)
            count += 1
            # An empty expectation is a chain that had failed before: it need not be looked at, but never passes.
            if found != (str(case["cv"]).lower() or "fail"):
                wrong.append((name, case["description"], found, case["cv"]))
    assert count >= 171
    assert wrong == []
