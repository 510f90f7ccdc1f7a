"""`Statement` → SQL over the org's current tables (`compile_query`). Runs nothing: see `records`."""

from connectors.sandbox.query.calendar import Calendar, OrgCalendar
from connectors.sandbox.query.compiler import compile_query
from connectors.sandbox.query.plan import Compiled, Output
from connectors.sandbox.query.scope import find_object

__all__ = ["Calendar", "Compiled", "OrgCalendar", "Output", "compile_query", "find_object"]
