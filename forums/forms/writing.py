"""Forms of the discussions: they parse and keep what was typed; :mod:`forums.rules` decides."""

import re
import secrets
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from forums.drafts import Upload
from forums.models import Membership
from hub.lib.forms import set_value
from hub.lib.numbers import MAX_KEY
from hub.lib.scripts import isolate

# The largest revision that the database holds, and one that no contribution has.
MAX_REVISION, UNSEEN = 2**31 - 1, -1
# Bounded, so that a line of any length is read in linear time.
_address = re.compile(r"[^\s<>,;:\"'()\[\]]{1,64}@[^\s<>,;:\"'()\[\]]{1,255}")
_between = re.compile(r"[\r\n,;]+")
_HELP = _(
    "*emphasis*, **strong**; a line that starts with > is a quote, a line that starts "
    "with - is a list item."
)


def new_key() -> str:
    """Return the token that makes a form sent twice one contribution: 128 random bits."""
    return secrets.token_hex(16)


class _FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once; reads them only when each is within ``HUB_FILE_MAX_SIZE`` bytes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=_FilesInput(), **options)

    def clean(self, data: Any, initial: Any = None) -> tuple[Upload, ...]:
        """Return uploads; a file over the limit is refused by name before it is read."""
        files: list[UploadedFile] = []
        if isinstance(data, list | tuple):
            files = list(data)
        elif data:
            files = [data]
        for file in files:
            _check_size(file)
        return tuple(_upload(file) for file in files)


def _check_size(file: UploadedFile) -> None:
    if file.size is None or file.size <= settings.HUB_FILE_MAX_SIZE:
        return
    limit = settings.HUB_FILE_MAX_SIZE // 1_000_000
    raise forms.ValidationError(
        _("The file %(name)s is over %(limit)d MB."),
        params={"name": isolate(file.name or ""), "limit": limit},
    )


def _upload(file: UploadedFile) -> Upload:
    return Upload(file.name or "file", file.read(), file.content_type or "")


