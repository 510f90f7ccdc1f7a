"""SOQL text → `Statement` (`parse`) and back (`spell`). Whether the names exist is the business of `query`."""

from connectors.sandbox.soql.parser import parse
from connectors.sandbox.soql.spelling import spell

__all__ = ["parse", "spell"]
