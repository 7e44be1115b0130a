"""Where liaison groups name a person who leaves for good."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hub.lib.redact import SoughtPerson, Trace, trace_label
from liaison.models import LiaisonGroup

if TYPE_CHECKING:
    from hub.members.models import Member


def find_traces(member: "Member", person: SoughtPerson) -> Iterator[Trace]:
    """Return the groups whose name, topic or mandate names the person."""
    for group in person.named_in(LiaisonGroup.objects.all(), ["name", "topic", "mandate"]).order_by(
        "pk"
    ):
        yield Trace("group", trace_label(person, group.name), group.get_absolute_url())
