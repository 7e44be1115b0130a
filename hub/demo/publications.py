"""Publish what the demo network has agreed.

That is its pages of text, and the proceedings of the finished conference.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from wagtail.users.models import UserProfile

from cms import services
from hub.demo import reader
from hub.demo.meetings import DemoConference
from hub.demo.telling import Teller

if TYPE_CHECKING:
    from hub.members.models import Member

# What Wagtail writes to people about a workflow, as they may choose in its admin.
WORKFLOW_NOTIFICATIONS = (
    "submitted_notifications",
    "approved_notifications",
    "rejected_notifications",
)


def publish(conferences: Iterable[DemoConference], teller: Teller) -> None:
    """Write the pages, then issue the proceedings of each conference that has some."""
    write_pages()
    for held in conferences:
        if (held.gathering.path / "proceedings.md").exists():
            issue(held, teller)


def write_pages() -> None:
    """Write home and text pages over what a new hub starts with."""
    services.bootstrap_site()
    for path in sorted((reader.CONTENT / "pages").glob("*.md")):
        title, header, body = reader.read_page(path)
        if header["kind"] == "home":
            services.write_home(intro=body.strip())
        else:
            services.write_page(
                slug=header["slug"], title=title, intro=header["intro"], body=body.strip()
            )


@contextmanager
def _without_workflow_notifications(*members: "Member") -> Iterator[None]:
    """Keep Wagtail from writing to the members within the block."""
    _set_workflow_notifications(members, wanted=False)
    yield
    _set_workflow_notifications(members, wanted=True)


def _set_workflow_notifications(members: Iterable["Member"], *, wanted: bool) -> None:
    for member in members:
        profile = UserProfile.get_for_user(member)
        for name in WORKFLOW_NOTIFICATIONS:
            setattr(profile, name, wanted)
        profile.save(update_fields=WORKFLOW_NOTIFICATIONS)


def issue(held: DemoConference, teller: Teller) -> str:
    """Compile, write, submit and approve proceedings, and return their symbol.

    Rapporteur and Secretariat act as they do on the pages.
    """
    rapporteur = teller.cast[held.gathering.header["rapporteur"]]
    secretariat = teller.cast[held.gathering.header["organiser"]]
    title, _header, sections = reader.read_sections(held.gathering.path / "proceedings.md")
    draft = services.compile_proceedings(
        conference_id=held.conference.pk, actor=rapporteur, now=teller.now
    )
    written = services.write_proceedings(
        page_id=draft.pk,
        actor=rapporteur,
        title=title,
        summary=sections["Summary"],
        conclusions=(
            f"{sections['Conclusions']}\n\n##### Recommendations\n\n{sections['Recommendations']}"
        ),
    )
    with _without_workflow_notifications(rapporteur, secretariat):
        seen = written.latest_revision_id
        services.submit_proceedings(page_id=draft.pk, actor=rapporteur, seen_revision=seen)
        issued = services.approve_proceedings(
            page_id=draft.pk, actor=secretariat, seen_revision=seen
        )
    return str(issued.symbol)
