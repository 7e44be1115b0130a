"""Forms of the discussions: they parse and keep what was typed; :mod:`forums.rules` decides."""

from forums.forms.convening import (
    OpenDiscussionForm,
    ReopenForm,
    SettingsForm,
    settings_form,
)
from forums.forms.proposals import DeclineProposalForm, ProposalForm
from forums.forms.writing import (
    AdmitForm,
    ContributionDecisionForm,
    EditForm,
    FilesField,
    InviteForm,
    JoinForm,
    PaceForm,
    ReplyForm,
    RevisionForm,
    SummaryForm,
    TextField,
    TopicForm,
    WithdrawalForm,
    WritingForm,
    new_key,
    offer_without_chair,
)

__all__ = [
    "AdmitForm",
    "ContributionDecisionForm",
    "DeclineProposalForm",
    "EditForm",
    "FilesField",
    "InviteForm",
    "JoinForm",
    "OpenDiscussionForm",
    "PaceForm",
    "ProposalForm",
    "ReopenForm",
    "ReplyForm",
    "RevisionForm",
    "SettingsForm",
    "SummaryForm",
    "TextField",
    "TopicForm",
    "WithdrawalForm",
    "WritingForm",
    "new_key",
    "offer_without_chair",
    "settings_form",
]
