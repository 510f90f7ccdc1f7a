"""The border where data comes in: was each object loaded whole, once, and inside its window?

`error` is load integrity: nothing may be built on a table that fails it. The rest is `warning`: the
source may really be so. What the numbers mean is judged behind the models, in `marts`.
"""

from collections.abc import Iterable
from itertools import chain

from expectations.check import Check, NoRows, NotNull, Unique
from expectations.suites import source

SUITE = "raw"
SCHEMA = "raw_salesforce"

# The synced tables, each with the column that its windows are normally cut on.
CURSORS: dict[str, str] = {
    "organization": "system_modstamp",
    "period": "system_modstamp",
    "currency_type": "system_modstamp",
    "dated_conversion_rate": "system_modstamp",
    "user_role": "system_modstamp",
    "user": "system_modstamp",
    "record_type": "system_modstamp",
    "opportunity_stage": "system_modstamp",
    "account": "system_modstamp",
    "contact": "system_modstamp",
    "lead": "system_modstamp",
    "opportunity": "system_modstamp",
    "opportunity_history": "system_modstamp",
    "opportunity_field_history": "created_date",
    "opportunity_contact_role": "system_modstamp",
    "opportunity_split_type": "system_modstamp",
    "opportunity_split": "system_modstamp",
    "opportunity_line_item": "system_modstamp",
    "quote": "system_modstamp",
    "task": "system_modstamp",
    "event": "system_modstamp",
    "forecasting_quota": "system_modstamp",
}

# Without rows in these no mart says anything.
CORE_TABLES = ("opportunity", "user", "opportunity_stage")

# table, column, the table that the ids live in. Owners that may be queues are left out.
REFERENCES: tuple[tuple[str, str, str], ...] = (
    ("opportunity", "owner_id", "user"),
    ("opportunity", "account_id", "account"),
    ("opportunity", "record_type_id", "record_type"),
    ("opportunity_history", "opportunity_id", "opportunity"),
    ("opportunity_field_history", "opportunity_id", "opportunity"),
    ("opportunity_contact_role", "opportunity_id", "opportunity"),
    ("opportunity_contact_role", "contact_id", "contact"),
    ("opportunity_split", "opportunity_id", "opportunity"),
    ("opportunity_split", "split_owner_id", "user"),
    ("opportunity_split", "split_type_id", "opportunity_split_type"),
    ("opportunity_line_item", "opportunity_id", "opportunity"),
    ("quote", "opportunity_id", "opportunity"),
    ("contact", "account_id", "account"),
    ("user", "manager_id", "user"),
    ("forecasting_quota", "quota_owner_id", "user"),
)


def checks(tables: Iterable[str] = ()) -> tuple[Check, ...]:
    """All checks of this border. `tables` (qualified) adds the integrity checks of further raw tables."""
    further = (name.removeprefix(f"{SCHEMA}.") for name in tables if name.startswith(f"{SCHEMA}."))
    names = dict.fromkeys(chain(CURSORS, further))
    return tuple(chain.from_iterable(_checks_of(name) for name in names))


def _checks_of(name: str) -> Iterable[Check]:
    yield from _key(name)
    yield from _ledger(name)
    yield from source.checks(SUITE, SCHEMA, name)
    if name in CORE_TABLES:
        yield _not_empty(name)
    if name == "opportunity":
        yield _known_stage()
    for table, column, target in REFERENCES:
        if table == name:
            yield _resolves(table, column, target)


def _key(name: str) -> Iterable[Check]:
    table = f"{SCHEMA}.{name}"
    yield Check(SUITE, "id_is_unique", table, "error", f"Each {name} is there once.", Unique(("id",)))
    yield Check(SUITE, "id_is_not_null", table, "error", f"Each {name} record has an Id.", NotNull("id"))


