"""The part of the raw border that looks back at the source: does it agree, does it move on, is it the same?

Judged by what the sync wrote into the schema `ops`; nothing is asked here.
"""

from collections.abc import Iterable

from expectations.check import Check, NoRows

# Changes that are younger than this may still be settling at the source.
SETTLING = "interval 15 minute"


def checks(suite: str, schema: str, name: str) -> Iterable[Check]:
    """The checks on one raw table."""
    table = f"{schema}.{name}"
    yield Check(
        suite,
        "warehouse_agrees_with_the_source",
        table,
        "error",
        f"Counts of {name}, and sums by month where it has amounts, are the source's as of the same cursor.",
        NoRows(f"""
            select
                compared.measure, compared.month, compared.currency, compared.source_count, compared.warehouse_count,
                compared.source_amount, compared.warehouse_amount, compared.as_of
            from ops.reconciliation as compared
            inner join ops.sync_state as ledger
                on ledger.table_name = compared.table_name and ledger.run_id = compared.run_id
            where compared.table_name = '{name}' and not compared.is_equal
            order by
                compared.month is not null,
                abs(compared.source_count - compared.warehouse_count) desc,
                abs(compared.source_amount - compared.warehouse_amount) desc
        """),
        needs=("ops.reconciliation", "ops.sync_state"),
        population=f"select count(*) from ops.reconciliation where table_name = '{name}'",
    )
    yield Check(
        suite,
        "cursor_moves_while_the_source_does",
        table,
        "warning",
        f"The cursor of {name} has moved since the sync before, if the source has newer records.",
        NoRows(f"""
            with states as (
                select *, row_number() over (order by measured_at desc) as place
                from ops.source_state where table_name = '{name}'
            )
            select latest.cursor_at, latest.newest_change_at, latest.measured_at, before.measured_at as unmoved_since
            from states as latest
            inner join states as before on before.place = 2 and before.cursor_at = latest.cursor_at
            where latest.place = 1
                and latest.newest_change_at > latest.cursor_at
                and latest.newest_change_at < latest.measured_at - {SETTLING}
        """),
        needs=("ops.source_state",),
        population=f"select count(*) from ops.source_state where table_name = '{name}'",
    )
    yield Check(
        suite,
        "fields_are_those_of_the_last_publication",
        table,
        "warning",
        f"No field of {name} was added, retyped or has vanished since the last publication.",
        # A field that vanished may be hidden from the user by field-level security: its values stay as they were.
        NoRows(f"""
            select changed.field_name, changed.change, changed.before, changed.after, changed.seen_at
            from ops.schema_changes as changed
            inner join ops.sync_state as ledger on ledger.object_name = changed.object_name
            where ledger.table_name = '{name}'
                and changed.seen_at > (
                    select coalesce(max(published_at), timestamp '1970-01-01') from ops.publications
                )
            order by changed.change desc, changed.field_name
        """),
        needs=("ops.schema_changes", "ops.sync_state", "ops.publications"),
    )
