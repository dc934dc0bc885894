"""What requests and answers of trade have in common: codes of countries, years, and how much may be asked."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

CODE = "^[A-Z]{3}$"
PARTY = "^[A-Z]{2}[A-Z0-9]$"
"""A country, or several: CA5."""
MOST_DRAWS = 2000
"""Of the elasticities that a service draws; who needs more runs `karvan trade what-if`."""
MOST_SEED = 2**32 - 1
FIRST, LAST = 1990, 2050
"""Years of which a service foretells trade: further off GDP would only be drawn on."""
Code = Annotated[str, Field(pattern=CODE, description="ISO 3166-1 alpha-3.", examples=["AZE"])]
Codes = Annotated[list[Code], Field(max_length=300)]
Way = Literal["exports", "imports", "turnover"]
Errors = Literal["clustered", "adjusted"]
