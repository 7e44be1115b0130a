"""Index topics in the order in which a discussion lists them; the table is machina's, the index is ours.

Backwards it gives pinned ones first, then the last spoken in; with the key in it, no topic is read to find a page.
"""

from django.db import migrations

_MAKE = """
    CREATE INDEX forums_topic_order
    ON forum_conversation_topic (forum_id, approved, type, last_post_on, id)
"""


class Migration(migrations.Migration):
    dependencies = [("forum_conversation", "0013_auto_20201220_1745"), ("forums", "0017_topic_state_indexes")]

    operations = [migrations.RunSQL(_MAKE, "DROP INDEX IF EXISTS forums_topic_order")]
