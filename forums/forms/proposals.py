"""Forms of proposals of discussions: what a member proposes, and why it is declined."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from forums.forms.writing import RevisionForm
from forums.models import DiscussionProposal
from hub.lib.moments import MomentField

PROPOSED = ("name", "theme", "why", "opens_at", "closes_at", "moderates", "sponsor")


class ProposalForm(RevisionForm):
    """A discussion that a member proposes."""

    name = forms.CharField(label=pgettext_lazy("of a discussion", "Name"), max_length=100)
    theme = forms.CharField(
        label=pgettext_lazy("label: theme of a discussion", "Theme"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What would be discussed, in two or three sentences."),
    )
    why = forms.CharField(
        label=_("Why it is needed"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Who would take part, and what it should lead to. The Secretariat reads this."),
    )
    opens_at = MomentField(label=_("Proposed beginning"), required=False)
    closes_at = MomentField(label=_("Proposed end"), required=False)
    moderates = forms.BooleanField(
        label=_("I volunteer to moderate the discussion"), required=False
    )
    sponsor = forms.CharField(
        label=_("My organisation would co-sponsor it"),
        required=False,
        max_length=200,
        help_text=_("Its name, if so."),
    )
    field_order = PROPOSED

    @property
    def proposed(self) -> dict[str, Any]:
        """What is proposed, once the form is valid."""
        return {name: self.cleaned_data[name] for name in PROPOSED}

    @classmethod
    def of(cls, proposal: DiscussionProposal, data: Any = None) -> "ProposalForm":
        """Return the form of a proposal that is changed."""
        initial = {name: getattr(proposal, name) for name in PROPOSED}
        return cls(data, initial={**initial, "revision": proposal.revision})


class DeclineProposalForm(RevisionForm):
    """Why a proposal is declined."""

    reason = forms.CharField(
        label=pgettext_lazy("label", "Reason"),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The member receives it by e-mail."),
    )
