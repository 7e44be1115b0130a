"""Follow one message through the code: each call into another file is a stop, one upwards a climb."""

import sys
from collections.abc import Callable
from configparser import ConfigParser
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
PRODUCT = ("hub", "forums", "listserv", "conferences", "liaison", "cms")


def _layers() -> list[list[str]]:
    """Return the layers of the product, lowest first, as the contracts name them."""
    config = ConfigParser()
    config.read(ROOT / ".importlinter")
    mail = config["importlinter:contract:listserv"]["layers"].split("\n")
    rooms = config["importlinter:contract:rooms"]["layers"].split("\n")
    order: list[list[str]] = [["hub.lib"], ["hub"]]
    for line in reversed([row for row in rooms if row.strip()]):
        names = [name.strip() for name in line.split("|")]
        if "listserv" in names:
            inside = [row for row in reversed(mail) if row.strip()]
            order += [[f"listserv.{part.strip()}" for part in row.split("|")] for row in inside]
        order.append(names)
    return order


_ORDER = _layers()


def layer_of(file: str) -> int:
    """Return the height of a file of the product."""
    name = ".".join(Path(file).relative_to(ROOT).with_suffix("").parts)
    for height, names in enumerate(_ORDER):
        if any(name == own or name.startswith(f"{own}.") for own in names):
            return height
    raise ValueError(name)


def _is_product(file: str) -> bool:
    parts = Path(file).parts
    root = ROOT.parts
    return parts[: len(root)] == root and len(parts) > len(root) and parts[len(root)] in PRODUCT


def follow(act: Callable[[], Any]) -> list[tuple[str, str, str]]:
    """Do something; return its stops as (file, file, function): from, to, what was called."""
    stops: list[tuple[str, str, str]] = []

    def note(frame: FrameType, event: str, _arg: object) -> None:
        file = frame.f_code.co_filename
        if event != "call" or not _is_product(file):
            return
        caller = frame.f_back
        while caller is not None and not _is_product(caller.f_code.co_filename):
            caller = caller.f_back
        if caller is not None and caller.f_code.co_filename != file:
            stops.append((caller.f_code.co_filename, file, frame.f_code.co_name))

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return [(_short(origin), _short(target), name) for origin, target, name in stops]


def _short(file: str) -> str:
    return str(Path(file).relative_to(ROOT))


def climbs(stops: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Return the stops that lead into a higher layer."""
    return [stop for stop in stops if layer_of(str(ROOT / stop[1])) > layer_of(str(ROOT / stop[0]))]
