"""Set one document in a process of its own: JSON on standard input, PDF on standard output.

A typesetter that reads what strangers wrote can be made to fail hard: typst 0.15 panics where it
should report a missing glyph, and a stack overflow in it would end the whole process. So it never
runs inside the hub. Standalone: it imports nothing of the hub.

Exit status: 0 and a PDF; 3 and the reason on standard error when typst refused.
"""

import json
import sys
from typing import Any

import typst


def set_document(order: dict[str, Any]) -> bytes:
    """Return the PDF for an order.

    Args: order, with ``template``, ``data``, ``fonts`` (folders), ``standards`` and ``timestamp``
    (seconds, UTC).
    """
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=order["fonts"]
    )
    compiler = typst.Compiler(
        order["template"].encode(),
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(order["data"], ensure_ascii=False)},
    )
    pdf = compiler.compile(
        format="pdf", pdf_standards=order["standards"], timestamp=order["timestamp"]
    )
    assert isinstance(pdf, bytes)
    return pdf


if __name__ == "__main__":
    try:
        sys.stdout.buffer.write(set_document(json.load(sys.stdin.buffer)))
    except typst.TypstError as refusal:
        print(refusal.message, file=sys.stderr)  # noqa: T201 - the caller reads it
        sys.exit(3)
