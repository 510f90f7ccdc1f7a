"""Which objects are assets: by setting, by what the org or the export answered last, and before anybody was asked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.salesforce.errors import ObjectChoiceError, UnknownObjectError
from connectors.sandbox.server import SandboxServer
from orchestration import choosing
from orchestration.choosing import learn, object_names
from orchestration.settings import Settings
from tests.support.made_org import made_org

Choose = Callable[..., Settings]


@pytest.fixture
def choose(tmp_path: Path) -> Choose:
    def made(**given: Any) -> Settings:
        return Settings(home=tmp_path / "home", _env_file=None, **given)  # type: ignore[call-arg]

    return made


@pytest.fixture
def org() -> Any:
    """Where an org with a few objects is, one of them custom, as settings."""
    with SandboxServer(made_org(["bulk", "history", "tiny", "no cursor"], hours=0), session_id="token") as server:
        yield {"salesforce_instance_url": server.url, "salesforce_session_id": "token"}


def test_without_a_choice_it_is_the_table_less_what_is_excluded(choose: Choose) -> None:
    assert len(object_names(choose())) == 22
    names = object_names(choose(objects_exclude="*History,task"))
    assert "Opportunity" in names
    assert not {"OpportunityHistory", "OpportunityFieldHistory", "Task"} & set(names)


def test_before_the_org_was_asked_patterns_match_the_table(choose: Choose) -> None:
    settings = choose(objects="*FieldHistory,account,Invoice__c,*__x")
    assert object_names(settings) == ["OpportunityFieldHistory", "Account", "Invoice__c"]


def test_what_the_org_answers_is_what_the_assets_are(choose: Choose, org: dict[str, str]) -> None:
    settings = choose(objects="opportunity*,*__C", objects_exclude="*Stage", **org)
    learn(settings)
    assert sorted(object_names(settings)) == ["Opportunity", "OpportunityFieldHistory", "Setting__c"]
    other = choose(objects="opportunity*", **org)
    assert "Setting__c" not in object_names(other)


def test_a_name_in_other_capitals_is_the_orgs_object(choose: Choose, org: dict[str, str]) -> None:
    settings = choose(objects="setting__c,opportunityfieldhistory", **org)
    learn(settings)
    assert object_names(settings) == ["Setting__c", "OpportunityFieldHistory"]


@pytest.mark.parametrize(("objects", "error"), [("Oportunity*", ObjectChoiceError), ("Setings__c", UnknownObjectError)])
def test_what_nothing_answers_to_is_refused(
    choose: Choose, org: dict[str, str], objects: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        learn(choose(objects=objects, **org))


def test_an_export_is_looked_into_in_the_place_of_the_org(choose: Choose, tmp_path: Path) -> None:
    (tmp_path / "Invoice__c.csv").write_text('"Id"\n')
    settings = choose(objects="*__c", export_folder=tmp_path)
    learn(settings)
    assert object_names(settings) == ["Invoice__c"]


def test_nobody_is_asked_where_the_table_knows(choose: Choose) -> None:
    learn(choose(objects="Account,Lead", salesforce_instance_url="http://127.0.0.1:9", salesforce_session_id="x"))


def test_a_damaged_answer_is_no_answer(choose: Choose) -> None:
    settings = choose(objects="Opp*")
    choosing.remember(settings, ["Opportunity"])
    assert object_names(settings) == ["Opportunity"]
    (settings.root / choosing.FILE_NAME).write_text("{")
    assert len(object_names(settings)) > 1
