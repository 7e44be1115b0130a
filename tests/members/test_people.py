"""Members to each other and to themselves: directory, profile, preferences, leaving the record."""

import pytest
from allauth.account.models import EmailAddress

from hub.lib import clock
from hub.lib.errors import Invalid, NotAllowed
from hub.members import selectors, services
from hub.members.models import Application, Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def amina(make_member):
    """Amina of Senegal."""
    return make_member(
        "Amina Diallo", password="a long password", country="SN", organisation="Seed authority", expertise="pollen"
    )


@pytest.fixture
def boris(make_member):
    """Boris of Croatia."""
    return make_member("Boris Horvat", password="a long password", country="HR", organisation="Ministry")


PAGES = ["/members/", "/members/1/", "/members/999999/", "/preferences/", "/members/applications/"]


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_asked_to_sign_in_whether_it_exists_or_not(client, amina, path):
    answer = client.get(path.replace("/1/", f"/{amina.pk}/"))
    assert answer.status_code == 302 and answer.url.startswith("/accounts/login/?next=")


def test_the_directory_shows_people_and_never_an_address(client, amina, boris, make_member):
    make_member("Nobody Yet", is_active=False)
    client.force_login(boris)
    page = client.get("/members/").content.decode()
    assert "Amina Diallo" in page and "Seed authority" in page and "pollen" in page and "Nobody Yet" not in page
    profile = client.get(f"/members/{amina.pk}/").content.decode()
    assert "Senegal" in profile and "Africa" in profile
    assert "people.example" not in page + profile


@pytest.mark.parametrize(
    ("query", "is_listed"),
    [
        ("amina", True),
        ("seed diallo", True),
        ("POLLEN", True),
        ("rice", False),
        ("%", False),
        ("'; --", False),
        ("\0", True),
        ("x" * 500, False),
    ],
)
def test_the_directory_finds_by_words(client, amina, boris, query, is_listed):
    client.force_login(boris)
    assert ("Amina Diallo" in client.get("/members/", {"q": query}).content.decode()) is is_listed


def test_the_directory_costs_the_same_for_one_and_for_fifty(client, boris, make_member, django_assert_num_queries):
    client.force_login(boris)
    for size in (1, 50):
        while Member.objects.count() < size:
            make_member(f"Person {Member.objects.count()}")
        with django_assert_num_queries(4):  # session, member, count, page
            client.get("/members/")


@pytest.mark.parametrize("page", ["0", "-1", "99999999999999999999", "x", ""])
def test_a_page_that_does_not_exist_is_the_nearest_one(client, boris, page):
    client.force_login(boris)
    assert client.get("/members/", {"page": page}).status_code == 200


def test_missing_inactive_and_former_profiles_answer_alike(client, amina, boris, make_member, now):
    gone = make_member("Gone Girl")
    services.anonymise_member(member_id=gone.pk, actor=gone, now=now)
    waiting = make_member("Nobody Yet", is_active=False)
    client.force_login(boris)
    assert [client.get(f"/members/{pk}/").status_code for pk in (gone.pk, waiting.pk, 999_999)] == [404] * 3


def test_preferences_change_language_zone_and_the_choice_of_this_browser(client, amina):
    client.force_login(amina)
    client.cookies["django_language"] = "ru"
    answer = client.post("/preferences/", {"language": "ar", "time_zone": "Africa/Dakar"})
    assert answer.status_code == 302 and client.cookies["django_language"].value == ""
    amina.refresh_from_db()
    assert (amina.language, amina.time_zone) == ("ar", "Africa/Dakar")
    page = client.get("/preferences/").content.decode()
    assert '<html lang="ar" dir="rtl">' in page


@pytest.mark.parametrize(
    ("language", "zone"), [("xx", "UTC"), ("en", "Mars/Phobos"), ("en", "../etc/passwd"), ("", "")]
)
def test_preferences_that_do_not_exist_are_refused(client, amina, language, zone):
    with pytest.raises(Invalid):
        services.set_preferences(member=amina, language=language, time_zone=zone)
    client.force_login(amina)
    assert client.post("/preferences/", {"language": language, "time_zone": zone}).status_code == 422
    amina.refresh_from_db()
    assert (amina.language, amina.time_zone) == ("en", "UTC")


