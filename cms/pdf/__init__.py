"""Print proceedings: data and a template go to typst, a tagged PDF/UA comes back."""

from cms.pdf.render import Printed, print_document, template_digest

__all__ = ["Printed", "print_document", "template_digest"]
