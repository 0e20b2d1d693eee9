"""gettext PO and POT."""
