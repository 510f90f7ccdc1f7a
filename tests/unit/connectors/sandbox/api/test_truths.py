"""The truth over HTTP: the ledger by rule, the reasons, the totals and the odds, as of the clock."""

from typing import Any

import pytest
import requests


def told(api: Any, path: str) -> requests.Response:
    return requests.get(f"{api.server.url}/sandbox/truth{path}", timeout=60)


def test_the_facts_say_why_what_the_ledger_says(company_api: Any) -> None:
    ledger = told(company_api, "").json()
    facts = told(company_api, "/facts").json()
    assert {(each["rule"], each["record_id"]) for each in facts} == {
        (rule, record_id) for rule, ids in ledger.items() for record_id in ids
    }
    assert all(each["reason"] and each["since"] for each in facts)


def test_totals_are_told_by_period_and_scope(company_api: Any) -> None:
    quarters = told(company_api, "/totals?period=quarter&scope=company").json()
    assert 12 <= len(quarters) <= 14
    assert len(told(company_api, "/totals?period=quarter&scope=rep").json()) > len(quarters)


def test_totals_of_the_staff_are_told(company_api: Any) -> None:
    staff = told(company_api, "/staff").json()
    assert set(staff) == {"activities_by_day", "activities_by_week", "coverage", "leads", "quotas"}
    assert all(staff.values())


def test_stages_quotas_leads_and_deals_are_told(company_api: Any) -> None:
    assert {row["stage"] for row in told(company_api, "/conversions?period=quarter").json()} >= {
        "Discovery",
        "Proposal",
    }
    covered = told(company_api, "/coverage?period=quarter&scope=rep").json()
    assert any(row["quota_amount"] and row["attainment_ratio"] for row in covered)
    leads = told(company_api, "/leads").json()
    assert len({lead["lead_id"] for lead in leads}) == len(leads) > 50
    deals = told(company_api, "/deals").json()
    assert set(deals) == {"stays", "win_cohorts", "open", "stalled", "contracts", "stage_win_rates"}
    assert {row["opportunity_id"] for row in deals["open"]} <= {row["opportunity_id"] for row in deals["stays"]}


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/retention?period=quarter&scope=rep", {"renewal_rate", "gross_retention_rate", "net_retention_ratio"}),
        ("/velocity?scope=team", {"open_qualified_count", "win_rate", "velocity_amount"}),
        ("/touches?period=week&scope=company", {"touched_7_days_rate", "multi_threaded_rate"}),
        ("/stalls?scope=rep", {"stalled_rate", "idle_count"}),
        ("/adherence?scope=company&rules=OPP-01,OPP-02", {"open_count", "breaking_count", "adherence_rate"}),
        ("/conformance?period=week&scope=rep", {"on_process_count", "stage_exit_count", "skipped_exit_count"}),
        ("/credits?period=month&scope=rep", {"split_bookings_amount", "overlay_amount"}),
    ],
)
def test_figures_by_scope_are_told(company_api: Any, path: str, names: set[str]) -> None:
    rows = told(company_api, path).json()
    assert names | {"scope_id"} <= set(rows[-1])
    assert all(any(row[name] for row in rows) for name in names)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/cohorts", {"cohort_start", "kept_count", "net_retention_ratio"}),
        ("/pay", {"owner_id", "quota_amount", "gate_result", "estimated_pay_amount"}),
        ("/finance?period=quarter", {"account_id", "crm_amount", "finance_amount", "difference_amount"}),
    ],
)
def test_cohorts_pay_and_finance_are_told(company_api: Any, path: str, names: set[str]) -> None:
    rows = told(company_api, path).json()
    assert names <= set(rows[-1])
    assert all(any(row[name] for row in rows) for name in names)


def test_finance_hands_out_its_list(company_api: Any, tiny: Any) -> None:
    listed = requests.get(f"{company_api.server.url}/sandbox/bookings", timeout=60)
    assert listed.headers["Content-Type"].startswith("text/csv")
    assert listed.text.startswith("booking_id,booked_date,amount,") and listed.text.count("\n") > 20
    assert requests.get(f"{tiny.server.url}/sandbox/bookings", timeout=60).status_code == 404


def test_forecasts_sellers_and_the_open_pipeline_are_told(company_api: Any) -> None:
    forecasts = told(company_api, "/forecasts?scope=company").json()
    assert set(forecasts) == {"rollups", "accuracy", "ranges", "range_accuracy"}
    assert any(row["hit_rate"] for row in forecasts["rollups"])
    assert any(row["wape_ratio"] for row in forecasts["accuracy"])
    assert all(row["p10_amount"] <= row["p50_amount"] <= row["p90_amount"] for row in forecasts["ranges"])
    assert any(0 < row["coverage_rate"] < 1 for row in forecasts["range_accuracy"])
    assert any(row["open_amount"] for row in told(company_api, "/standing?period=quarter").json())
    sellers = told(company_api, "/sellers?scope=company").json()
    assert set(sellers) == {"months", "ramp", "capacity"}
    assert all(sellers.values())


@pytest.mark.parametrize(
    ("path", "status"), [("/nothing", 404), ("/totals?scope=planet", 400), ("/totals?period=x", 400)]
)
def test_what_there_is_not_is_refused(company_api: Any, path: str, status: int) -> None:
    refused = told(company_api, path)
    assert refused.status_code == status
    assert refused.json()[0]["message"]


def test_an_org_without_a_company_knows_its_ledger_only(tiny: Any) -> None:
    assert told(tiny, "").json() == {}
    assert told(tiny, "/staff").status_code == 404
