"""Forms of the room."""

from collections.abc import Sequence
from typing import Any, cast

from allauth.account.models import EmailAddress
from django import forms
from django.utils.translation import gettext_lazy as _

from listserv import services
from listserv.models import Subscription
from listserv.selectors import ListLine

# Stands for "whatever my first address is", where other values are keys of addresses.
PRIMARY = 0


class DeliveryForm(forms.Form):
    """How a member gets one list's mail; fields bear the list's name, so that several stand on a page."""

    delivery = forms.ChoiceField(
        label=_("I get"),
        widget=forms.RadioSelect,
        choices=[(mode.value, mode.label) for mode in services.OFFERED],
    )
    own_copy = forms.BooleanField(label=Subscription._meta.get_field("own_copy").verbose_name, required=False)
    address = forms.TypedChoiceField(label=_("Sent to"), coerce=int)

    def __init__(self, line: ListLine, addresses: Sequence[EmailAddress], data: Any = None) -> None:
        """Take the list as the member sees it and their verified addresses, the primary first."""
        row = line.subscription
        initial = {
            "delivery": line.delivery,
            "own_copy": row.own_copy if row else True,
            "address": row.address_id or PRIMARY if row else PRIMARY,
        }
        super().__init__(data, prefix=line.mailing_list.name, initial=initial)
        if len(addresses) > 1:
            first, *others = addresses
            always = _("my first address (%(address)s)") % {"address": first.email}
            field = cast("forms.TypedChoiceField", self.fields["address"])
            field.choices = [(PRIMARY, always), *((one.pk, one.email) for one in others)]
        else:
            del self.fields["address"]