def _ledger(name: str) -> Iterable[Check]:
    table = f"{SCHEMA}.{name}"
    cursor = CURSORS.get(name, "system_modstamp")
    yield Check(
        SUITE,
        "loaded_count_equals_the_ledger",
        table,
        "error",
        f"{name} holds as many live rows as the sync ledger noted in the transaction that loaded them.",
        NoRows(f"""
            select '{name}' as table_name, loaded.row_count as loaded_count, ledger.row_count as ledger_count
            from (select count(*) as row_count from subject where _deleted_at is null) as loaded
            left join ops.sync_state as ledger on ledger.table_name = '{name}'
            where loaded.row_count <> coalesce(ledger.row_count, 0)
        """),
        needs=("ops.sync_state",),
    )
    yield Check(
        SUITE,
        "landed_pages_add_up_to_the_rows_read",
        table,
        "error",
        f"For each load of {name} the rows of the landed pages are the rows that were read.",
        # A page that two runs saw (resumed, or loaded again from the landing zone) counts once.
        NoRows(f"""
            with pages as (
                select object_name, job_id, sum(rows) as page_rows
                from (select distinct object_name, job_id, page_number, rows from ops.landing_pages)
                group by object_name, job_id
            )
            select loads.run_id, loads.job_id, loads.rows_read, coalesce(pages.page_rows, 0) as page_rows
            from ops.loads as loads
            left join pages
                on pages.object_name = loads.object_name and pages.job_id is not distinct from loads.job_id
            where loads.table_name = '{name}' and loads.rows_read <> coalesce(pages.page_rows, 0)
            order by loads.loaded_at desc
        """),
        needs=("ops.loads", "ops.landing_pages"),
        population=f"select count(*) from ops.loads where table_name = '{name}'",
    )
    yield Check(
        SUITE,
        "no_record_is_newer_than_the_cursor",
        table,
        "error",
        f"No {name} record that was asked for up to an instant changed after the one that the source vouched for.",
        # Where all is read, whatever changes meanwhile comes with it; the next sync reads it again.
        NoRows(f"""
            select record.id, record.{cursor}, ledger.cursor_at
            from subject as record
            inner join ops.sync_state as ledger
                on ledger.table_name = '{name}' and ledger.cursor_name = '{cursor}'
            left join ops.loads as load
                on load.table_name = '{name}' and load.run_id = record._load_id and load.job_id = record._job_id
            where record.{cursor} > ledger.cursor_at and load.mode is distinct from 'full'
            order by record.{cursor} desc
        """),
        needs=("ops.sync_state", "ops.loads", f"{table}.{cursor}", f"{table}._job_id"),
    )
    yield Check(
        SUITE,
        "last_load_rejected_no_value",
        table,
        "warning",
        f"Every value in the last load of {name} had the type that the source declares.",
        # A value is noted the first time it is rejected: where the last load met only known ones, all are shown.
        NoRows(f"""
            with last_load as (
                select loads.object_name, loads.run_id
                from ops.loads as loads
                inner join ops.sync_state as ledger
                    on ledger.object_name = loads.object_name and ledger.run_id = loads.run_id
                where ledger.table_name = '{name}'
                group by loads.object_name, loads.run_id
                having sum(loads.rows_rejected) > 0
            ),
            found as (
                select rejected.*, rejected.run_id = last_load.run_id as is_new
                from ops.rejects as rejected
                inner join last_load on last_load.object_name = rejected.object_name
            )
            select record_id, field_name, value, duckdb_type from found
            where is_new or not exists (select 1 from found as other where other.is_new)
            order by field_name, record_id
        """),
        needs=("ops.sync_state", "ops.loads", "ops.rejects"),
    )


def _not_empty(name: str) -> Check:
    return Check(
        SUITE,
        "synced_table_is_not_empty",
        f"{SCHEMA}.{name}",
        "warning",
        f"The source has {name} records, and they are visible to the user that reads them.",
        NoRows(f"""
            select ledger.object_name, ledger.run_id, ledger.cursor_at
            from ops.sync_state as ledger
            where ledger.table_name = '{name}' and not exists (select 1 from subject)
        """),
        needs=("ops.sync_state",),
    )


def _known_stage() -> Check:
    return Check(
        SUITE,
        "stage_name_is_a_known_stage",
        f"{SCHEMA}.opportunity",
        "warning",
        "Every opportunity is in a stage that the stage table lists.",
        NoRows(f"""
            select record.id, record.name, record.stage_name
            from subject as record
            where record.stage_name is not null
                and exists (select 1 from ops.sync_state where table_name = 'opportunity_stage')
                and not exists (
                    select 1 from {SCHEMA}.opportunity_stage as stage
                    where stage.master_label = record.stage_name
                )
            order by record.stage_name, record.id
        """),
        needs=("ops.sync_state", f"{SCHEMA}.opportunity_stage"),
    )


def _resolves(table: str, column: str, target: str) -> Check:
    return Check(
        SUITE,
        f"{column}_is_a_known_{target}",
        f"{SCHEMA}.{table}",
        "warning",
        f"Every {column} of a {table} record that is not deleted leads to a {target} record.",
        NoRows(f"""
            select record.id, record.{column}
            from subject as record
            where record.{column} is not null
                and record._deleted_at is null
                and exists (select 1 from ops.sync_state where table_name = '{target}')
                and not exists (select 1 from {SCHEMA}."{target}" as target where target.id = record.{column})
            order by record.id
        """),
        needs=("ops.sync_state", f"{SCHEMA}.{target}"),
    )
