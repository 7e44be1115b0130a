"""The form by which the Secretariat convenes a group."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from hub.members.fields import AddressField
from hub.members.selectors import member_by_address
from liaison.models import LiaisonGroup

if TYPE_CHECKING:
    from hub.members.models import Member


class ConveneGroupForm(forms.ModelForm):
    """Mandate, topic, term, and the members by their addresses, one a line."""

    slug = forms.SlugField(
        label=_("Short name in addresses"),
        required=False,
        max_length=60,
        help_text=_(
            "Latin letters, digits and hyphens; also the name of the mailing list. If "
            "you leave it empty, it is made from the name."
        ),
    )
    chair = AddressField(label=_("Address of the chair"), required=False)
    members = forms.CharField(
        label=_("Addresses of the members"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "ltr"}),
        help_text=_(
            "One per line. As soon as you convene the group, they are admitted and "
            "receive contributions by e-mail."
        ),
    )
    language = forms.ChoiceField(
        label=_("Working language"), choices=settings.LANGUAGES, initial="en"
    )

    class Meta:
        model = LiaisonGroup
        fields = ("name", "slug", "topic", "mandate", "term_starts", "term_ends")
        widgets = {
            "mandate": forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
            "term_starts": forms.DateInput(attrs={"type": "date"}),
            "term_ends": forms.DateInput(attrs={"type": "date"}),
        }

    field_order = (
        "name",
        "slug",
        "topic",
        "mandate",
        "term_starts",
        "term_ends",
        "language",
        "chair",
        "members",
    )

    def clean_chair(self) -> "Member | None":
        """Find the member whose address it is."""
        address = self.cleaned_data["chair"]
        if not address:
            return None
        member = member_by_address(address)
        if member is None:
            raise forms.ValidationError(_("No member has this address."))
        return member

    def clean_members(self) -> "list[Member]":
        """Find the members; name every address that nobody has."""
        lines = [line.strip() for line in self.cleaned_data["members"].splitlines() if line.strip()]
        members_by_address = {line: member_by_address(line) for line in lines}
        unknown = [line for line, member in members_by_address.items() if member is None]
        if unknown:
            raise forms.ValidationError(_("No member has this address: %s") % ", ".join(unknown))
        return [member for member in members_by_address.values() if member is not None]

    def arguments(self) -> dict[str, Any]:
        """Return what :func:`liaison.services.convene_group` takes."""
        return dict(self.cleaned_data)
