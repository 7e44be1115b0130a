"""Forms of the room."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from listserv import selectors, services
from listserv.models import Subscription
from listserv.selectors import ListLine

if TYPE_CHECKING:
    from hub.members.models import Member


class DeliveryForm(forms.Form):
    """How a member gets one list's mail; fields bear the list's name, so that several stand on a page."""

    delivery = forms.ChoiceField(
        label=_("I get"), widget=forms.RadioSelect,
        choices=[(mode.value, mode.label) for mode in services.OFFERED],
    )
    own_copy = forms.BooleanField(label=Subscription._meta.get_field("own_copy").verbose_name, required=False)
    address = forms.TypedChoiceField(label=_("Sent to"), coerce=int, empty_value=None, required=False)

    def __init__(self, line: ListLine, member: "Member", data: Any = None) -> None:
        row = line.subscription
        initial = {
            "delivery": line.delivery,
            "own_copy": row.own_copy if row else True,
            "address": row.address_id if row and row.address_id else "",
        }
        super().__init__(data, prefix=line.mailing_list.name, initial=initial)
        others = [address for address in selectors.addresses_of(member) if not address.primary]
        if others:
            first = _("my first address (%(address)s)") % {"address": member.email}
            self.fields["address"].choices = [("", first), *((one.pk, one.email) for one in others)]
        else:
            del self.fields["address"]
