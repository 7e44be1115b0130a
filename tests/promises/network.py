"""A hub with something of everything in it, which grows: what one look at it costs must not grow with it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress

from cms import services as cms_services
from cms.models import ProceedingsPage
from conferences import services as conference_services
from conferences.models import Conference, ConferenceSession
from forums import selectors, services
from forums.models import Contribution, ForumPolicy, Membership
from hub.lib import clock
from hub.members.models import Application, Member
from liaison import services as liaison_services
from listserv.models import AddressHealth, Bounce, InboundMail, Mailing, MailingList, Notice, Retry, Subscription
from tests.people import Cast

DAY = timedelta(days=1)


class Network:
    """The cast in a closed discussion, a conference in session, a group, proceedings and mail under way.

    Amina has all that a member may have; Chen leads what she takes part in; Rosa is a rapporteur; Sofia is of the
    Secretariat; Stella takes part in nothing.
    """

    def __init__(self, make_member: Callable[..., Any], now: datetime) -> None:
        self.now = now
        self.size = 0
        self._make_member = make_member
        cms_services.bootstrap_site()
        self.cast = Cast.gather(make_member, now)
        self.amina, self.boris, self.chen = self.cast.amina, self.cast.boris, self.cast.chen
        self.stella, self.sofia, self.oona = self.cast.stella, self.cast.sofia, self.cast.oona
        self.rosa = make_member("Rosa Quispe", country="PE")
        self.forum_id = self.cast.forum_id
        self.mailing_list = MailingList.objects.select_related("forum").get(forum_id=self.forum_id)
        self.first = self.cast.say(self.amina, "The first word.", now=now)
        self.edited = self._edit(self.first)
        self.moderated = self._moderated()
        public = services.create_forum(name="Open to all", slug="open-to-all", preset="public", now=now)
        self._publish(public.forum_id, self.boris, "An open answer.")
        services.write_summary(forum_id=self.forum_id, actor=self.chen, summary="So far.", now=now)
        self.conference, self.session_id = self._conference_in_session()
        self.issued = self._issued(0)

    # --- What there is from the beginning ------------------------------------------------------------------------

    def _edit(self, contribution: Contribution) -> Contribution:
        edit = {"text": "The first word, better.", "reason": "A slip.", "now": self.now}
        return services.edit_contribution(number=contribution.number, actor=self.amina, **edit)

    def _moderated(self) -> ForumPolicy:
        policy = services.create_forum(
            name="Moderated", slug="moderated", preset="members", moderated=True, now=self.now
        )
        for member, role in ((self.amina, Membership.Role.PARTICIPANT), (self.chen, Membership.Role.MODERATOR)):
            services.admit_member(forum_id=policy.forum_id, member=member, role=role, now=self.now)
        return policy

    def _conference_in_session(self) -> tuple[Conference, int]:
        roles = {self.amina: "participant", self.boris: "participant", self.chen: "chair", self.rosa: "rapporteur"}
        conference = self._convene("Field trials near borders", roles, ends_at=self.now + 9 * DAY)
        session = self._schedule(conference, "First session", items=["Isolation distances"])
        conference_services.open_session(conference_session_id=session.pk, actor=self.chen, now=self.now)
        return conference, session.pk

    def _convene(self, name: str, people: dict[Any, str], *, ends_at: datetime) -> Conference:
        starts_at = self.now - 2 * DAY
        return conference_services.convene_conference(
            name=name, actor=self.sofia, now=starts_at - DAY, starts_at=starts_at, ends_at=ends_at, people=people
        )

    def _schedule(self, conference: Conference, title: str, **options: Any) -> ConferenceSession:
        return conference_services.schedule_session(
            conference_id=conference.pk,
            title=title,
            opens_at=self.now,
            closes_at=self.now + timedelta(hours=2),
            actor=self.sofia,
            now=self.now,
            **options,
        )

    def _issued(self, number: int) -> ProceedingsPage:
        conference = self._convene(f"Over {number}", {self.rosa: "rapporteur"}, ends_at=self.now + DAY)
        session = self._schedule(conference, "The only session", items=["All of it"])
        draft = services.Draft(
            forum_id=conference.forum_id, topic_id=session.items.get().topic_id, text="Agreed.", quiet=True
        )
        self.stated = services.publish(draft=draft, author=self.sofia, origin="web", now=self.now).contribution
        ConferenceSession.objects.filter(pk=session.pk).update(state="closed", closed_at=self.now)
        conference_services.end_conference(conference_id=conference.pk, actor=self.sofia, now=self.now)
        page = cms_services.compile_proceedings(conference_id=conference.pk, actor=self.rosa, now=self.now)
        page = cms_services.write_proceedings(page_id=page.pk, actor=self.sofia, summary="All agreed.")
        seen = {"page_id": page.pk, "actor": self.sofia, "seen_revision": page.latest_revision_id}
        cms_services.submit_proceedings(**seen)
        return cms_services.approve_proceedings(**seen)

    def read_issued(self) -> ProceedingsPage:
        """Read the issued page anew, with its record."""
        return ProceedingsPage.objects.select_related("record").get(pk=self.issued.pk)

    # --- What grows -----------------------------------------------------------------------------------------------

    def grow(self, count: int) -> "Network":
        """Add so many of everything."""
        for number in range(self.size, self.size + count):
            person = self._make_member(f"Person {number}", organisation="Seed office")
            self._grow_discussion(person, number)
            self._grow_conferences(person, number)
            self._grow_group(person, number)
            self._grow_mail(person, number)
            self._grow_members(number)
        self.size += count
        self.topic, self.discussion = selectors.topic_for(self.amina, self.first.topic_id)
        rows = ConferenceSession.objects.select_related("conference__forum__policy", "current_item")
        self.session = rows.get(pk=self.session_id)
        self.contributions = selectors.contributions_of(self.topic).contributions
        return self

    def _grow_discussion(self, person: Member, number: int) -> None:
        services.admit_member(forum_id=self.forum_id, member=person, now=self.now)
        other = services.create_forum(name=f"Forum {number}", slug=f"forum-{number}", preset="members", now=self.now)
        services.admit_member(forum_id=other.forum_id, member=self.amina, now=self.now)
        self._publish(other.forum_id, self.boris, "Elsewhere.")
        self.listed = services.create_forum(
            name=f"Closed {number}", slug=f"closed-{number}", preset="closed", listed=True, now=self.now
        )
        services.ask_to_join(forum_id=self.listed.forum_id, member=self.stella, now=self.now)
        address = f"guest-{number}@x.example"
        services.invite(forum_id=self.forum_id, addresses=[address], actor=self.chen, now=self.now)
        self.cast.say(self.boris, "A topic of its own.", subject=f"Topic {number}", now=self.now)
        file = services.Upload("a.pdf", b"%PDF-1.7", "application/pdf")
        self.newest = self.cast.say(person, "An answer.", parent=self.first.number, files=(file,), now=self.now)
        self.edited = self._edit(self.cast.say(self.amina, "Mine.", topic_id=self.first.topic_id, now=self.now))
        self._edit(self.first)
        self.held = self._publish(self.moderated.forum_id, self.amina, f"Held {number}")

    def _publish(self, forum_id: int, author: Member, text: str) -> Contribution:
        draft = services.Draft(forum_id=forum_id, text=text)
        return services.publish(draft=draft, author=author, origin="web", now=self.now).contribution

    def _grow_conferences(self, person: Member, number: int) -> None:
        conference_services.admit_person(
            conference_id=self.conference.pk, member=person, role="participant", actor=None, now=self.now
        )
        conference_services.ask_for_floor(conference_session_id=self.session_id, member=person, now=self.now)
        self.live = conference_services.intervene(
            conference_session_id=self.session_id, member=self.chen, text=f"Word {number}.", now=self.now
        ).contribution
        people = {self.amina: "participant", self.rosa: "rapporteur"}
        other = self._convene(f"Conference {number}", people, ends_at=self.now + 9 * DAY)
        self._schedule(other, "Another session", items=["One"])
        self._schedule(self.conference, f"Session {number}", items=["One", "Two"])
        cms_services.compile_proceedings(conference_id=other.pk, actor=self.rosa, now=self.now)
        self._issued(number + 1)
        moment = clock.now()
        note = {"text": f"Note {number}.", "dated": moment.date(), "now": moment}
        cms_services.attach_note(page_id=self.issued.pk, actor=self.sofia, **note)

    def _grow_group(self, person: Member, number: int) -> None:
        self.group = liaison_services.convene_group(
            name=f"Group {number}",
            slug=f"group-{number}",
            topic="Liaison",
            mandate="To advise.",
            term_starts=self.now.date() - DAY,
            term_ends=self.now.date() + DAY,
            actor=self.sofia,
            now=self.now,
            members=[self.amina, *Member.objects.filter(name__startswith="Person")],
            chair=self.chen,
        )

    def _grow_mail(self, person: Member, number: int) -> None:
        for state in ("held", "failed", "queued"):
            InboundMail.objects.create(
                received_at=self.now, peer="192.0.2.1", recipient=self.mailing_list.address, kind="post",
                list=self.mailing_list, raw=b"Subject: x\r\n\r\nThe body.\r\n", size=25, sha256="0" * 64,
                subject="Mail", member=self.amina, action="accept", code="x", state=state, next_at=self.now,
                envelope_from=self.amina.email,
            )  # fmt: skip
        row = Subscription.objects.get(list=self.mailing_list, member=person)
        mailing = Mailing.objects.get(contribution=self.newest)
        for next_at in (self.now + DAY, None):
            Retry.objects.update_or_create(
                mailing=mailing,
                subscription=row,
                defaults={"next_at": next_at, "created_at": self.now, "last_reply": "451 Busy"},
            )
            mailing = Mailing.objects.get(contribution=self.edited)
        Mailing.objects.exclude(contribution__in=[self.first.pk]).update(state="done", finished_at=self.now)
        Subscription.objects.filter(pk=row.pk).update(suspended_at=self.now, suspended_for="bounces")
        AddressHealth.objects.create(address=person.email, score=5, suspended_at=self.now)
        Bounce.objects.create(subscription=row, address=person.email, kind="permanent", created_at=self.now)
        Notice.objects.create(
            recipients=[person.email], subject="Notice", raw=b"x", next_at=self.now, created_at=self.now
        )

    def _grow_members(self, number: int) -> None:
        EmailAddress.objects.create(user=self.amina, email=f"amina-{number}@other.example", verified=True)
        applicant = Member.objects.create_user(
            email=f"new-{number}@people.example", name=f"New {number}", country="SN", organisation="Seed office"
        )
        self.application = Application.objects.create(
            member=applicant, state="pending", statement="Let me in.", created_at=self.now, confirmed_at=self.now
        )
