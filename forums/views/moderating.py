"""Lead a discussion: what is held, who takes part, the summary."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from forums import participants, selectors, services
from forums.edits import edits_of
from forums.forms import AdmitForm, ContributionDecisionForm, SummaryForm
from forums.models import Membership
from forums.policy import ADMIT, APPROVE, access_of, may_name_chair
from forums.views.common import discussion_url
from hub.lib import clock
from hub.lib.errors import Conflict, HubError, Invalid, NotAllowed, NotFound, Stale
from hub.lib.numbers import whole_number
from hub.lib.paging import listed
from hub.lib.receipts import Receipt, give
from hub.lib.scripts import isolate
from hub.lib.typed import typed_texts
from hub.lib.way_in import keeps_draft
from hub.members.requests import signed_in
from hub.members.selectors import active_member, member_by_address

if TYPE_CHECKING:
    from hub.members.models import Member


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def held(request: HttpRequest) -> HttpResponse:
    """Show what waits for the reader's decision; a POST decides one."""
    member = signed_in(request)
    if not access_of(member).having(APPROVE):
        raise NotFound
    if request.method != "POST":
        return _show_held(request, member)
    form = ContributionDecisionForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("The form was not complete. Check what is waiting, then decide again."))
    following = _following(member, form.cleaned_data["number"])
    try:
        _decide(request, member, form, place=following)
    except NotFound:
        raise
    except HubError as error:
        if _is_decided_already(error):
            # It waits no more, so that the desk has no line to show the reason at: the page of the
            # error keeps it.
            raise
        data = form.cleaned_data
        wrong = {"wrong_number": data["number"], "wrong": error, "typed": data["reason"]}
        return _show_held(request, member, status=error.http_status, **wrong)
    address = request.get_full_path()
    if following:
        address = f"{address}#{following}"
    return HttpResponseRedirect(address)


def _is_decided_already(error: HubError) -> bool:
    """Whether somebody else decided first; words that changed meanwhile (Stale) still wait."""
    return isinstance(error, Conflict) and not isinstance(error, Stale)


def _following(member: "Member", number: int) -> str:
    """Return the place of what waits after a contribution, empty at the end of the list."""
    following = selectors.held_after(member, number)
    if following is None:
        return ""
    return f"held{following}"


def _show_held(
    request: HttpRequest, member: "Member", *, status: int = 200, **wrong: object
) -> HttpResponse:
    page = selectors.held_for(member, page=whole_number(request.GET.get("page"), 1))
    prefetch_related_objects(page, "attachments")
    edits = edits_of(page)
    context = {
        "rows": [(row, edits.get(row.number)) for row in page],
        "page_number": page.number,
        "page_count": page.pages,
        **page.links(),
        **wrong,
    }
    return render(request, "forums/held.html", context, status=status)


