"""A made-up company in a published-like DuckDB file, small enough to add up by hand.

Vera leads Ann, Bob and Cy; each leads two sellers. The as-of instant is Monday 23 November 2026,
07:00 in Berlin, so the last full week is that of 16 November and the quarter is FY2026-Q4.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.warehouse.connection import connect

AS_OF = datetime(2026, 11, 23, 6)
LAST_WEEK, THIS_WEEK = date(2026, 11, 16), date(2026, 11, 23)
QUARTER = date(2026, 10, 1)

TABLES = {
    "marts.dim_dates": """date_day date, week_start_date date, month_start_date date, quarter_start_date date,
        day_of_week_number integer, is_business_day boolean, fiscal_year_number integer,
        fiscal_quarter_number integer, fiscal_quarter_label varchar, fiscal_quarter_start_date date,
        fiscal_quarter_end_date date""",
    "marts.dim_users": """user_id varchar, user_name varchar, email varchar, title varchar, department varchar,
        role_name varchar, is_active boolean, manager_id varchar, manager_name varchar, is_manager boolean,
        is_seller boolean, hierarchy_level_count integer, created_at timestamp""",
    "marts.dim_reporting_lines": "manager_id varchar, user_id varchar, distance_count integer",
    "marts.dim_sales_stages": """sales_process varchar, stage_name varchar, stage_order integer,
        is_closed boolean, is_won boolean, default_probability_rate double, idle_limit_days integer,
        is_amount_required boolean, is_inferred boolean""",
    "marts.dim_process_rules": """rule_id varchar, rule_name varchar, severity varchar, serves varchar,
        description varchar, threshold_description varchar""",
    "marts.fct_opportunities": """opportunity_id varchar, opportunity_name varchar, opportunity_url varchar,
        account_id varchar, account_name varchar, owner_id varchar, owner_name varchar, manager_id varchar,
        record_type varchar, sales_process varchar, opportunity_type varchar, lead_source varchar,
        stage_name varchar, stage_order integer, forecast_category varchar, is_open boolean, is_closed boolean,
        is_won boolean, is_lost boolean, amount decimal(18, 2), probability_rate double, weighted_amount double,
        stage_win_rate double, expected_amount double, created_at timestamp, created_date date, close_date date,
        closed_at timestamp, won_at timestamp, sales_cycle_days double, age_days double,
        stage_entered_at timestamp, stage_age_days double, push_count integer, next_step varchar,
        last_activity_at timestamp, idle_days double, next_activity_date date, contact_role_count integer,
        loss_reason varchar, fiscal_quarter_start_date date""",
    "marts.fct_opportunity_deletions": """opportunity_id varchar, opportunity_name varchar, owner_id varchar,
        stage_name varchar, amount decimal(18, 2), deleted_at timestamp, deletion_kind varchar""",
    "marts.fct_opportunity_stage_spells": """opportunity_id varchar, spell_number integer,
        sales_process varchar, stage_name varchar, stage_order integer, entered_at timestamp,
        exited_at timestamp, is_current boolean, duration_days double, next_stage_name varchar,
        provenance varchar""",
    "marts.fct_pipeline_daily": """snapshot_date date, owner_id varchar, sales_process varchar,
        stage_name varchar, open_count bigint, open_amount decimal(18, 2), weighted_amount double""",
    "marts.rpt_owner_kpis_weekly": """owner_id varchar, week_start_date date, owner_name varchar,
        manager_id varchar, bookings_amount decimal(18, 2), won_count bigint, lost_count bigint,
        win_rate double, created_count bigint, pipeline_created_amount decimal(18, 2), activity_count bigint,
        meeting_count bigint, open_pipeline_amount decimal(18, 2), open_pipeline_count bigint,
        goal_bookings_amount decimal(18, 2), bookings_gap_amount decimal(18, 2),
        bookings_attainment_ratio double, goal_pipeline_created_amount decimal(18, 2),
        goal_activity_count bigint, goal_meeting_count bigint, previous_bookings_amount decimal(18, 2),
        previous_pipeline_created_amount decimal(18, 2), previous_activity_count bigint, status varchar,
        is_current_week boolean""",
    "marts.rpt_forecast_quarterly": """owner_id varchar, fiscal_quarter_start_date date, owner_name varchar,
        manager_id varchar, fiscal_quarter_label varchar, quota_amount decimal(18, 2),
        closed_won_amount decimal(18, 2), commit_amount decimal(18, 2), best_case_amount decimal(18, 2),
        open_amount decimal(18, 2), weighted_amount double, expected_open_amount double,
        forecast_amount double, gap_amount double, forecast_method varchar, is_current_quarter boolean""",
    "marts.fct_process_exceptions": """exception_id varchar, rule_id varchar, rule_name varchar,
        severity varchar, record_object varchar, record_id varchar, record_name varchar, owner_id varchar,
        owner_name varchar, manager_id varchar, at_risk_amount decimal(18, 2), detail varchar, status varchar,
        first_seen_at timestamp, last_seen_at timestamp, resolved_at timestamp, reopened_count integer,
        waived_reason varchar""",
    "marts.rpt_review_calendar": """manager_id varchar, review_kind varchar, review_name varchar,
        starts_at timestamp, duration_minutes integer, agenda varchar""",
    "marts.rpt_deals_to_inspect": """opportunity_id varchar, opportunity_name varchar,
        opportunity_url varchar, owner_id varchar, owner_name varchar, manager_id varchar,
        account_name varchar, stage_name varchar, forecast_category varchar, amount decimal(18, 2),
        close_date date, idle_days double, stage_age_days double, push_count integer,
        open_exception_count bigint, reasons varchar, inspection_rank integer""",
    "marts.rpt_coaching_focus": """owner_id varchar, owner_name varchar, manager_id varchar, focus varchar,
        evidence varchar""",
    "marts.rpt_rep_process_adherence": """owner_id varchar, open_count bigint,
        deals_with_exception_count bigint, adherence_rate double, at_risk_amount decimal(18, 2)""",
    "marts.rpt_stage_win_rates": """sales_process varchar, stage_name varchar, reached_closed_count bigint,
        won_count bigint, observed_win_rate double, win_rate double, default_probability_rate double""",
    "ops.sync_state": """object_name varchar, table_name varchar, cursor_name varchar, cursor_at timestamp,
        row_count bigint, instance_url varchar, time_zone varchar, run_id varchar, updated_at timestamp""",
    "ops.loads": "run_id varchar, object_name varchar, rows_read bigint, loaded_at timestamp",
    "ops.check_results": """run_id varchar, suite varchar, check_name varchar, table_name varchar,
        severity varchar, is_passed boolean, failing_count bigint, evaluated_count bigint, sample varchar,
        checked_at timestamp""",
}

# user_id, name, manager, is_manager, is_seller, level
PEOPLE: tuple[tuple[str, str, str | None, bool, bool, int], ...] = (
    ("u0", "Vera Top", None, True, False, 0),
    ("m1", "Ann Lee", "u0", True, False, 1),
    ("m2", "Bob Ray", "u0", True, False, 1),
    ("m3", "Cy Fox", "u0", True, False, 1),
    ("r1", "Rita One", "m1", False, True, 2),
    ("r2", "<script>alert(1)</script>", "m1", False, True, 2),
    ("r3", "Rolf Three", "m2", False, True, 2),
    ("r4", "Rosa Four", "m2", False, True, 2),
    ("r5", "Remy Five", "m3", False, True, 2),
    ("r6", "Ruth Six", "m3", False, True, 2),
)
SELLERS = tuple(person for person in PEOPLE if person[4])


@dataclass(frozen=True)
class Company:
    """A published file and a way to plant rows in it."""

    file: Path

    def execute(self, sql: str, *values: Any) -> None:
        with connect(self.file) as connection:
            connection.execute(sql, values or None)

    def insert(self, table: str, **values: Any) -> None:
        with connect(self.file) as connection:
            insert(connection, table, **values)


def insert(connection: duckdb.DuckDBPyConnection, table: str, **values: Any) -> None:
    """One row; columns that are not named are NULL."""
    marks = ", ".join("?" for _ in values)
    connection.execute(f"insert into {table} ({', '.join(values)}) values ({marks})", list(values.values()))


@pytest.fixture(scope="session")
def _company_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("company") / "sales_metrics.duckdb"
    with connect(file) as connection:
        _create(connection)
        _fill(connection)
    return file


@pytest.fixture(scope="session")
def _empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("empty") / "sales_metrics.duckdb"
    with connect(file) as connection:
        _create(connection)
        _people(connection)
        _dates(connection)
        _ops(connection)
    return file


def _home(tmp_path: Path, file: Path) -> Company:
    """Laid out as a home: `current` is a link to the version's folder."""
    version = tmp_path / "home" / "versions" / "20261123T060000Z"
    version.mkdir(parents=True)
    shutil.copy(file, version / "sales_metrics.duckdb")
    (tmp_path / "home" / "current").symlink_to(version, target_is_directory=True)
    return Company(tmp_path / "home" / "current" / "sales_metrics.duckdb")


