"""Settings are read from the environment, and what is wrong with them is said by name."""

from pathlib import Path

import pytest

from orchestration.settings import ConfigurationError, Settings, load_settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the caller's variables nor a `.env` of the checkout take part."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SALESPULSE_{name.upper()}", raising=False)


def test_without_settings_everything_has_a_default_and_no_login() -> None:
    settings = load_settings()
    assert settings.root == Path(".salespulse").absolute()
    assert settings.objects == ()
    assert settings.login_flow is None


def test_a_list_is_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALESPULSE_OBJECTS", "Account, Opportunity,,Task ")
    assert load_settings().objects == ("Account", "Opportunity", "Task")


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALESPULSE_THREADS", "")
    assert load_settings().threads == 2


def test_the_file_in_the_working_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SALESPULSE_TIME_ZONE=Europe/Vienna\n# a remark\n")
    assert load_settings().zone.key == "Europe/Vienna"


@pytest.mark.parametrize(
    ("given", "flow"),
    [
        ({"salesforce_instance_url": "https://x.my.salesforce.com", "salesforce_session_id": "s"}, "session"),
        ({"salesforce_username": "u", "salesforce_password": "p"}, "password"),
        ({"salesforce_client_id": "c", "salesforce_client_secret": "s"}, "client_credentials"),
        ({"salesforce_username": "u", "salesforce_client_id": "c", "salesforce_private_key_file": "k.pem"}, "jwt"),
    ],
)
def test_the_credentials_that_are_there_decide_how_to_log_in(given: dict[str, str], flow: str) -> None:
    assert load_settings(**given).login_flow == flow


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"threads": "many"}, "SALESPULSE_THREADS"),
        ({"time_zone": "Middle/Earth"}, "SALESPULSE_TIME_ZONE"),
        ({"memory_limit": "lots"}, "SALESPULSE_MEMORY_LIMIT"),
        ({"salesforce_login_url": "login.salesforce.com"}, "SALESPULSE_SALESFORCE_LOGIN_URL"),
        ({"salesforce_session_id": "s"}, "SALESPULSE_SALESFORCE_INSTANCE_URL"),
        ({"salesforce_password": "p"}, "SALESPULSE_SALESFORCE_USERNAME"),
        ({"salesforce_private_key_file": "k"}, "SALESPULSE_SALESFORCE_CLIENT_ID"),
        ({"salesforce_client_secret": "s"}, "SALESPULSE_SALESFORCE_CLIENT_ID"),
    ],
)
def test_a_wrong_setting_is_named(given: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        load_settings(**given)


def test_all_wrong_settings_are_told_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(threads="many", time_zone="Middle/Earth")
    assert len(caught.value.problems) == 2


def test_a_secret_is_in_no_message_and_no_repr() -> None:
    settings = load_settings(salesforce_username="u", salesforce_password="hush-hush")
    assert "hush-hush" not in repr(settings)
    with pytest.raises(ConfigurationError) as caught:
        load_settings(salesforce_password="hush-hush")
    assert "hush-hush" not in str(caught.value)


def test_a_mask_needs_a_key_and_its_problem_does_not_tell_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALESPULSE_MASK_FIELDS", "Contact.Email,*.Phone")
    monkeypatch.setenv("SALESPULSE_MASK_KEY", "too short")
    with pytest.raises(ConfigurationError, match="SALESPULSE_MASK_KEY") as caught:
        load_settings()
    assert "too short" not in str(caught.value)
    monkeypatch.setenv("SALESPULSE_MASK_KEY", "a secret of some length")
    assert load_settings().field_choice.mask == ("Contact.Email", "*.Phone")