def test_a_zone_under_an_old_name_stays_until_another_one_is_chosen(client, make_member):
    member = make_member("Ravi Iyer", time_zone="Asia/Calcutta")
    Member.objects.filter(pk=member.pk).update(time_zone="Etc/GMT-5")
    client.force_login(member)
    assert '<option value="Etc/GMT-5" selected>' in client.get("/preferences/").content.decode()


def test_who_leaves_the_record_is_nowhere_but_what_was_said_stays(client, cast, now):
    contribution = cast.say(cast.amina, "A baseline is needed.", now=now)
    Application.objects.create(member=cast.amina, state="approved", statement="About me", created_at=now)
    client.force_login(cast.amina)
    services.anonymise_member(member_id=cast.amina.pk, actor=cast.sofia, now=now)
    assert client.get("/preferences/").status_code == 302, "the open sign-in ended"
    contribution.refresh_from_db()
    former = contribution.author
    assert contribution.text == "A baseline is needed." and str(former) == former.get_full_name() == "A former member"
    assert (former.country, former.organisation, former.is_active) == ("SN", "", False)
    assert "amina" not in repr(vars(former)).lower() and not former.has_usable_password()
    assert not EmailAddress.objects.filter(user=former).exists() and Application.objects.get().statement == ""
    assert selectors.member_by_address("amina.diallo@people.example") is None


def test_who_left_may_apply_again(cast, now):
    services.anonymise_member(member_id=cast.amina.pk, actor=cast.amina, now=now)
    again = services.Applicant(name="Amina Diallo", email="amina.diallo@people.example", country="SN", statement="Back")
    assert services.apply(applicant=again, now=now).member.pk != cast.amina.pk


def test_nobody_takes_another_one_out_of_the_record(amina, boris, now):
    with pytest.raises(NotAllowed):
        services.anonymise_member(member_id=amina.pk, actor=boris, now=now)
    amina.refresh_from_db()
    assert amina.name == "Amina Diallo"


def test_what_is_known_about_an_applicant(amina, boris, make_member, now):
    background = {"email": "a@gmail.com", "country": "SN", "organisation": "SEED authority"}
    person = make_member("amina diallo", is_active=False, **background)
    application = Application.objects.create(member=person, state="pending", statement="I", created_at=now)
    known = selectors.known_about(application)
    assert (known.country, known.domain, list(known.organisation), list(known.namesakes)) == (1, "", [amina], [amina])
    Member.objects.filter(pk=person.pk).update(email="x@people.example")
    person.refresh_from_db()
    application.member = person
    assert selectors.known_about(application).colleagues == 2


def test_the_secretariats_home_says_how_many_wait(amina, make_member, now):
    sofia = make_member("Sofia Lind", is_staff=True)
    assert selectors.home_blocks(sofia, now) == []
    waiting = make_member("Nobody Yet", is_active=False)
    Application.objects.create(member=waiting, state="pending", statement="I", created_at=now, confirmed_at=now)
    assert [block.url for block in selectors.home_blocks(sofia, clock.now())] == ["/members/applications/"]
    assert selectors.home_blocks(amina, now) == []


def test_the_queue_costs_the_same_for_one_and_for_fifty(client, make_member, now, django_assert_num_queries):
    sofia = make_member("Sofia Lind", is_staff=True)
    client.force_login(sofia)
    for size in (1, 50):
        while Application.objects.count() < 2 * size:
            for state in ("pending", "approved"):
                person = make_member(f"Person {Member.objects.count()}")
                Application.objects.create(
                    member=person,
                    state=state,
                    statement="I",
                    created_at=now,
                    confirmed_at=now,
                    decided_by=sofia,
                    decided_at=now,
                )
        with django_assert_num_queries(5):  # session, member, waiting, how many, decided
            client.get("/members/applications/")
