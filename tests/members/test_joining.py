"""How a person joins: apply, confirm, be decided on, choose a password, sign in (requirement N1)."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress

from hub.lib import clock
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound
from hub.lib.models import RateWindow
from hub.members import services
from hub.members.errors import LinkBroken, LinkExpired
from hub.members.models import Application, Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def pending(ines, now):
    """Inês' application, confirmed."""
    application = services.apply(applicant=ines, now=now)
    return services.confirm_application(token=services.confirmation_token(application=application, now=now), now=now)


def test_from_application_to_signing_in(client, form, sofia, mailoutbox, link):
    """Flow 7 of the foundation, by the pages alone."""
    assert client.post("/apply/", form).url == "/apply/sent/"
    confirm = link(mailoutbox[-1])
    assert mailoutbox[-1].to == ["ines.tavares@institute.example"]
    assert client.get(confirm).status_code == 200
    assert Application.objects.get().state == "unconfirmed", "a scanner that opens the link confirms nothing"
    assert "Secr" in client.post(confirm).content.decode()
    assert Application.objects.get().state == "pending" and mailoutbox[-1].to == [sofia.email]
    decide = link(mailoutbox[-1])
    client.force_login(sofia)
    assert "Inês Tavares" in client.get("/members/applications/").content.decode()
    asked = client.post(decide, {"decision": "approve", "reason": ""})
    assert asked.status_code == 200 and Application.objects.get().state == "pending", "asked once more first"
    assert client.post(decide, {"decision": "approve", "reason": "", "confirmed": "1"}).url == "/members/applications/"
    client.logout()
    choose = client.get(link(mailoutbox[-1]), follow=True)
    path = choose.redirect_chain[-1][0]
    answer = client.post(path, {"password1": "violet pollen 77", "password2": "violet pollen 77"})
    assert answer.url == "/accounts/password/reset/key/done/"
    signed = client.post("/accounts/login/", {"login": form["email"], "password": "violet pollen 77"})
    assert signed.status_code == 302 and client.get("/preferences/").status_code == 200


def test_the_link_to_choose_a_password_works_once(client, pending, sofia, mailoutbox, link, now):
    services.approve_application(application_id=pending.pk, actor=sofia, now=now)
    url = link(mailoutbox[-1])
    path = client.get(url).url
    client.post(path, {"password1": "violet pollen 77", "password2": "violet pollen 77"})
    again = client.get(url, follow=True)
    assert 'name="password1"' not in again.content.decode()


def test_an_applicant_may_not_sign_in_and_has_no_password(ines, now):
    member = services.apply(applicant=ines, now=now).member
    assert not member.is_active and not member.has_usable_password()
    assert member.email == "ines.tavares@institute.example" and member.rules_accepted_at == now
    assert not EmailAddress.objects.exists()


def test_notifications_are_in_the_applicants_language_with_html_that_says_the_same(ines, mailoutbox, now):
    services.apply(applicant=ines, now=now)
    message = mailoutbox[-1]
    page = message.alternatives[0].content
    assert 'lang="fr" dir="ltr"' in page and message.extra_headers["Content-Language"] == "fr"
    url = next(line for line in message.body.splitlines() if "/apply/confirm/" in line)
    assert f'<a dir="ltr" href="{url}">{url}</a>' in page and "Inês Tavares" in page


def test_the_same_form_twice_is_one_application_and_one_letter(client, form, mailoutbox):
    first, second = client.post("/apply/", form), client.post("/apply/", form)
    assert (first.url, second.url) == ("/apply/sent/", "/apply/sent/")
    assert Application.objects.count() == Member.objects.count() == 1 and len(mailoutbox) == 1


def test_a_confirmation_can_be_sent_again(client, form, mailoutbox, link):
    client.post("/apply/", form)
    RateWindow.objects.all().delete()
    assert client.post("/apply/sent/", {"email": form["email"].upper()}).url == "/apply/sent/"
    assert len(mailoutbox) == 2
    for message in mailoutbox:
        assert client.get(link(message)).status_code == 200
    client.post(link(mailoutbox[1]))
    assert Application.objects.get().state == "pending"


def test_asking_for_an_unknown_address_looks_alike_and_sends_nothing(client, form, mailoutbox):
    known = client.post("/apply/", form)
    unknown = client.post("/apply/sent/", {"email": "nobody@else.example"}, follow=True)
    RateWindow.objects.all().delete()
    owner = client.post("/apply/sent/", {"email": form["email"]}, follow=True)
    assert known.status_code == 302 and _same(unknown) == _same(owner)
    assert [message.to for message in mailoutbox] == [["ines.tavares@institute.example"]] * 2


