"""What the hub counts, for Prometheus.

Each process counts for itself and is asked by itself (``HUB_METRICS``). Every name stands in
``hub/docs/operating.md``; labels have few values, and none is a person's.
"""

from django.db.utils import Error as DatabaseError
from prometheus_client import Counter, Gauge, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

messages = Counter(
    "hub_messages",
    "Incoming messages, by verdict and the code of its reason",
    ["verdict", "reason"],
)
message_seconds = Histogram(
    "hub_message_seconds", "Time from the end of DATA to the answer", buckets=SECONDS
)
recipients_refused = Counter("hub_recipients_refused", "Recipients refused at RCPT", ["code"])
messages_settled = Counter(
    "hub_messages_settled", "Accepted messages that were carried out, by outcome", ["state"]
)
contributions = Counter(
    "hub_contributions", "Contributions recorded, by where they came in", ["origin", "state"]
)
copies = Counter("hub_copies", "Copies of contributions handed to the relay, by result", ["result"])
digests = Counter("hub_digests", "Digests handed to the relay, by result", ["result"])
notifications = Counter(
    "hub_notifications", "Notifications handed to the relay, by result", ["result"]
)
relay_errors = Counter("hub_relay_errors", "Times that mail waited for the relay", ["kind"])
relay_disconnects = Counter(
    "hub_relay_disconnects", "Connections to the relay that broke or were not made"
)
bounces = Counter("hub_bounces", "What came back, by kind", ["kind"])
sign_ins = Counter("hub_sign_ins", "Passwords tried, by channel and result", ["channel", "result"])
requests = Counter(
    "hub_http_requests", "Requests answered, by route and class of status", ["route", "status"]
)
request_seconds = Histogram(
    "hub_http_request_seconds", "Time to answer a request", ["route"], buckets=SECONDS
)
sockets = Gauge("hub_sockets", "Open sockets")
socket_frames = Counter("hub_socket_frames", "Frames on sockets", ["direction"])
tasks = Counter("hub_tasks", "Background tasks, by result", ["result"])
worker_failures = Counter("hub_worker_failures", "Rounds of a queue worker that failed", ["worker"])
database_errors = Counter(
    "hub_database_errors", "Errors of the database, by where they were met", ["where"]
)


def note_error(error: BaseException | None, where: str) -> None:
    """Count an error, when it is one of the database."""
    if isinstance(error, DatabaseError):
        database_errors.labels(where).inc()
