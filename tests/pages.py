"""Read a page as a browser without scripts does: the form on it, with what its boxes hold."""

from html.parser import HTMLParser
from typing import Any


class _FormReader(HTMLParser):
    """Collect the fields of the forms of class ``form``."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._inside = False
        self._area = self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = values.get("class") == "form"
        if not self._inside:
            return
        name = values.get("name", "")
        if tag == "input" and name:
            self._input(name, values)
        elif tag == "textarea":
            self._area, self.fields[name] = name, ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and ("selected" in values or self._select not in self.fields):
            self.fields[self._select] = values.get("value", "")

    def _input(self, name: str, values: dict[str, str]) -> None:
        kind = values.get("type", "text")
        if kind in {"checkbox", "radio"}:
            if "checked" in values:
                self.fields[name] = values.get("value", "on")
        elif kind != "submit" and name != "csrfmiddlewaretoken":
            self.fields[name] = values.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.fields[self._area] = self.fields[self._area].removeprefix("\n")
            self._area = ""
        elif tag == "form":
            self._inside = False


def form_of(answer: Any) -> dict[str, str]:
    """Return what the form of a page would send."""
    reader = _FormReader()
    reader.feed(answer.content.decode())
    return reader.fields
