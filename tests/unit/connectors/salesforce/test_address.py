"""A token goes to Salesforce over https, to this machine, or to a host allowed by name: nowhere else."""

import pytest

from connectors.salesforce.address import trusted
from connectors.salesforce.errors import InstanceUrlError


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://acme.my.salesforce.com", "https://acme.my.salesforce.com"),
        ("https://acme.my.salesforce.com/", "https://acme.my.salesforce.com"),
        ("acme.my.salesforce.com", "https://acme.my.salesforce.com"),
        ("https://ACME.my.salesforce.com/lightning/page", "https://acme.my.salesforce.com"),
        ("https://acme--dev.sandbox.lightning.force.com", "https://acme--dev.sandbox.my.salesforce.com"),
        ("https://army.my.salesforce.mil", "https://army.my.salesforce.mil"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_trusted_address_is_cleaned(url: str, clean: str) -> None:
    assert trusted(url) == clean


@pytest.mark.parametrize(
    "url",
    [
        "http://acme.my.salesforce.com",
        "http://192.168.1.5:8080",
        "http://localhost.evil.example",
        "https://evil.example",
        "https://salesforce.com.evil.example",
        "https://evilsalesforce.com",
        "https://acme.my.salesforce.com@evil.example",
        "https://user:secret@acme.my.salesforce.com",
        "https://evil.example\\.salesforce.com",
        "https://evil.example/.salesforce.com",
        "ftp://acme.my.salesforce.com",
        "https://acme.my.salesforce.com:port",
        "https://",
        "",
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(InstanceUrlError) as caught:
        trusted(url)
    assert caught.value.exit_code == 2
    assert "secret" not in str(caught.value)


def test_a_host_that_is_allowed_by_name_is_trusted_over_https_only() -> None:
    assert trusted("https://crm.acme.example", ["crm.acme.example"]) == "https://crm.acme.example"
    with pytest.raises(InstanceUrlError, match="not https"):
        trusted("http://crm.acme.example", ["crm.acme.example"])
