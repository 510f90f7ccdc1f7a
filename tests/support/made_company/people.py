"""Who works in the made-up company, and who leads whom."""

import duckdb

from tests.support.made_company.tables import insert

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


def everybody(connection: duckdb.DuckDBPyConnection) -> None:
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
