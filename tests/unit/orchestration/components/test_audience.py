"""Who gets a pack, and the check that nothing else is in it."""

from dataclasses import replace
from typing import Any

import pytest

from connectors.delivery.pack import Pack, PackColumn, PackRow, PackTable, Recipient
from orchestration.components.audience import Audience, AudienceError, Team, assert_within, managers
from orchestration.components.contents import manager_pack
from orchestration.report.published import open_published


def audience(company: Any) -> Audience:
    with open_published(company.file) as published:
        return managers(published)


def pack_of(company: Any, team: Team) -> Pack:
    with open_published(company.file) as published:
        return manager_pack(published, team.manager, export="manager_pack", title="Week")


def test_every_manager_gets_a_pack_the_top_first(company: Any) -> None:
    assert [team.manager.name for team in audience(company).teams] == ["Vera Top", "Ann Lee", "Bob Ray", "Cy Fox"]


def test_a_manager_sees_everybody_below(company: Any) -> None:
    top, ann, *_ = audience(company).teams
    assert ann.member_ids == {"m1", "r1", "r2"}
    assert len(top.member_ids) == 10


def test_a_manager_who_left_gets_none_and_is_named(company: Any) -> None:
    company.execute("update marts.dim_users set is_active = false where user_id = 'm2'")
    found = audience(company)
    assert found.inactive == ("Bob Ray",)
    assert "Bob Ray" not in {team.manager.name for team in found.teams}


def test_managers_in_a_circle_are_no_endless_loop(company: Any) -> None:
    company.execute("update marts.dim_users set manager_id = 'm1' where user_id = 'u0'")
    ann = next(team for team in audience(company).teams if team.manager.id == "m1")
    assert len(ann.member_ids) == 10


@pytest.mark.parametrize("position", range(4))
def test_every_pack_passes_and_no_table_of_it_is_empty(company: Any, position: int) -> None:
    team = audience(company).teams[position]
    pack = pack_of(company, team)
    assert_within(pack, team)
    assert all(table.rows for table in pack.tables)


@pytest.mark.parametrize("table", range(6))
def test_one_foreign_row_in_any_table_is_found(company: Any, table: int) -> None:
    ann = audience(company).teams[1]
    pack = pack_of(company, ann)
    found = pack.tables[table]
    foreign = replace(found, rows=(*found.rows, replace(found.rows[0], owner_id="r3")))
    tables = (*pack.tables[:table], foreign, *pack.tables[table + 1 :])
    with pytest.raises(AudienceError, match="r3 in") as caught:
        assert_within(replace(pack, tables=tables), ann)
    assert caught.value.strangers == ((found.name, "r3"),)


@pytest.mark.parametrize("owner_id", ["u0", "m2", None])
def test_the_boss_a_peer_and_nobody_are_foreign_too(company: Any, owner_id: str | None) -> None:
    ann = audience(company).teams[1]
    row = PackRow(("x",), owner_id)
    table = PackTable("t", "T", (PackColumn("a", "A"),), (), total=row)
    with pytest.raises(AudienceError):
        assert_within(replace(pack_of(company, ann), tables=(table,)), ann)


def test_a_pack_in_anothers_name_is_refused(company: Any) -> None:
    ann = audience(company).teams[1]
    with pytest.raises(AudienceError):
        assert_within(replace(pack_of(company, ann), audience=Recipient("m2", "Bob Ray", ""), tables=()), ann)
