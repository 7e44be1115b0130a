"""What is published: pages of Wagtail's, and the record that proceedings are issued with.

A page's draft, revisions, workflow, locks and schedule are Wagtail's (``design.md`` §3.9). Ours is
what must not move.
"""

from cms.models.approval import ProceedingsApproval
from cms.models.issued import IssuedText, IssueNote
from cms.models.pages import ConferenceIndexPage, HomePage, StandardPage
from cms.models.prints import Print
from cms.models.proceedings import ProceedingsPage
from cms.models.records import ProceedingsRecord, SymbolSeries

__all__ = [
    "ConferenceIndexPage",
    "HomePage",
    "IssueNote",
    "IssuedText",
    "Print",
    "ProceedingsApproval",
    "ProceedingsPage",
    "ProceedingsRecord",
    "StandardPage",
    "SymbolSeries",
]
