"""Models of rows are those that Django makes, joined ones once for all rows that share them."""

import pytest
from django.db.models.signals import post_init

from forums.models import Contribution, Membership
from hub.lib.loading import ModelLoader
from hub.lib.prepared import Prepared
from hub.members.models import Member

pytestmark = pytest.mark.django_db


def loader_of(rows):
    compiler = rows.query.get_compiler("default")
    compiler.as_sql()
    return ModelLoader(compiler.klass_info, compiler.select)


def test_a_model_has_what_django_gives_it(cast, now):
    first = cast.say(cast.boris, "Fifty metres.", now=now)
    cast.say(cast.amina, "Why?", parent=first.number, now=now)

    def rows(numbers):
        joined = Contribution.objects.filter(pk__in=numbers).select_related("post__topic", "author", "parent__author")
        return joined.defer("references", "author__email").order_by("pk")

    numbers = [first.number, first.number + 1]
    ours, theirs = Prepared(rows).models(numbers), list(rows(numbers))
    assert ours == theirs and len(ours) == 2
    for mine, other in zip(ours, theirs, strict=True):
        for path in ("", "post", "post.topic", "author", "parent"):
            one, two = mine, other
            for name in filter(None, path.split(".")):
                one, two = getattr(one, name), getattr(two, name)
            assert type(one) is type(two)
            if one is not None:
                plain = [{k: v for k, v in row.__dict__.items() if not k.startswith("_")} for row in (one, two)]
                assert plain[0] == plain[1] and one.get_deferred_fields() == two.get_deferred_fields()
                assert (one._state.db, one._state.adding) == (two._state.db, two._state.adding)
        assert mine.html == other.html and mine.text == other.text and mine.post.contribution is mine


def test_what_was_loaded_is_saved_and_read_again(cast, now):
    contribution = cast.say(cast.boris, "Fifty metres.", now=now)
    [row] = Prepared(lambda keys: Membership.objects.filter(pk__in=keys)).models(
        [Membership.objects.get(member=cast.boris).pk]
    )
    row.role = "rapporteur"
    row.save()
    assert Membership.objects.get(pk=row.pk).role == "rapporteur"
    row.refresh_from_db()
    assert row.member == contribution.author


def test_a_model_with_a_beginning_of_its_own_has_it(make_member):
    member = make_member("Stella", is_staff=True)
    [loaded] = Prepared(lambda keys: Member.objects.filter(pk__in=keys)).models([member.pk])
    assert loaded._ran_the_hub is True


def test_a_joined_row_is_one_model_for_all_that_share_it(cast, now):
    for _time in range(3):
        cast.say(cast.boris, now=now)
    rows = Prepared(lambda people: Contribution.objects.filter(author_id__in=people).select_related("author")).models(
        [cast.boris.pk]
    )
    assert len(rows) == 3 and len({id(row.author) for row in rows}) == 1


def test_whoever_listens_is_told(cast, now):
    seen = []

    def listener(sender, instance, **_options):
        seen.append(instance.pk)

    post_init.connect(listener, sender=Membership)
    try:
        loader = loader_of(Membership.objects.all())
        rows = list(Membership.objects.values_list())
        loaded = loader.load(rows)
    finally:
        post_init.disconnect(listener, sender=Membership)
    assert seen[-len(rows) :] == [row.pk for row in loaded]
