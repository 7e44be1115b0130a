"""Members in Wagtail's admin: an administrator may correct a name or mark the Secretariat.

Nothing else happens here. Wagtail's own form and list want ``username``, ``first_name`` and
``last_name``, which :class:`Member` does not have.
"""

from typing import Any, ClassVar

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.users.views.users import EditView, IndexView, UserColumn, UserViewSet

from forums.services import check_may_leave
from hub.lib.clock import now
from hub.lib.errors import HubError
from hub.lib.fingerprints import SeenForm


class MemberForm(SeenForm, forms.ModelForm):
    """The few fields that an administrator may change.

    What somebody else has saved meanwhile is not overwritten unseen.
    """

    class Meta:
        model = get_user_model()
        fields = ("name", "organisation", "is_staff", "is_active")

    def __init__(self, *args: Any, editing_self: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, current=_values_of(kwargs.get("instance")), **kwargs)
        if editing_self:
            # Nobody locks themselves out by mistake.
            del self.fields["is_staff"]
            del self.fields["is_active"]

    def clean(self) -> dict[str, Any]:
        """Refuse once when somebody has saved meanwhile.

        What was typed stays, and is saved the next time.
        """
        cleaned: dict[str, Any] = super().clean() or {}
        names_seen_values = self.add_prefix("seen_values") in self.data
        if not names_seen_values or self.seen == self._current:
            return cleaned
        changed = {
            name: value for name, value in self._current.items() if self.seen.get(name) != value
        }
        values = "; ".join(f"{self._label(name)}: {value}" for name, value in changed.items())
        self.show_current()
        raise forms.ValidationError(
            _(
                "Somebody has changed this member since you opened the page: %(values)s. "
                "Nothing is saved yet: correct the form, then save again."
            ),
            code="stale",
            params={"values": values},
        )

    def _label(self, name: str) -> str:
        return str(self._meta.model._meta.get_field(name).verbose_name)

    def clean_is_active(self) -> bool:
        """Shut nobody out who alone leads a discussion."""
        stays_active = bool(self.cleaned_data["is_active"])
        if self.instance.is_active and not stays_active:
            try:
                check_may_leave(self.instance, now())
            except HubError as error:
                raise forms.ValidationError(str(error)) from error
        return stays_active


# How a form shows a field that is ticked or not.
_TICKS = {True: "✓", False: "–"}


def _values_of(member: Any) -> dict[str, str]:
    """Return what an administrator may change, as a form carries it."""
    if member is None:
        return {}
    values = {name: getattr(member, name) for name in MemberForm.Meta.fields}
    return {name: _TICKS.get(value, str(value)) for name, value in values.items()}


class MemberIndexView(IndexView):
    """Members by name; addresses are found by searching for them."""

    search_fields: ClassVar[set[str]] = {"name", "email"}

    def get_base_queryset(self) -> QuerySet[Any]:
        """Return the members who are here: those who left for good cannot be changed."""
        return super().get_base_queryset().filter(anonymised_at=None)

    @property
    def columns(self) -> list[Column]:
        """Name, address, Secretariat, active."""
        title = self._get_title_column_class(UserColumn)
        return [
            title(
                "name",
                accessor="name",
                label=pgettext_lazy("of a person", "Name"),
                sort_key="name",
                get_url=self.get_edit_url,
                classname="name",
            ),
            Column(
                "email", accessor="email", label=pgettext_lazy("label", "E-mail"), sort_key="email"
            ),
            BooleanColumn(
                "is_staff",
                label=pgettext_lazy("role of a person", "Secretariat"),
                sort_key="is_staff",
            ),
            BooleanColumn("is_active", label=_("May sign in"), sort_key="is_active"),
        ]

    def order_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Order by the column that was asked for, by name unless there is such a column."""
        sort_keys = {column.sort_key for column in self.columns}
        if str(self.ordering).lstrip("-") in sort_keys:
            return queryset.order_by(self.ordering, "pk")
        return queryset.order_by("name", "pk")


class MemberEditView(EditView):
    """Wagtail's view with our form."""

    def get_object(self, queryset: Any = None) -> Any:
        """Return the member; one who has left for good is not brought back."""
        member = super().get_object(queryset)
        if member.anonymised_at is not None:
            raise Http404
        return member

    def save_instance(self) -> Any:
        """Save; no password is ever set here."""
        return self.form.save()


class MemberViewSet(UserViewSet):
    """What ``wagtail.users`` shows of members."""

    index_view_class = MemberIndexView
    edit_view_class = MemberEditView
    ordering = "name"
    template_prefix = ""

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        """Return our form; adding is refused by :class:`cms.policy.MemberPolicy`."""
        return MemberForm
