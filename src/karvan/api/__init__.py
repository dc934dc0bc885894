"""The REST service: every study at an address, for the studio and for programs of any language."""
