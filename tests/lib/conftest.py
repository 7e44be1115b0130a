"""A variable of the environment to try readers on."""

import pytest

NAME = "HUB_TEST"


@pytest.fixture
def set_variable(monkeypatch):
    """Return a function that sets the variable, or takes it away."""

    def put(value):
        if value is None:
            monkeypatch.delenv(NAME, raising=False)
        else:
            monkeypatch.setenv(NAME, value)

    return put