class TextField(forms.CharField):
    """The text of a contribution, which may be empty when a file comes instead.

    Its label need not say that.
    """

    unmarked = True

    def __init__(self, *, rows: int, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(required=False, strip=False, help_text=_HELP, widget=widget, **options)


class WritingForm(forms.Form):
    """What every text has: the text itself, files, and a key that counts it once."""

    text = TextField(label=_("Your text"), rows=8)
    attached = FilesField(
        label=pgettext_lazy("label or heading", "Files"),
        required=False,
        help_text=_("PDF, office documents, text or images; readers get a link."),
    )
    once_key = forms.CharField(widget=forms.HiddenInput(), max_length=64, required=False)

    def __init__(self, *args: Any, draft: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["text"].widget.attrs["data-draft"] = draft
        self.fields["once_key"].initial = new_key()

    def renew_key(self) -> None:
        """Let the form, when it is shown again, be a further contribution."""
        set_value(self, "once_key", new_key())


class ReplyForm(WritingForm):
    """A reply; ``parent`` is the number of the contribution it answers."""

    parent = forms.IntegerField(
        widget=forms.HiddenInput(), required=False, min_value=1, max_value=MAX_KEY
    )


class TopicForm(WritingForm):
    """A new topic: a subject and its first contribution."""

    subject = forms.CharField(
        label=pgettext_lazy("subject line of a topic or message", "Subject"),
        max_length=255,
        help_text=_("One line that says what it is about."),
    )
    field_order = ("subject", "text", "attached", "once_key")


class RevisionForm(forms.Form):
    """A form about words that others may change: it says which revision its reader saw."""

    revision = forms.IntegerField(
        widget=forms.HiddenInput(), required=False, min_value=0, max_value=MAX_REVISION
    )

    @property
    def seen(self) -> int:
        """The revision that the reader saw; :data:`UNSEEN` when the form does not say."""
        revision = self.cleaned_data.get("revision")
        if revision is None:
            return UNSEEN
        return int(revision)

    def keep_draft(self, field: str, name: str) -> None:
        """Let the browser keep what is typed until it is saved, by name and revision (hub.js)."""
        attributes = self.fields[field].widget.attrs
        attributes["data-draft"] = name
        attributes["data-revises"] = "saved"
        if self.is_bound:
            attributes["data-revises"] = "sent"

    def show_revision(self, revision: int | None) -> None:
        """Let the form, when it is shown again, name the revision that its reader sees then."""
        shown = ""
        if revision is not None:
            shown = str(revision)
        set_value(self, "revision", shown)


class EditForm(RevisionForm):
    """Another wording of a contribution.

    Args: needs_reason, where :func:`forums.rules.needs_reason` asks for a reason.
    """

    text = TextField(label=_("Your text"), rows=12)
    reason = forms.CharField(
        label=_("What you changed, and why"),
        max_length=255,
        required=False,
        help_text=_("Shown beside the edited text."),
    )
    field_order = ("text", "reason", "revision")

    def __init__(self, *args: Any, draft: str, needs_reason: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.keep_draft("text", draft)
        if needs_reason:
            self.fields["reason"].required = True
            self.fields["reason"].help_text = _(
                "Shown beside the edited text, and sent to the author."
            )


class ContributionDecisionForm(RevisionForm):
    """A moderator's decision on a held contribution."""

    number = forms.IntegerField(widget=forms.HiddenInput(), min_value=1, max_value=MAX_KEY)
    reason = forms.CharField(label=pgettext_lazy("label", "Reason"), required=False, max_length=255)


def offer_without_chair(form: forms.Form, roles: Iterable[tuple[str, Any]]) -> None:
    """Offer roles without the chair's; the rule answers who asks for that one all the same."""
    role = form.fields["role"]
    assert isinstance(role, forms.ChoiceField)
    role.choices = [choice for choice in roles if choice[0] != Membership.Role.CHAIR]


class AdmitForm(forms.Form):
    """Let a member of the hub into a discussion."""

    email = forms.EmailField(label=_("E-mail address of a member"))
    role = forms.ChoiceField(
        label=pgettext_lazy("label: role of a person", "Role"),
        choices=Membership.Role.choices,
        initial=Membership.Role.PARTICIPANT,
    )

    def __init__(self, data: QueryDict | None = None, *, names_chair: bool) -> None:
        super().__init__(data)
        if data is None and not names_chair:
            offer_without_chair(self, Membership.Role.choices)


class JoinForm(forms.Form):
    """Ask those who lead a discussion to be admitted."""

    statement = forms.CharField(
        label=_("Why do you want to take part?"),
        max_length=2_000,
        help_text=_("The people who lead the discussion read it, and nobody else."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class InviteForm(forms.Form):
    """Invite people to a discussion by their addresses."""

    addresses = forms.CharField(
        label=_("E-mail addresses"),
        max_length=60_000,
        help_text=_("One per line, or with commas between. Members are recognised."),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "ltr"}),
    )
    line = forms.CharField(
        label=_("A personal line"),
        max_length=500,
        required=False,
        help_text=_("It stands in the message."),
    )
    role = forms.ChoiceField(
        label=pgettext_lazy("label: role of a person", "Role"),
        choices=Membership.Role.choices,
        initial=Membership.Role.PARTICIPANT,
    )

    def __init__(self, data: QueryDict | None = None, *, names_chair: bool) -> None:
        super().__init__(data)
        if data is None and not names_chair:
            offer_without_chair(self, Membership.Role.choices)

    @property
    def address_list(self) -> list[str]:
        """The addresses, with names beside them or without; what holds none comes back itself."""
        addresses: list[str] = []
        for piece in _between.split(self.cleaned_data["addresses"]):
            bare = piece.strip()
            if bare:
                addresses += _address.findall(bare) or [bare[:100]]
        return addresses


class SummaryForm(RevisionForm):
    """The moderators' summary of a discussion."""

    summary = forms.CharField(
        label=pgettext_lazy("heading or label", "Summary"),
        required=False,
        strip=False,
        help_text=_HELP,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 10}),
    )

    def __init__(self, *args: Any, draft: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.keep_draft("summary", draft)


class WithdrawalForm(forms.Form):
    """Why a contribution is withdrawn; an author need not say."""

    reason = forms.CharField(label=pgettext_lazy("label", "Reason"), max_length=255, required=False)

    def __init__(self, data: QueryDict | None = None, *, needs_reason: bool) -> None:
        super().__init__(data)
        if needs_reason:
            self.fields["reason"].required = True
        else:
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        """Give an empty reason where none is asked for."""
        return {"reason": "", **(super().clean() or {})}


class PaceForm(forms.Form):
    """How long the members of a discussion wait between two contributions."""

    minutes = forms.IntegerField(
        label=_("Minutes between two contributions of one member"),
        min_value=0,
        max_value=7 * 24 * 60,
        help_text=_(
            "0 for none. Those who lead, and whoever has the floor in a session, need not wait."
        ),
    )
