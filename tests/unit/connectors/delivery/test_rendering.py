"""Which files a pack becomes."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from connectors.delivery.pack import Pack
from connectors.delivery.rendering import Format, render


@pytest.mark.parametrize(
    ("formats", "names"),
    [
        (["xlsx"], ["manager_pack.xlsx"]),
        (["csv"], ["deals.csv", "empty.csv"]),
        (["mail", "csv", "xlsx"], ["manager_pack.xlsx", "deals.csv", "empty.csv", "manager_pack.eml"]),
    ],
)
def test_only_what_is_asked_for_is_rendered(pack: Pack, formats: list[Format], names: list[str]) -> None:
    assert [file.name for file in render(pack, formats, sender="a@localhost")] == names


@pytest.mark.parametrize(
    ("formats", "attached"),
    [(["mail"], []), (["mail", "csv"], ["deals.csv", "empty.csv"]), (["mail", "csv", "xlsx"], ["manager_pack.xlsx"])],
)
def test_the_mail_carries_the_workbook_or_else_the_tables(
    pack: Pack, formats: list[Format], attached: list[str]
) -> None:
    message = message_from_bytes(render(pack, formats, sender="a@localhost")[-1].content, policy=default)
    assert isinstance(message, EmailMessage)
    assert [part.get_filename() for part in message.iter_attachments()] == attached
