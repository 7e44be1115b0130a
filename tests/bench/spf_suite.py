"""Run the public SPF test suite against our evaluation: ``python -m tests.bench.spf_suite rfc7208-tests.yml``.

The file is part of the source distribution of pyspf (``pip download --no-deps --no-binary :all: pyspf``, folder
``test``). Prints the cases that differ and how many agree; 203 of 203 is expected.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

import yaml

from listserv.mail.auth import spf
from listserv.mail.auth.resolver import Unanswered


class Zone:
    """The DNS of one scenario: SPF rows stand for TXT where there are none, ``TIMEOUT`` is no answer."""

    def __init__(self, data: dict[str, list[Any]]) -> None:
        self.rows: dict[str, list[tuple[str, Any]]] = {}
        for name, rows in data.items():
            said = any(isinstance(row, dict) and "TXT" in row for row in rows)
            found = self.rows.setdefault(name.lower().rstrip("."), [])
            for row in rows:
                kinds = row.items() if isinstance(row, dict) else [("*", "TIMEOUT")]
                for kind, value in kinds:
                    if value in ("NONE", ["NONE"]) or (kind == "SPF" and said):
                        continue
                    found.append(("TXT" if kind == "SPF" else kind, value))

    async def ask(self, name: str, kind: str, depth: int = 0) -> list[str]:
        """Return records as text, following eight CNAMEs."""
        name = name.lower().rstrip(".")
        rows = self.rows.get(name, [])
        if name.startswith("error.") and not rows:
            raise Unanswered(name)
        if (kind, "TIMEOUT") in rows or (("*", "TIMEOUT") in rows and not any(row[0] == kind for row in rows)):
            raise Unanswered(name)
        found = [_text(kind, value) for row, value in rows if row == kind]
        for row, value in rows:
            found += await self.ask(value, kind, depth + 1) if row == "CNAME" and depth < 8 else []
        return found


def _text(kind: str, value: Any) -> str:
    if kind == "MX":
        return f"{value[0]} {value[1]}"
    return "".join(value) if isinstance(value, list) else str(value)


def main(path: Path) -> int:
    """Run all cases; return how many differ."""
    count = wrong = 0
    for scenario in yaml.safe_load_all(path.read_text()):
        zone = Zone(scenario["zonedata"])
        for name, case in scenario["tests"].items():
            asked = spf.check_host(
                ip=case["host"], mail_from=case.get("mailfrom", ""), helo=case["helo"], resolver=zone
            )
            found, wanted = asyncio.run(asked), case["result"]
            count += 1
            if found not in ([wanted] if isinstance(wanted, str) else wanted):
                wrong += 1
                print(f"{scenario['description']} / {name}: {found}, not {wanted}")
    print(f"{count - wrong} of {count}")
    return wrong


if __name__ == "__main__":
    sys.exit(bool(main(Path(sys.argv[1]))))
