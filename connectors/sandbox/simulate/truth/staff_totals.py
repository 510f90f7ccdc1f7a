"""The true totals of what people do, together: activities, coverage, leads and quotas, as known at an instant."""

from typing import Any

from connectors.sandbox.simulate.staff.quotas import Quotas
from connectors.sandbox.simulate.truth.activity_totals import activity_totals, coverage, weekly_totals
from connectors.sandbox.simulate.truth.lead_totals import lead_totals, quota_totals
from connectors.sandbox.simulate.work.conduct import Conduct

COVERED_DAYS = (7, 14, 30)


def staff_totals(conduct: Conduct, quotas: Quotas, at: int) -> dict[str, Any]:
    """Lists of records by name: see the functions that make them. `at` is an instant in UTC seconds."""
    return {
        "activities_by_day": activity_totals(conduct, at),
        "activities_by_week": weekly_totals(conduct, at),
        "coverage": [coverage(conduct, at, days) for days in COVERED_DAYS],
        "leads": lead_totals(conduct, at),
        "quotas": quota_totals(conduct, quotas, at),
    }
