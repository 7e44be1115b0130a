"""Forms of the lists."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any, cast

from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hub.lib.fingerprints import SeenForm
from hub.lib.numbers import check_year
from listserv import services
from listserv.models import MailingList, Subscription
from listserv.rosters import addresses_in
from listserv.selectors import ListLine
from listserv.tokens import NAME_MAX

# Stands for "whatever my main address is", where other values are keys of addresses.
PRIMARY = 0


def label_of(model: type[Model], field: str) -> Any:
    """Return what a field of a model is called on pages."""
    return model._meta.get_field(field).verbose_name  # type: ignore[union-attr]


class DeliveryForm(forms.Form):
    """How a member gets one list's mail; its fields bear the list's name: pages have several."""

    delivery = forms.ChoiceField(
        label=_("What I receive"),
        widget=forms.RadioSelect,
        choices=[(mode.value, mode.label) for mode in services.OFFERED],
    )
    address = forms.TypedChoiceField(label=_("Send it to"), coerce=int)
    attach = forms.BooleanField(
        label=_("Attach files to the messages if they are not too large"), required=False
    )
    language = forms.ChoiceField(label=_("Language of the messages"), required=False)
    own_copy = forms.BooleanField(label=label_of(Subscription, "own_copy"), required=False)

    def __init__(self, line: ListLine, addresses: Sequence[EmailAddress], data: Any = None) -> None:
        """Take the list as the member sees it and their verified addresses, the primary first."""
        # Who is on no roster finds what a new subscription would have.
        row = line.subscription or Subscription()
        initial = {
            "delivery": line.delivery,
            "own_copy": row.own_copy,
            "address": row.address_id or PRIMARY,
            "attach": row.files == Subscription.Files.ATTACH,
            "language": row.language,
        }
        super().__init__(data, prefix=line.mailing_list.name, initial=initial)
        # Not marked as optional: there is always one.
        self.fields["language"].unmarked = True  # type: ignore[attr-defined]
        languages = cast("forms.ChoiceField", self.fields["language"])
        languages.choices = [("", _("same as the pages")), *settings.LANGUAGES]
        if len(addresses) > 1:
            first, *others = addresses
            always = _("my main address (%(address)s)") % {"address": first.email}
            field = cast("forms.TypedChoiceField", self.fields["address"])
            field.choices = [
                (PRIMARY, always),
                *((email_address.pk, email_address.email) for email_address in others),
            ]
        else:
            del self.fields["address"]

    @property
    def more(self) -> list[forms.BoundField]:
        """The fields behind "more choices"."""
        return [self[name] for name in self.fields if name != "delivery"]

    @property
    def choices(self) -> dict[str, Any]:
        """What was chosen, as :func:`listserv.services.set_delivery` takes it."""
        data, files = self.cleaned_data, Subscription.Files
        chosen = {key: data[key] for key in ("delivery", "own_copy", "language")}
        chosen["files"] = files.LINK
        if data["attach"]:
            chosen["files"] = files.ATTACH
        if "address" in data:
            chosen["address_id"] = data["address"] or None
        return chosen


class PauseForm(forms.Form):
    """Until when a list sends nothing: the beginning of a day in the member's zone."""

    until = forms.DateField(
        label=_("Send nothing until"),
        validators=[check_year],
        # The browser's own; what it sends is a date as ISO 8601 has it, in every language.
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        help_text=_("The mail resumes on that day. What is said meanwhile stays on the web."),
    )

    def __init__(self, line: ListLine | None, data: Any = None) -> None:
        """Take the list as the member sees it, None for all of them."""
        prefix = "pause"
        if line is not None:
            prefix = f"{line.mailing_list.name}-pause"
        super().__init__(data, prefix=prefix)

    @property
    def moment(self) -> datetime:
        """The beginning of the day, in UTC."""
        day: date = self.cleaned_data["until"]
        return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone()).astimezone(UTC)


class RosterForm(forms.Form):
    """Addresses to put on a roster or take off it."""

    addresses = forms.CharField(
        label=_("Addresses of members"),
        help_text=_("One per line, as many as you like; you can leave names beside them."),
        max_length=400_000,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "ltr", "spellcheck": "false"}),
    )

    def clean_addresses(self) -> list[str]:
        """Return the addresses, each once."""
        return addresses_in(self.cleaned_data["addresses"])


class ListForm(SeenForm):
    """What the copies of a list look like."""

    tag = forms.CharField(
        label=MailingList._meta.get_field("tag").verbose_name,
        max_length=NAME_MAX,
        help_text=_("Appears in brackets before the subject of every message."),
    )
    shows_addresses = forms.BooleanField(
        label=MailingList._meta.get_field("shows_addresses").verbose_name,
        required=False,
        help_text=_(
            "Where the author's domain allows it. Otherwise messages show an address "
            "that passes answers on to the author."
        ),
    )
