"""Print proceedings: data and a template go to typst, a tagged PDF/UA comes back."""

from cms.pdf.render import Printed, keep, kept, look_up, print_document

__all__ = ["Printed", "keep", "kept", "look_up", "print_document"]
