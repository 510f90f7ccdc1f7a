"""What a manager reads, for the made-up company of conftest.py."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.delivery.pack import Link, Pack, PackTable, Recipient
from orchestration.components.contents import manager_pack
from orchestration.report.published import open_published

ANN, VERA = Recipient("m1", "Ann Lee", "m1@example.com"), Recipient("u0", "Vera Top", "u0@example.com")


def pack(company: Any, manager: Recipient = ANN) -> Pack:
    with open_published(company.file, "Europe/Berlin") as published:
        return manager_pack(published, manager, export="manager_pack", title="Your team's week")


def table(company: Any, name: str, manager: Recipient = ANN) -> PackTable:
    return next(table for table in pack(company, manager).tables if table.name == name)


def column(table: PackTable, name: str) -> list[Any]:
    values = [row.values[table.position(name)] for row in table.rows]
    return [value.text if isinstance(value, Link) else value for value in values]


def test_the_pack_names_its_team_week_and_key(company: Any) -> None:
    ann = pack(company)
    assert ann.subtitle == "Ann Lee's team · week of 16 Nov 2026 · FY2026-Q4"
    assert ann.key == "manager_pack/m1/2026-W48"
    assert ann.as_of.isoformat() == "2026-11-23T07:00:00+01:00"


def test_the_tables_come_in_the_order_of_a_review(company: Any) -> None:
    assert [table.name for table in pack(company).tables] == [
        "team",
        "deals_to_inspect",
        "what_changed",
        "process_exceptions",
        "whom_to_coach",
        "review_calendar",
    ]


@pytest.mark.parametrize("manager", [ANN, VERA])
def test_the_teams_line_is_the_sum_of_the_sellers_lines(company: Any, manager: Recipient) -> None:
    team = table(company, "team", manager)
    assert team.total is not None
    for candidate in team.columns:
        if candidate.unit in ("money", "count"):
            shown = [value for value in column(team, candidate.name) if value is not None]
            assert team.total.values[team.position(candidate.name)] == sum(shown, Decimal(0)), candidate.name


def test_the_headline_is_the_teams_line(company: Any) -> None:
    ann = pack(company)
    team = ann.tables[0]
    assert team.total is not None
    assert ann.figures[1].value == team.total.values[team.position("closed_won_amount")] == 30_000
    assert team.total.values[team.position("attainment_ratio")] == ann.figures[1].attainment == 0.375


def test_a_line_has_gap_attainment_and_status(company: Any) -> None:
    team = table(company, "team")
    assert column(team, "owner_name") == ["Rita One", "<script>alert(1)</script>"]
    assert column(team, "gap_amount") == [2000, 1000]
    assert column(team, "attainment_ratio") == [0.25, 0.5]
    assert column(team, "status") == ["behind", "behind"]
    assert column(team, "grave_free_rate") == pytest.approx([0.9, 0.8])
    assert team.rows[0].marks["gap_amount"] == "bad"


def test_sellers_without_a_quota_are_named_in_a_note(company: Any) -> None:
    assert any("Without a quota for FY2026-Q4: Ruth Six" in note for note in pack(company, VERA).notes)
    assert not any("Without a quota" in note for note in pack(company).notes)


def test_deals_come_by_rank_with_a_link_and_with_what_stands_out(company: Any) -> None:
    deals = table(company, "deals_to_inspect")
    assert column(deals, "opportunity_name") == ["=2+5 Deal", "Deal open2"]
    link = deals.rows[0].values[0]
    assert isinstance(link, Link)
    assert link.url == "https://crm.example.com/open1"
    assert deals.rows[0].marks == {"close_date": "bad"}
    assert deals.rows[1].marks == {"idle_days": "warn", "push_count": "warn"}


def test_a_list_that_was_cut_says_so(company: Any) -> None:
    for number in range(100, 130):
        company.insert("marts.rpt_deals_to_inspect", opportunity_id=f"x{number}", owner_id="r1", inspection_rank=number)
    deals = table(company, "deals_to_inspect")
    assert len(deals.rows) == 20
    assert deals.note.endswith("The first 20 of 32.")


def test_changes_are_the_last_seven_days_weightiest_first_and_one_line_a_deal(company: Any) -> None:
    changed = table(company, "what_changed")
    assert list(zip(column(changed, "kind"), column(changed, "opportunity_name"), strict=True)) == [
        ("Won", "Deal won2"),
        ("Won", "Deal won1"),
        ("Lost", "Deal lost1"),
        ("Moved", "Deal open2"),
        ("Moved", "Deal open1"),
    ]
    assert column(changed, "detail")[2:4] == ["Price", "Discovery → Proposal"]
    assert changed.note == "In the last 7 days: 2 won (3,000), 1 lost (500), 2 moved (30,000)."


def test_a_new_and_a_deleted_deal_are_changes(company: Any) -> None:
    company.execute(
        "update marts.fct_opportunities set created_at = ? where opportunity_id = 'open1'", datetime(2026, 11, 17)
    )
    company.insert(
        "marts.fct_opportunity_deletions",
        opportunity_id="gone",
        opportunity_name="Gone",
        owner_id="r2",
        stage_name="Discovery",
        amount=70,
        deleted_at=datetime(2026, 11, 22, 23, 30),
    )
    changed = table(company, "what_changed")
    rows = dict(zip(column(changed, "opportunity_name"), column(changed, "kind"), strict=True))
    assert (rows["Deal open1"], rows["Gone"]) == ("New", "Deleted")
    when = dict(zip(column(changed, "opportunity_name"), column(changed, "changed_on"), strict=True))
    assert when["Gone"] == date(2026, 11, 23)  # half past midnight in Berlin


def test_what_is_older_than_seven_days_is_no_change(company: Any) -> None:
    company.execute("update marts.fct_opportunities set closed_at = ? where is_closed", datetime(2026, 11, 16, 6))
    company.execute("update marts.fct_opportunity_stage_spells set entered_at = ?", datetime(2026, 11, 16, 6))
    changed = table(company, "what_changed")
    assert changed.rows == ()
    assert changed.note == "In the last 7 days: nothing."


def test_a_deal_that_moved_away_and_back_has_not_moved(company: Any) -> None:
    company.insert(
        "marts.fct_opportunity_stage_spells",
        opportunity_id="open1",
        spell_number=3,
        stage_name="Discovery",
        entered_at=datetime(2026, 11, 20),
    )
    assert "Deal open1" not in column(table(company, "what_changed"), "opportunity_name")


def test_exceptions_are_open_ones_the_gravest_and_costliest_first(company: Any) -> None:
    exceptions = table(company, "process_exceptions")
    assert column(exceptions, "severity") == ["High", "High", "Medium", "Medium"]
    assert column(exceptions, "at_risk_amount") == [20_000, 10_000, 20_000, 10_000]
    assert exceptions.rows[0].marks == {"severity": "bad"}


def test_the_calendar_holds_the_managers_own_reviews_of_two_weeks_in_local_time(company: Any) -> None:
    reviews = table(company, "review_calendar")
    assert column(reviews, "starts_at") == [datetime(2026, 11, 23, 10), datetime(2026, 11, 30, 10)]
    assert {row.owner_id for row in reviews.rows} == {"m1"}


def test_a_new_company_has_packs_without_rows(new_company: Any) -> None:
    new = pack(new_company)
    assert [len(table.rows) for table in new.tables] == [2, 0, 0, 0, 0, 0]
    assert new.figures[0].value == 0
