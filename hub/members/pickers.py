"""Fields that name members by their addresses."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hub.lib.names import listed
from hub.members.models import Member
from hub.members.selectors import member_by_address

# Addresses that one field takes.
MAX_ADDRESSES = 500


class AddressesField(forms.CharField):
    """Addresses of members, one a line or with commas; gives members, names those nobody has."""

    def __init__(self, *, rows: int = 3, **options: Any) -> None:
        widget: forms.Widget = forms.TextInput(attrs={"dir": "ltr"})
        if rows > 1:
            widget = forms.Textarea(attrs={"rows": rows, "dir": "ltr"})
        super().__init__(widget=widget, **options)

    def clean(self, value: Any) -> list[Member]:
        """Return the members; the error names every address that belongs to none."""
        text = super().clean(value)
        addresses = [part for part in re.split(r"[\s,;]+", text) if part][:MAX_ADDRESSES]
        members_by_address = {address: member_by_address(address) for address in addresses}
        unknown = [address for address, member in members_by_address.items() if member is None]
        if unknown:
            raise forms.ValidationError(
                _("No member has this address: %(addresses)s"),
                params={"addresses": listed(unknown)},
            )
        members = [member for member in members_by_address.values() if member is not None]
        return list(dict.fromkeys(members))