def _same(answer):
    """The page without what differs on each request."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


def test_a_member_who_applies_gets_a_notification_with_a_link(client, form, make_member, mailoutbox, link):
    member = make_member("Amina Diallo", email="ines.tavares@institute.example", password="a long password")
    assert client.post("/apply/", form).url == "/apply/sent/"
    assert not Application.objects.exists() and mailoutbox[-1].to == [member.email]
    assert "/password/reset/key/" in link(mailoutbox[-1]) and "Amina" in mailoutbox[-1].body


def test_a_second_address_of_a_member_is_known_too(client, form, make_member, mailoutbox):
    member = make_member("Amina Diallo")
    EmailAddress.objects.create(user=member, email="ines.tavares@institute.example", verified=True)
    client.post("/apply/", form)
    assert Member.objects.count() == 1 and len(mailoutbox) == 1


def test_an_address_that_somebody_added_but_never_confirmed_blocks_nobody(client, form, make_member):
    squatter = make_member("Rex Moss")
    EmailAddress.objects.create(user=squatter, email="ines.tavares@institute.example", verified=False)
    client.post("/apply/", form)
    assert Application.objects.get().member.name == "Inês Tavares"


def test_a_pending_applicant_who_applies_again_is_told_that_it_waits(pending, ines, mailoutbox, now):
    RateWindow.objects.all().delete()
    services.apply(applicant=ines, now=now)
    assert Application.objects.count() == 1 and "/apply/confirm/" not in mailoutbox[-1].body
    assert mailoutbox[-1].to == ["ines.tavares@institute.example"]


def test_two_forms_at_the_same_moment_make_one_application(ines, now, monkeypatch, mailoutbox):
    """The second one has looked before the first one has written."""
    services.apply(applicant=ines, now=now)
    answers = iter([None])
    real = services.address_owner
    monkeypatch.setattr(services, "address_owner", lambda address: next(answers, real(address)))
    assert services.apply(applicant=ines, now=now) == Application.objects.get()


DAMAGE = [lambda t: t[:-1], lambda t: ("b" if t[0] == "a" else "a") + t[1:], lambda t: t + "a", lambda t: "é"]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_link_gets_a_clear_page(client, ines, now, damage):
    damaged = damage(services.confirmation_token(application=services.apply(applicant=ines, now=now), now=now))
    with pytest.raises(LinkBroken):
        services.confirm_application(token=damaged, now=now)
    for answer in (client.get(f"/apply/confirm/{damaged}/"), client.post(f"/apply/confirm/{damaged}/")):
        assert answer.status_code == 404 and "/apply/sent/" in answer.content.decode()
    assert Application.objects.get().state == "unconfirmed"


def test_an_old_link_confirms_nothing_and_offers_a_new_one(client, ines, now, mailoutbox, time_machine, link):
    token = services.confirmation_token(application=services.apply(applicant=ines, now=now), now=now)
    with pytest.raises(LinkExpired):
        services.confirm_application(token=token, now=now + timedelta(days=7, minutes=1))
    time_machine.move_to(now + timedelta(days=8))
    RateWindow.objects.all().delete()
    page = client.get(f"/apply/confirm/{token}/")
    assert page.status_code == 410 and 'name="again"' in page.content.decode()
    assert client.post(f"/apply/confirm/{token}/", {"again": ""}).url == "/apply/sent/"
    assert client.get(link(mailoutbox[-1])).status_code == 200


def test_a_used_link_says_where_it_stands_and_tells_the_secretariat_once(client, pending, sofia, now, mailoutbox):
    token = services.confirmation_token(application=pending, now=now)
    services.confirm_application(token=token, now=now)
    assert not mailoutbox[1:], "confirmed before Sofia was there, and not told again"
    page = client.post(f"/apply/confirm/{services.confirmation_token(application=pending, now=clock.now())}/")
    assert page.status_code == 200 and "with the Secretariat" in page.content.decode()


def test_the_link_of_an_account_that_was_closed_since_says_so(client, pending, sofia, now):
    services.approve_application(application_id=pending.pk, actor=sofia, now=now)
    path = f"/apply/confirm/{services.confirmation_token(application=pending, now=clock.now())}/"
    assert "You are a member" in client.get(path).content.decode()
    Member.objects.filter(pk=pending.member_id).update(is_active=False)
    assert "You can no longer sign in" in client.get(path).content.decode()


def test_who_is_approved_has_a_verified_first_address(pending, sofia, mailoutbox, now):
    services.approve_application(application_id=pending.pk, actor=sofia, now=now)
    row = EmailAddress.objects.get(user=pending.member)
    assert (row.email, row.verified, row.primary) == ("ines.tavares@institute.example", True, True)
    member = Member.objects.get(pk=pending.member_id)
    assert member.is_active and not member.has_usable_password() and mailoutbox[-1].to == [member.email]


def test_who_is_declined_gets_the_reason(pending, sofia, mailoutbox, now):
    services.decline_application(application_id=pending.pk, actor=sofia, reason="We know O'Neill & co.", now=now)
    assert "We know O'Neill & co." in mailoutbox[-1].body
    assert "We know O&#x27;Neill &amp; co." in mailoutbox[-1].alternatives[0].content
    assert not Member.objects.get(pk=pending.member_id).is_active


def test_declining_needs_a_reason(pending, sofia, now, client):
    with pytest.raises(Invalid):
        services.decline_application(application_id=pending.pk, actor=sofia, reason=" ", now=now)
    client.force_login(sofia)
    form = {"decision": "decline", "reason": "", "confirmed": "1"}
    answer = client.post(f"/members/applications/{pending.pk}/", form)
    assert answer.status_code == 422 and Application.objects.get().state == "pending"


def test_whoever_is_first_decides(pending, sofia, now):
    services.approve_application(application_id=pending.pk, actor=sofia, now=now)
    with pytest.raises(Conflict):
        services.decline_application(application_id=pending.pk, actor=sofia, reason="No", now=now)
    assert Application.objects.get().state == "approved"


def test_only_the_secretariat_decides(pending, make_member, now, client):
    stella = make_member("Stella Moreno")
    with pytest.raises(NotAllowed):
        services.approve_application(application_id=pending.pk, actor=stella, now=now)
    client.force_login(stella)
    for path in ("/members/applications/", f"/members/applications/{pending.pk}/"):
        answer = client.get(path)
        assert answer.status_code == 403 and "Inês" not in answer.content.decode()


def test_an_unconfirmed_application_is_not_there_to_decide(ines, sofia, now, client):
    application = services.apply(applicant=ines, now=now)
    with pytest.raises(NotFound):
        services.approve_application(application_id=application.pk, actor=sofia, now=now)
    client.force_login(sofia)
    assert client.get(f"/members/applications/{application.pk}/").status_code == 404
    assert "Inês" not in client.get("/members/applications/").content.decode()


def test_an_address_confirmed_by_a_member_meanwhile_is_a_conflict(pending, sofia, make_member, now):
    other = make_member("Rex Moss")
    EmailAddress.objects.create(user=other, email="ines.tavares@institute.example", verified=True)
    with pytest.raises(Conflict):
        services.approve_application(application_id=pending.pk, actor=sofia, now=now)
    assert Application.objects.get().state == "pending"


@pytest.mark.parametrize("missing", ["name", "email", "country", "statement", "accepts", "language"])
def test_a_form_with_something_missing_is_shown_again_with_what_was_written(client, form, missing):
    answer = client.post("/apply/", {**form, missing: ""})
    page = answer.content.decode()
    assert answer.status_code == 422 and "errorlist" in page and not Application.objects.exists()
    assert form["statement"] in page or missing == "statement"


@pytest.mark.parametrize(
    ("email", "stored"),
    [
        ("用户@例子.广告", "用户@例子.广告"),
        ("JOSÉ@xn--exmple-cua.example", "josé@exämple.example"),
        ("no at sign", None),
        ("a@b@c.example", None),
        ("x\r\nBcc: y@z.example", None),
        ("a\0b@c.example", None),
    ],
)
def test_addresses_of_any_script_are_taken_and_others_refused(client, form, email, stored, mailoutbox):
    answer = client.post("/apply/", {**form, "email": email})
    if stored is None:
        assert answer.status_code == 422 and not mailoutbox
    else:
        assert Member.objects.get().email == stored and mailoutbox[0].to == [stored]


def test_a_name_cannot_turn_the_page_around(ines, now):
    turned = services.Applicant(**{**vars(ines), "name": "Inês \u202e\n Tavares\x07"})
    assert services.apply(applicant=turned, now=now).member.name == "Inês Tavares"


def test_a_flood_of_applications_from_one_network_is_slowed(client, form):
    for number in range(20):
        client.post("/apply/", {**form, "email": f"p{number}@flood.example"})
    answer = client.post("/apply/", {**form, "email": "p20@flood.example"})
    assert answer.status_code == 429 and form["statement"] in answer.content.decode()
    assert Application.objects.count() == 20


def test_other_words_before_the_address_is_confirmed_are_the_ones_that_are_confirmed(ines, now, client):
    application = services.apply(applicant=ines, now=now)
    path = f"/apply/confirm/{services.confirmation_token(application=application, now=clock.now())}/"
    services.apply(applicant=replace(ines, statement="Because of the maize."), now=now)
    assert "Because of the maize." in client.get(path).content.decode()
    # A page that was opened before is on other words: it confirms nothing.
    stale = client.post(path, {"revision": 0})
    assert stale.status_code == 409 and Application.objects.get().state == "unconfirmed"
    client.post(path, {"revision": 1})
    assert (Application.objects.get().state, Application.objects.get().statement) == (
        "pending",
        "Because of the maize.",
    )


def test_other_words_after_the_address_is_confirmed_change_nothing_and_their_sender_is_told(
    pending, ines, now, mailoutbox
):
    # One letter a while goes to an address, whatever is sent for it: that while is over.
    RateWindow.objects.all().delete()
    services.apply(applicant=replace(ines, statement="Something else."), now=now + timedelta(days=2))
    assert Application.objects.get().statement == ines.statement
    assert len(mailoutbox) == 2
    assert ines.statement in mailoutbox[-1].body and "Something else." not in mailoutbox[-1].body
