"""Make models of rows that were read, as Django does, for a fraction of its price.

Django sets each field of each row by itself and tells listeners of every model it makes. Here the
fields of a row go into the model in one go where nobody listens and the model does nothing of its
own at that moment; a joined row that many rows share (the author of ten contributions) is made once
for all of them.
"""

from collections.abc import Callable, Iterable
from inspect import getattr_static
from operator import itemgetter
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.db.models.base import ModelState
from django.db.models.query_utils import DeferredAttribute
from django.db.models.signals import post_init, pre_init

Row = tuple[Any, ...]


class ModelLoader:
    """How the rows of one query become models, with those that it joins.

    Args: info and select, what Django's compiler says of the query (``klass_info``, ``select``).
    """

    def __init__(self, info: Any, select: Any) -> None:
        self.model: type[Model] = info["model"]
        places: list[int] = list(info["select_fields"])
        names = [select[place][0].target.attname for place in places]
        self._names, self._places = names, places
        self._key = places[names.index(str(self.model._meta.pk.attname))]
        self._make = self._of_values
        if _is_plain(self.model):
            self._make = self._of_dictionary
        # Attributes that do something when they are set.
        self._special = [
            (name, place)
            for name, place in zip(names, places, strict=True)
            if not isinstance(getattr_static(self.model, name), DeferredAttribute)
        ]
        self._values: Callable[[Row], Row] = _reader(places)
        self._joined = [
            (ModelLoader(below, select), below["local_setter"], below["remote_setter"])
            for below in info.get("related_klass_infos", ())
        ]

    def load(self, rows: Iterable[Row]) -> list[Any]:
        """Return a model for each row. Joined rows of one key are one model."""
        shared: dict[Any, Any] = {}
        return [self._load(row, shared) for row in rows]

    def _load(self, row: Row, shared: dict[Any, Any]) -> Any:
        instance = self._make(row)
        for loader, set_here, set_there in self._joined:
            key = row[loader._key]
            other = None
            if key is not None:
                other = shared.get((loader, key))
                if other is None:
                    other = shared[loader, key] = loader._load(row, shared)
            set_here(instance, other)
            if other is not None:
                set_there(other, instance)
        return instance

    def _of_values(self, row: Row) -> Any:
        return self.model.from_db(DEFAULT_DB_ALIAS, self._names, self._values(row))

    def _of_dictionary(self, row: Row) -> Any:
        instance: Any = self.model.__new__(self.model)
        state = instance._state = ModelState()
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        instance.__dict__.update(zip(self._names, self._values(row), strict=True))
        for name, place in self._special:
            del instance.__dict__[name]
            setattr(instance, name, row[place])
        return instance


def _reader(places: list[int]) -> Callable[[Row], Row]:
    """Return what takes the values at these places out of a row."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda row: (row[places[0]],)


def _is_plain(model: type[Model]) -> bool:
    """Whether a model is nothing but its fields while it is made, and nobody listens."""
    if model.__init__ is not Model.__init__:
        return False
    if getattr_static(model, "from_db") is not getattr_static(Model, "from_db"):
        return False
    return not (pre_init.has_listeners(model) or post_init.has_listeners(model))
