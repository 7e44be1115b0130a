"""Fold the names there are, as hub.search.folding did when this was written."""

import re
import unicodedata

from django.db import migrations

LENGTH, CHUNK = 150, 500
_UNSEEN = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+")
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_PARTED = re.compile(f"(?<=[{_UNSPACED}])\u200b(?=[{_UNSPACED}])")
_LEFT_OUT = frozenset({"Mn", "Mc", "Me", "Cf"})
_LETTERS = str.maketrans(
    {
        "\u0640": None, "\u0649": "\u064a", "\u06cc": "\u064a", "\u0629": "\u0647", "\u06a9": "\u0643",
        "\u0671": "\u0627", "\u0621": None, "\u0131": "i", "\u00f8": "o", "\u0142": "l", "\u0111": "d",
        "\u00e6": "ae", "\u0153": "oe",
    }
)  # fmt: skip
_DIGITS = re.compile("[\u0660-\u0669\u06f0-\u06f9]")
_PAIRED = "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(f"[{_PAIRED}]+|[^\\W_{_PAIRED}]+")


def folded(name):
    text = _UNSEEN.sub("", _PARTED.sub(" ", name))
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    text = "".join(letter for letter in text if unicodedata.category(letter) not in _LEFT_OUT)
    text = _DIGITS.sub(lambda digit: str(unicodedata.digit(digit[0])), text.translate(_LETTERS))
    return " ".join(_WORD.findall(unicodedata.normalize("NFC", text)))[:LENGTH]


def fill(apps, schema_editor):
    member = apps.get_model("members", "Member")
    rows = []
    for row in member.objects.exclude(name="").only("pk", "name").iterator(chunk_size=CHUNK):
        row.folded_name = folded(row.name)
        rows.append(row)
        if len(rows) == CHUNK:
            member.objects.bulk_update(rows, ["folded_name"])
            rows = []
    member.objects.bulk_update(rows, ["folded_name"])


class Migration(migrations.Migration):
    dependencies = [('members', '0008_folded_name')]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
