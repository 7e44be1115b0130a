"""The reason for a decision on an application outlives a refusal, and a look back: nothing typed is lost."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress

from hub.members import services
from hub.members.models import Application

pytestmark = pytest.mark.django_db
REASON = "Known from the <field> trials,\nand vouched for."
IN_BOX = "Known from the &lt;field&gt; trials,\nand vouched for.</textarea>"


@pytest.fixture
def pending(ines: Any, now: Any) -> Application:
    """An application that waits, its address confirmed."""
    application = services.apply(applicant=ines, now=now)
    token = services.confirmation_token(application=application, now=now)
    return services.confirm_application(token=token, now=now)


@pytest.fixture
def decide(client: Any, sofia: Any, pending: Application) -> Any:
    """Return a function that sends Sofia's decision and returns the status and the page."""
    client.force_login(sofia)

    def send(**fields: str) -> tuple[int, str]:
        data = {"decision": "approve", "reason": REASON, **fields}
        answer = client.post(f"/members/applications/{pending.pk}/", data)
        return answer.status_code, answer.content.decode()

    return send


def test_a_reason_without_a_decision_stays_in_its_box(decide):
    status, page = decide(decision="")
    assert status == 422 and "Choose one of the two." in page and IN_BOX in page


def test_a_reason_that_is_too_long_stays_in_its_box(decide):
    status, page = decide(decision="decline", reason=REASON + "x" * 2000)
    assert status == 422 and 'class="errorlist"' in page and f"and vouched for.{'x' * 2000}</textarea>" in page


def test_who_looks_back_before_confirming_finds_decision_and_reason(decide, pending):
    status, page = decide(decision="decline")
    assert status == 200 and 'name="back"' in page and "Known from the &lt;field&gt; trials" in page
    status, page = decide(decision="decline", back="1")
    assert status == 200 and IN_BOX in page and 'value="decline"' in page and "checked" in page
    pending.refresh_from_db()
    assert pending.state == Application.State.PENDING


def test_an_approval_that_cannot_be_made_comes_back_with_reason_and_refusal(decide, pending, make_member):
    EmailAddress.objects.create(user=make_member("Rex Moss"), email=pending.member.email, verified=True)
    status, page = decide(confirmed="1")
    assert status == 409 and "has confirmed this address meanwhile" in page and IN_BOX in page
    assert "Your text was not sent" not in page
    pending.refresh_from_db()
    assert pending.state == Application.State.PENDING


def test_a_reason_that_comes_after_another_decision_can_be_copied(decide, pending, sofia, now):
    services.approve_application(application_id=pending.pk, actor=sofia, now=now)
    status, page = decide(decision="decline", confirmed="1")
    assert status == 409 and "Your text was not sent" in page and IN_BOX in page


@pytest.mark.parametrize("refused", ["email", "accepts"])
def test_an_application_that_is_refused_keeps_its_statement(client, form, refused):
    wrong = {"email": "nowhere", "accepts": ""}[refused]
    answer = client.post("/apply/", {**form, "statement": REASON, refused: wrong})
    assert answer.status_code == 422 and IN_BOX in answer.content.decode()
