"""The words that the hub adds to a document: days as its language writes them, names that turn no line around."""

from datetime import UTC, datetime

import pytest
from django.utils.translation import override

from cms import document

OPENS, CLOSES = datetime(2026, 11, 22, 9, tzinfo=UTC), datetime(2026, 11, 30, 17, tzinfo=UTC)
DAYS = {
    "en": "22 November – 30 November 2026",
    "fr": "22 novembre – 30 novembre 2026",
    "es": "22 de noviembre – 30 de noviembre de 2026",
    "ru": "22 ноября – 30 ноября 2026",
    "ar": "22 نوفمبر – 30 نوفمبر 2026",
    "zh-hans": "2026年11月22日 – 2026年11月30日",
}
MOMENTS = {"en": "22 November 2026, 09:00 UTC", "ar": "22 نوفمبر 2026، \u206809:00 UTC\u2069"}
CONTENT = {"symbol": "BSN/EC/2026/1", "title": "Field trials"}


def entry(title: str) -> dict[str, object]:
    """Return an agenda item on which nothing was said."""
    session = {"title": "First session", "opens_at": OPENS.isoformat(), "closes_at": OPENS.replace(hour=11).isoformat()}
    return {"title": title, "session": session, "interventions": []}


@pytest.mark.parametrize("language", DAYS)
def test_days_are_written_as_the_language_of_the_document_does(language):
    with override(language):
        assert document._span(OPENS, CLOSES) == DAYS[language]
        assert document._span(OPENS, None) == document.day(OPENS) and document._span(None, None) == ""


@pytest.mark.parametrize("language", MOMENTS)
def test_a_time_keeps_its_order_and_follows_a_comma_of_the_language(language):
    with override(language):
        assert document._moment(OPENS) == MOMENTS[language]
        assert "09:00–11:00 UTC" in document._item(1, entry("A"), "").note


def test_what_is_cited_and_what_stands_in_the_contents_is_isolated_where_it_runs_against_the_language():
    with override("ar"):
        cite = document._citation(CONTENT, "وقائع", "22 نوفمبر 2026")
        assert "\u2068BSN/EC/2026/1\u2069" in cite and "\u2068Field trials\u2069" in cite and "،" in cite
        assert document._item(1, entry("Field trials"), "").title == "\u2068Field trials\u2069"
    with override("en"):
        assert document._citation(CONTENT, "Proceedings", "22 November 2026").startswith(
            "BSN/EC/2026/1: Field trials. Proceedings, 22 November 2026."
        )
        assert document._item(2, entry("الإخطار المسبق"), "").title == "\u2068الإخطار المسبق\u2069"
