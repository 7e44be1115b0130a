"""Keep the search index in step with the contributions."""


class SearchOutlet:
    """Stub until the index is here."""

    def __getattr__(self, name):
        return lambda *a, **k: None
