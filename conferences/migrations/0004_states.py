"""Let the database refuse states and kinds that there are not, and moments that contradict them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conferences", "0003_standing")]

    operations = [
        migrations.AddConstraint(
            model_name="conferencesession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("opened_at", None), ("state", "scheduled")),
                    models.Q(("closed_at", None), ("opened_at__isnull", False), ("state", "open")),
                    models.Q(("closed_at__isnull", False), ("state", "closed")),
                    _connector="OR",
                ),
                name="conference_session_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        (
                            "opened",
                            "item_taken",
                            "floor_asked",
                            "floor_withdrawn",
                            "floor_given",
                            "floor_returned",
                            "floor_ended",
                            "intervention",
                            "edited",
                            "rescheduled",
                            "closed",
                            "closed_by_clock",
                        ),
                    )
                ),
                name="event_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "closed_by_clock"), _negated=True), ("actor", None), _connector="OR"
                ),
                name="event_closed_by_clock_has_no_actor",
            ),
        ),
        migrations.AddConstraint(
            model_name="floorrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("given_at", None), ("state", "waiting")),
                    models.Q(("ended_at", None), ("given_at__isnull", False), ("state", "given")),
                    models.Q(("ended_at__isnull", False), ("given_at__isnull", False), ("state", "done")),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("given_at", None),
                        ("state__in", ("withdrawn", "withdrawn_by_chair", "lapsed")),
                    ),
                    _connector="OR",
                ),
                name="floor_request_state",
            ),
        ),
    ]
