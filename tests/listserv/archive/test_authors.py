"""Authors of archives who are no members, and what becomes of their words."""

from allauth.account.models import EmailAddress

from forums.models import Contribution
from hub.members import services as people
from hub.members.authors import DOMAIN, find_or_record_author, take_over_words
from hub.members.models import Application, Member
from hub.search.models import SearchDocument
from listserv.archive.export import write_mbox as archive_for
from tests.listserv.archive.conftest import message, write_mbox


def _applied(address, now):
    applicant = people.Applicant(name="Rosa Quispe", email=address, country="PE", statement="Let me in.")
    return people.apply(applicant=applicant, now=now)


def test_an_applicant_gets_the_words_with_the_membership_and_not_before(bring, cast, now, tmp_path):
    bring(write_mbox(tmp_path / "a", [message(1, author="R. Q. <rosa@lab.example>")]))
    author = Contribution.objects.get().author
    assert author.email.endswith(f"@{DOMAIN}") and not author.is_active
    application = _applied("Rosa@LAB.example", now)
    assert Contribution.objects.get().author == author
    people.confirm_application(token=people.confirmation_token(application=application, now=now), now=now)
    assert Contribution.objects.get().author == author
    people.approve_application(application_id=application.pk, actor=cast.sofia, now=now)
    row = Contribution.objects.select_related("post__topic").get()
    assert row.author == row.post.poster == row.post.topic.poster == application.member
    assert SearchDocument.objects.get(kind="contribution").author == application.member
    # And the next archive knows the person.
    bring(write_mbox(tmp_path / "b", [message(2, author="R. Q. <rosa@lab.example>")]))
    assert set(Contribution.objects.values_list("author", flat=True)) == {application.member_id}


def test_a_stranger_who_applies_with_an_authors_address_changes_nothing(bring, now, tmp_path):
    path = write_mbox(tmp_path / "a", [message(1, author="Rosa <rosa@lab.example>")])
    application = _applied("rosa@lab.example", now)
    bring(path)
    author = Contribution.objects.get().author
    assert author != application.member and author.name == "Rosa"


def test_a_member_who_adds_the_address_gets_the_words(bring, cast, now, tmp_path):
    bring(write_mbox(tmp_path / "a", [message(1, author="Amina <amina@old.example>")]))
    EmailAddress.objects.create(user=cast.amina, email="amina@old.example", verified=True)
    assert take_over_words(member=cast.amina, address="amina@old.example")
    assert not take_over_words(member=cast.amina, address="nobody@old.example")
    assert Contribution.objects.get().author == cast.amina


def test_one_address_is_one_author_however_it_is_spelled(db):
    author = find_or_record_author(address="José@XN--BCHER-KVA.example", name="José")
    assert find_or_record_author(address="jose\u0301@bücher.example", name="J.") == author
    assert find_or_record_author(address="", name="José") != author
    assert Member.objects.count() == 2 and not Application.objects.exists()


def test_who_leaves_for_good_leaves_no_name_in_the_archive(bring, cast, now, tmp_path):
    bring(write_mbox(tmp_path / "a", [message(1, author="Amina The Great <amina.diallo@people.example>")]))
    people.anonymise_member(member_id=cast.amina.pk, actor=cast.sofia, now=now)
    row = Contribution.objects.get()
    assert "from" not in row.imported and row.author_address == ""


def test_an_address_that_stands_as_a_name_is_shown_to_no_member(bring, cast, risk, tmp_path):
    bring(write_mbox(tmp_path / "a", [message(1, author='"rosa@lab.example" <rosa@lab.example>')]))
    bring(write_mbox(tmp_path / "b", [message(2, author='"Juan juan@lab.example" <juan@lab.example>')]))
    assert [row.author.name for row in Contribution.objects.order_by("number")] == ["rosa", "Juan juan"]
    assert b"lab.example" not in b"".join(archive_for(mailing_list=risk, reader=cast.amina))
    assert b"rosa@lab.example" in b"".join(archive_for(mailing_list=risk, reader=cast.sofia))
