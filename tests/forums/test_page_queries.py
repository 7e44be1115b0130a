"""How many questions the pages ask that people open most, whatever stands on them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forums import services


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/discussions/", 6),
        ("/discussions/{forum}/", 12),
        ("/topics/{topic}/", 14),
        ("/topics/{topic}/?view=threaded", 14),
        ("/discussions/{forum}/feed.atom", 6),
    ],
)
def test_a_page_asks_no_more_than_its_bar(client, cast, now, path, most):
    first = cast.say(cast.boris, files=(services.Upload("a.pdf", b"x"),), now=now)
    for number in range(5):
        reply = cast.say(cast.amina, f"Answer {number}", parent=first.number, now=now)
    services.edit_contribution(number=reply.number, actor=cast.amina, text="Another answer.", now=now)
    client.force_login(cast.amina)
    address = path.format(forum=cast.forum_id, topic=first.topic_id)
    client.get(address, follow=True)
    cast.say(cast.boris, topic_id=first.topic_id, now=now)
    address = (
        client.get(address, follow=True).request["PATH_INFO"] + address.partition("?")[1] + address.partition("?")[2]
    )
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    asked = [query["sql"] for query in queries if query["sql"].startswith(("SELECT", "\n    SELECT"))]
    assert len(asked) <= most, "\n".join(asked)