@pytest.fixture
def company(tmp_path: Path, _company_file: Path) -> Company:
    """A home with the made-up company published in it."""
    return _home(tmp_path, _company_file)


@pytest.fixture
def new_company(tmp_path: Path, _empty_file: Path) -> Company:
    """The same people on their first day: no deal, no quota, no week."""
    return _home(tmp_path, _empty_file)


@pytest.fixture
def make_home(company: Company, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Path]]:
    """Sets SALESPULSE_HOME and the time zone to the company's, and gives the home."""

    def home() -> Path:
        path = company.file.parent.parent
        monkeypatch.setenv("SALESPULSE_HOME", str(path))
        monkeypatch.setenv("SALESPULSE_TIME_ZONE", "Europe/Berlin")
        return path

    yield home


def _create(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema marts; create schema ops")
    for name, columns in TABLES.items():
        connection.execute(f"create table {name} ({columns})")


def _fill(connection: duckdb.DuckDBPyConnection) -> None:
    for part in (_people, _dates, _ops, _weeks, _forecasts, _deals, _management):
        part(connection)


def _people(connection: duckdb.DuckDBPyConnection) -> None:
    names = {user_id: name for user_id, name, *_ in PEOPLE}
    above = {user_id: manager_id for user_id, _, manager_id, *_ in PEOPLE}
    for user_id, name, manager_id, is_manager, is_seller, level in PEOPLE:
        insert(
            connection,
            "marts.dim_users",
            user_id=user_id,
            user_name=name,
            email=f"{user_id}@example.com",
            is_active=True,
            manager_id=manager_id,
            manager_name=names.get(manager_id or ""),
            is_manager=is_manager,
            is_seller=is_seller,
            hierarchy_level_count=level,
        )
        leader, distance = user_id, 0
        while leader:
            connection.execute("insert into marts.dim_reporting_lines values (?, ?, ?)", [leader, user_id, distance])
            leader, distance = above[leader] or "", distance + 1


def _dates(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        """
        insert into marts.dim_dates
        select
            day, date_trunc('week', day), date_trunc('month', day), date_trunc('quarter', day), isodow(day),
            isodow(day) < 6, year(day), quarter(day), 'FY' || year(day) || '-Q' || quarter(day),
            date_trunc('quarter', day), date_trunc('quarter', day) + interval 3 month - interval 1 day
        from (select cast(range as date) as day from range(date '2025-01-01', date '2028-01-01', interval 1 day))
        """
    )


def _ops(connection: duckdb.DuckDBPyConnection) -> None:
    for name, cursor_at, rows in (("Opportunity", AS_OF, 12), ("User", AS_OF - timedelta(hours=1), 10)):
        insert(
            connection,
            "ops.sync_state",
            object_name=name,
            table_name=name.lower(),
            cursor_at=cursor_at,
            row_count=rows,
            time_zone="Europe/Berlin",
            updated_at=AS_OF,
        )
    check: dict[str, Any] = {
        "run_id": "r",
        "suite": "marts",
        "table_name": "marts.fct_opportunities",
        "checked_at": AS_OF,
    }
    insert(
        connection,
        "ops.check_results",
        **check,
        check_name="opportunity_id_is_unique",
        severity="error",
        is_passed=True,
        failing_count=0,
        evaluated_count=12,
    )
    insert(
        connection,
        "ops.check_results",
        **check,
        check_name="close_date_is_not_in_the_past",
        severity="warning",
        is_passed=False,
        failing_count=2,
        evaluated_count=12,
    )


def _weeks(connection: duckdb.DuckDBPyConnection) -> None:
    """Seller n booked n × 1,000 last week of a goal of 3,000, and nothing this week; 14 weeks in all."""
    for number, (user_id, name, manager_id, *_) in enumerate(SELLERS, start=1):
        for back in range(14):
            week = THIS_WEEK - timedelta(weeks=back)
            booked = 0 if back == 0 else number * 1000 if back == 1 else 2000
            insert(
                connection,
                "marts.rpt_owner_kpis_weekly",
                owner_id=user_id,
                week_start_date=week,
                owner_name=name,
                manager_id=manager_id,
                bookings_amount=booked,
                won_count=1 if booked else 0,
                lost_count=0,
                created_count=1,
                pipeline_created_amount=Decimal("100.10") * number,
                activity_count=10 + number,
                meeting_count=number,
                open_pipeline_amount=10_000 * number,
                open_pipeline_count=2,
                goal_bookings_amount=3000,
                goal_pipeline_created_amount=300,
                goal_activity_count=12,
                goal_meeting_count=3,
                previous_bookings_amount=2000,
                previous_pipeline_created_amount=150,
                previous_activity_count=9,
                status="on_track" if booked >= 3000 else "behind",
                is_current_week=back == 0,
            )


def _forecasts(connection: duckdb.DuckDBPyConnection) -> None:
    """Seller n has won n × 10,000 of a quota of 40,000, and 20,000 open of which half is expected. r6 has no quota."""
    for number, (user_id, name, manager_id, *_) in enumerate(SELLERS, start=1):
        for start, label in ((QUARTER, "FY2026-Q4"), (date(2027, 1, 1), "FY2027-Q1")):
            is_current = start == QUARTER
            won = 10_000 * number if is_current else 0
            insert(
                connection,
                "marts.rpt_forecast_quarterly",
                owner_id=user_id,
                fiscal_quarter_start_date=start,
                owner_name=name,
                manager_id=manager_id,
                fiscal_quarter_label=label,
                quota_amount=None if user_id == "r6" else 40_000,
                closed_won_amount=won,
                commit_amount=5000,
                best_case_amount=5000,
                open_amount=20_000,
                weighted_amount=8000.0,
                expected_open_amount=10_000.0,
                forecast_amount=won + 10_000.0,
                forecast_method="stage win rates of the last two years",
                is_current_quarter=is_current,
            )


def _deals(connection: duckdb.DuckDBPyConnection) -> None:
    """Per seller: one open deal (moved this week), one won and, for odd sellers, one lost, all within the week."""
    for number, (user_id, name, manager_id, *_) in enumerate(SELLERS, start=1):
        common = {
            "account_name": f"Account {number}",
            "owner_id": user_id,
            "owner_name": name,
            "manager_id": manager_id,
            "sales_process": "New_Business",
            "created_at": datetime(2026, 6, 1),
        }
        _deal(connection, common, f"open{number}", "Proposal", amount=10_000 * number, close=date(2026, 12, 15))
        for spell, (stage, entered) in enumerate(
            (("Discovery", datetime(2026, 6, 1)), ("Proposal", datetime(2026, 11, 18))), start=1
        ):
            insert(
                connection,
                "marts.fct_opportunity_stage_spells",
                opportunity_id=f"open{number}",
                spell_number=spell,
                stage_name=stage,
                entered_at=entered,
                is_current=spell == 2,
            )
        _deal(connection, common, f"won{number}", "Closed Won", amount=1000 * number, close=date(2026, 11, 19))
        if number % 2:
            _deal(connection, common, f"lost{number}", "Closed Lost", amount=500, close=date(2026, 11, 20))
        _exceptions(connection, number, common)
    _snapshots(connection)


def _snapshots(connection: duckdb.DuckDBPyConnection) -> None:
    """Each seller's pipeline was 50 less (weighted 20 less) on every day before."""
    connection.execute(
        """
        insert into marts.fct_pipeline_daily
        select
            cast(? as date) - cast(days.n as integer), users.user_id, 'New_Business', 'Proposal', 1,
            30000 - 50 * days.n, 12000 - 20 * days.n
        from marts.dim_users as users, (select range as n from range(200)) as days
        where users.is_seller
        """,
        [AS_OF.date()],
    )


def _deal(
    connection: duckdb.DuckDBPyConnection, common: dict[str, Any], key: str, stage: str, *, amount: int, close: date
) -> None:
    is_won, is_lost = stage == "Closed Won", stage == "Closed Lost"
    insert(
        connection,
        "marts.fct_opportunities",
        **common,
        opportunity_id=key,
        opportunity_name=f"Deal {key}",
        opportunity_url=f"https://crm.example.com/{key}",
        stage_name=stage,
        stage_order=4 if not (is_won or is_lost) else 6,
        amount=amount,
        is_open=not (is_won or is_lost),
        is_closed=is_won or is_lost,
        is_won=is_won,
        is_lost=is_lost,
        close_date=close,
        closed_at=datetime(2026, 11, 19, 12) if is_won or is_lost else None,
        forecast_category="Closed" if is_won else "Omitted" if is_lost else "Best Case",
        loss_reason="Price" if is_lost else None,
        expected_amount=None if is_won or is_lost else amount / 2,
        weighted_amount=None if is_won or is_lost else amount * 0.55,
    )


def _exceptions(connection: duckdb.DuckDBPyConnection, number: int, common: dict[str, Any]) -> None:
    """Two open exceptions on the seller's open deal, and a resolved one."""
    for rule, name, severity, status in (
        ("OPP-01", "Close date is not in the past", "high", "open"),
        ("OPP-02", "Next step is filled", "medium", "open"),
        ("OPP-03", "Next step is fresh", "medium", "resolved"),
    ):
        insert(
            connection,
            "marts.fct_process_exceptions",
            exception_id=f"{rule}/{number}",
            rule_id=rule,
            rule_name=name,
            severity=severity,
            record_object="Opportunity",
            record_id=f"open{number}",
            record_name=f"Deal open{number}",
            owner_id=common["owner_id"],
            owner_name=common["owner_name"],
            manager_id=common["manager_id"],
            at_risk_amount=10_000 * number,
            detail='=HYPERLINK("http://evil.example")' if number == 1 else "as the rule says",
            status=status,
            first_seen_at=datetime(2026, 11, 10),
        )


def _management(connection: duckdb.DuckDBPyConnection) -> None:
    for number, (user_id, name, manager_id, *_) in enumerate(SELLERS, start=1):
        insert(
            connection,
            "marts.rpt_deals_to_inspect",
            opportunity_id=f"open{number}",
            opportunity_name="=2+5 Deal" if number == 1 else f"Deal open{number}",
            opportunity_url=f"https://crm.example.com/open{number}",
            owner_id=user_id,
            owner_name=name,
            manager_id=manager_id,
            account_name=f"Account {number}",
            stage_name="Proposal",
            forecast_category="Best Case",
            amount=10_000 * number,
            close_date=date(2026, 11, 1) if number == 1 else date(2026, 12, 15),
            idle_days=number * 10.0,
            stage_age_days=5.0,
            push_count=number,
            open_exception_count=2,
            reasons="close date is past; no next step",
            inspection_rank=number,
        )
        insert(
            connection,
            "marts.rpt_coaching_focus",
            owner_id=user_id,
            owner_name=name,
            manager_id=manager_id,
            focus="Next steps",
            evidence=f"{number} of 10 deals have none",
        )
        insert(
            connection,
            "marts.rpt_rep_process_adherence",
            owner_id=user_id,
            open_count=10,
            deals_with_exception_count=number,
            adherence_rate=1 - number / 10,
            at_risk_amount=10_000 * number,
        )
    for stage, order, won in (("Discovery", 3, 30), ("Proposal", 4, 40)):
        insert(
            connection,
            "marts.dim_sales_stages",
            sales_process="New_Business",
            stage_name=stage,
            stage_order=order,
            is_closed=False,
            is_won=False,
            default_probability_rate=order / 10,
        )
        insert(
            connection,
            "marts.rpt_stage_win_rates",
            sales_process="New_Business",
            stage_name=stage,
            reached_closed_count=100,
            won_count=won,
            observed_win_rate=won / 100,
            win_rate=(won + 2) / 105,
            default_probability_rate=order / 10,
        )
    for manager_id in ("u0", "m1", "m2", "m3"):
        for days in (0, 7, 21):
            insert(
                connection,
                "marts.rpt_review_calendar",
                manager_id=manager_id,
                review_kind="pipeline_review",
                review_name="Pipeline review",
                starts_at=datetime(2026, 11, 23, 9) + timedelta(days=days),
                duration_minutes=45,
                agenda="Deals to inspect",
            )
