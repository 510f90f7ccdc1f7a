"""Orgs filled from files: the shared data sets with their known figures, and files made to fail."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.errors import SourceFilesError
from connectors.sandbox.files.csv_org import open_files
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.store.org import Org

ROOT = Path(__file__).parents[5]
SHARED = ROOT.parent / "shared" / "data"
MAVEN = ROOT / "connectors" / "sandbox" / "files" / "mappings" / "maven.toml"


def shared(name: str) -> Path:
    if not (SHARED / name).is_dir():
        pytest.skip(f"the shared data set {name} is not beside the project")
    return SHARED / name


def shown(org: Org, sql: str) -> list[Any]:
    return org.cursor().execute(sql).fetchall()


@pytest.fixture(scope="module")
def maven() -> Org:
    return open_files(shared("maven"), MAVEN, Clock(datetime(2018, 1, 2)))


def test_maven_keeps_its_figures(maven: Org) -> None:
    counts = {name: maven.count(name) for name in ("Opportunity", "Account", "User", "OpportunityStage")}
    assert counts == {"Opportunity": 8800, "Account": 85, "User": 41, "OpportunityStage": 4}
    assert shown(
        maven,
        'SELECT count(*) FILTER ("IsWon"), sum("Amount") FILTER ("IsWon"), '
        'count(*) FILTER ("IsClosed" AND NOT "IsWon"), count(*) FILTER (NOT "IsClosed") FROM current."Opportunity"',
    ) == [(4238, 10_005_534.0, 2473, 2089)]


def test_maven_deals_have_owners_accounts_and_their_old_keys(maven: Org) -> None:
    assert shown(
        maven,
        'SELECT o."Source_Key__c", o."Name", o."StageName", u."Name", m."Name", a."Name" '
        'FROM current."Opportunity" o JOIN current."User" u ON u."Id" = o."OwnerId" '
        'JOIN current."User" m ON m."Id" = u."ManagerId" JOIN current."Account" a ON a."Id" = o."AccountId" '
        "WHERE o.\"Source_Key__c\" = '1C1I7A6R'",
    ) == [("1C1I7A6R", "Cancity - GTX Plus Basic", "Closed Won", "Moses Frase", "Dustin Brinkmann", "Cancity")]
    assert shown(maven, 'SELECT count(*) FROM current."Opportunity" WHERE "OwnerId" IS NULL') == [(0,)]


def test_maven_managers_are_users_of_their_own(maven: Org) -> None:
    titles = dict(shown(maven, 'SELECT "Title", count(*) FROM current."User" GROUP BY 1'))
    assert titles == {"Account Executive": 35, "Sales Manager": 6}
    assert shown(maven, 'SELECT count(*) FROM current."Account" WHERE "ParentId" IS NOT NULL') == [(15,)]


def test_maven_is_told_over_bulk(maven: Org) -> None:
    with SandboxServer(maven, session_id="S") as server:
        names = [each["name"] for each in _describe(server)["fields"]]
        assert {"Source_Key__c", "Product__c", "IsWon", "SystemModstamp"} <= set(names)
        assert "LeadSource" not in names


def _describe(server: SandboxServer) -> Any:
    import requests

    url = f"{server.url}/services/data/v64.0/sobjects/Opportunity/describe"
    return requests.get(url, headers={"Authorization": "Bearer S"}, timeout=20).json()


@pytest.fixture(scope="module")
def kittycorn() -> Iterator[Org]:
    yield open_files(shared("kittycorn"), None, Clock(datetime(2026, 3, 18)))


def test_kittycorn_loads_unchanged_with_every_column(kittycorn: Org) -> None:
    assert (kittycorn.count("Event"), kittycorn.count("Task")) == (89_521, 82_117)
    for name in ("User", "Account", "Contact", "Task", "Event", "RecordType"):
        file = SHARED / "kittycorn" / f"{name}.parquet"
        columns = [row[0] for row in shown(kittycorn, f"DESCRIBE SELECT * FROM read_parquet('{file}')")]
        assert [field.name for field in kittycorn.schema[name].fields][: len(columns)] == columns
        listed = ", ".join(f'"{column}"' for column in columns)
        assert shown(
            kittycorn,
            f"SELECT count(*) FROM (SELECT {listed} FROM read_parquet('{file}') EXCEPT SELECT {listed} "
            f'FROM current."{name}")',
        ) == [(0,)]


def test_kittycorn_has_no_object_without_a_file(kittycorn: Org) -> None:
    assert set(kittycorn.schema) == {"User", "Account", "Contact", "Task", "Event", "RecordType", "Organization"}
    assert len(kittycorn.schema["User"].fields) == 170
    described = kittycorn.schema["Event"].find("Recordstamp")
    assert described is not None
    assert described.type == "datetime"


def write(directory: Path, name: str, text: str) -> Path:
    path = directory / name
    path.write_text(text, encoding="utf-8")
    return path


def test_plain_files_take_their_header_as_field_names(tmp_path: Path) -> None:
    write(
        tmp_path,
        "Opportunity.csv",
        "Id,Name,StageName,Amount,CloseDate,OwnerId,Score__c\n"
        "006000000000001AAA,One,Closed Won,10.5,2026-01-05,005000000000001AAA,3\n"
        "006000000000002AAA,Two,Chatting,,2026-04-05,005000000000001AAA,\n",
    )
    org = open_files(tmp_path, None, Clock(datetime(2026, 3, 18)))
    assert set(org.schema) == {"Opportunity", "OpportunityStage", "User", "Organization"}
    score = org.schema["Opportunity"].find("Score__c")
    assert score is not None
    assert score.type == "long"
    assert shown(
        org, 'SELECT "Name", "IsWon", "Probability", "ExpectedRevenue" FROM current."Opportunity" ORDER BY 1'
    ) == [("One", True, 100.0, 10.5), ("Two", False, 50.0, None)]
    assert shown(org, 'SELECT "Id", "IsActive" FROM current."User"') == [("005000000000001AAA", True)]


@pytest.mark.parametrize(
    ("files", "mapping", "words"),
    [
        ({}, None, "no .csv or .parquet file"),
        ({"Account.csv": "Id,NumberOfEmployees\n001000000000001AAA,few\n"}, None, "does not fit its field"),
        ({"a.csv": "x\n1\n"}, '[objects.Account]\nfile = "b.csv"\n', "is not there"),
        ({"a.csv": "x\n1\n"}, '[objects.Account]\nfile = "a.csv"\ncolums = {}\n', "unknown keys ['colums']"),
        (
            {"a.csv": "x\n1\n"},
            '[objects.Account]\nfile = "a.csv"\ncolumns = { Name = "y" }\n',
            "asks for columns ['y']",
        ),
        ({"a.csv": "x\n1\n1\n"}, '[objects.Account]\nfile = "a.csv"\nkey = "x"\n', "is not unique"),
        (
            {"a.csv": "x,up\nA,B\n"},
            '[objects.Account]\nfile = "a.csv"\nkey = "x"\ncolumns = { Name = "x" }\n'
            'lookups.ParentId = { column = "up", object = "Account" }\n',
            "1 values of 'up' name no Account, such as ['B']",
        ),
        ({"a.csv": "x\n1\n"}, "objects = [", "no valid TOML"),
    ],
)
def test_files_that_cannot_become_an_org_are_named_with_the_reason(
    tmp_path: Path, files: dict[str, str], mapping: str | None, words: str
) -> None:
    for name, text in files.items():
        write(tmp_path, name, text)
    told = write(tmp_path, "mapping.toml", mapping) if mapping else None
    with pytest.raises(SourceFilesError, match=r".+") as refused:
        open_files(tmp_path, told, Clock(datetime(2026, 3, 18)))
    assert words in str(refused.value)