def _decide(
    request: HttpRequest, member: "Member", form: ContributionDecisionForm, *, place: str
) -> None:
    number, now = form.cleaned_data["number"], clock.now()
    try:
        if "approve" in request.POST:
            services.approve_contribution(number=number, actor=member, revision=form.seen, now=now)
            text = _("Contribution %d was published and sent to the others.") % number
        else:
            reason = form.cleaned_data["reason"]
            services.reject_contribution(
                number=number, actor=member, reason=reason, revision=form.seen, now=now
            )
            text = (
                _("Contribution %d was rejected; its author will receive your reason by e-mail.")
                % number
            )
        give(request, Receipt(text, place))
    except Stale:
        raise
    except Conflict as error:
        if typed_texts(request):
            raise
        give(request, Receipt(str(error), place, level="warning"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who takes part; those who lead let people in and out."""
    member = signed_in(request)
    discussion = selectors.discussion_for(member, pk)
    names_chair = may_name_chair(member, discussion.role)
    form = AdmitForm(names_chair=names_chair)
    if "email" in request.POST:
        form = AdmitForm(request.POST, names_chair=names_chair)
    status, refused = 200, None
    if request.method == "POST":
        if not discussion.may(ADMIT):
            raise NotAllowed
        try:
            if _change(request, discussion, member, form):
                return HttpResponseRedirect(request.get_full_path())
            status = 422
        except NotFound:
            raise
        except HubError as error:
            status, refused = error.http_status, error
    context = {
        "discussion": discussion,
        **_people(request, discussion),
        "may_admit": discussion.may(ADMIT),
        "names_chair": names_chair,
        "form": form,
        "refused": refused,
        "canonical": discussion_url(discussion.forum),
    }
    return render(request, "forums/members.html", context, status=status)


def _people(request: HttpRequest, discussion: selectors.Discussion) -> dict[str, object]:
    """Return who takes part: by region where all fit on a page, else by name in pages."""
    page = listed(
        selectors.participants_of(discussion),
        page=whole_number(request.GET.get("page"), 1),
        size=selectors.PEOPLE,
    )
    context = {"page_number": page.number, "page_count": page.pages, **page.links()}
    if page.pages == 1:
        return {"regions": participants.by_region(page), **context}
    return {"people": page, "sizes": selectors.regions_of(discussion).most_common(), **context}


def _change(
    request: HttpRequest, discussion: selectors.Discussion, actor: "Member", form: AdmitForm
) -> bool:
    """Let somebody in or out; False when the form cannot be used as it is."""
    if "remove" in request.POST:
        _remove(request, discussion, actor)
        return True
    if not form.is_valid():
        return False
    return _admit(request, discussion, actor, form)


def _admit(
    request: HttpRequest, discussion: selectors.Discussion, actor: "Member", form: AdmitForm
) -> bool:
    person = member_by_address(form.cleaned_data["email"])
    if person is None:
        form.add_error(
            "email",
            _(
                "No member of the hub has this address. The person must apply first; "
                "then you can admit them."
            ),
        )
        return False
    role, before = form.cleaned_data["role"], access_of(person).roles.get(discussion.pk, "")
    services.admit_member(
        forum_id=discussion.pk, member=person, role=role, now=clock.now(), actor=actor
    )
    messages.success(request, _admitted(person, role, before))
    return True


def _admitted(person: "Member", role: str, before: str) -> str:
    """Say that somebody takes part, or takes another role.

    Somebody else may have given the earlier role a moment ago: it is named.
    """
    if before in ("", role):
        return _("%s now takes part.") % isolate(person.get_full_name())
    sentence = _("The role of %(name)s is now: %(role)s. It was: %(before)s.")
    return sentence % {
        "name": isolate(person.get_full_name()),
        "role": _role(role),
        "before": _role(before),
    }


def _role(role: str) -> str:
    return str(Membership.Role(role).label)


def _remove(request: HttpRequest, discussion: selectors.Discussion, actor: "Member") -> None:
    person = active_member(whole_number(request.POST.get("remove")))
    if person is None:
        raise NotFound
    services.remove_member(forum_id=discussion.pk, member=person, now=clock.now(), actor=actor)
    messages.success(
        request,
        _("%s no longer takes part; what they said stays.") % isolate(person.get_full_name()),
    )


@keeps_draft("summary-{pk}")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def summary(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the moderators' summary of a discussion."""
    member = signed_in(request)
    discussion = selectors.discussion_for(member, pk)
    if not discussion.may(APPROVE):
        raise NotAllowed
    policy = discussion.policy
    draft = f"summary-{pk}"
    initial = {"summary": policy.summary, "revision": policy.summary_revision}
    form = SummaryForm(request.POST or None, initial=initial, draft=draft)
    status, stale = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.write_summary(
                    forum_id=pk,
                    actor=member,
                    summary=form.cleaned_data["summary"],
                    revision=form.seen,
                    now=clock.now(),
                )
            except Stale as error:
                form.show_revision(error.revision)
                stale, status = error, error.http_status
            else:
                text = _("The summary is on the discussion's page.")
                give(request, Receipt(text, "summary", is_sent=True))
                return HttpResponseRedirect(f"{discussion_url(discussion.forum)}#summary")
    context = {
        "discussion": discussion,
        "form": form,
        "canonical": discussion_url(discussion.forum),
        "stale": stale,
        "draft": draft,
    }
    return render(request, "forums/summary.html", context, status=status)
