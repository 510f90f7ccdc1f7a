"""The mail message, read back by the standard library."""

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from connectors.delivery.formats.mail import AddressError, render
from connectors.delivery.pack import Pack, PackFile, Recipient

SENDER = "salespulse@localhost"
WORKBOOK = PackFile(
    "manager_pack.xlsx", b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)


def read(pack: Pack, *, sender: str = SENDER) -> EmailMessage:
    message = message_from_bytes(render(pack, sender=sender, attachments=(WORKBOOK,)).content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def body(pack: Pack, kind: str) -> str:
    part = read(pack).get_body((kind,))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content


def test_the_message_goes_to_the_manager_from_the_configured_sender(pack: Pack) -> None:
    message = read(pack, sender="Sales pulse <pulse@example.org>")
    assert message["To"] == "Ann Lee <ann@example.com>"
    assert message["From"] == "Sales pulse <pulse@example.org>"
    assert message["Subject"] == "Your team's week · 23 Nov 2026"


def test_the_date_is_the_as_of_instant(pack: Pack) -> None:
    assert read(pack)["Date"] == "Mon, 23 Nov 2026 07:00:00 +0100"


def test_the_message_id_comes_from_the_key(pack: Pack) -> None:
    same, other = read(pack)["Message-ID"], read(replace(pack, key="another"))["Message-ID"]
    assert same == read(replace(pack, title="Other title"))["Message-ID"]
    assert same != other
    assert same.endswith("@localhost>")


def test_the_workbook_is_attached(pack: Pack) -> None:
    attachments = list(read(pack).iter_attachments())
    assert [(part.get_filename(), part.get_content()) for part in attachments] == [(WORKBOOK.name, WORKBOOK.content)]


def test_markup_in_a_name_is_shown_and_not_run(pack: Pack) -> None:
    html = body(pack, "html")
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_only_web_addresses_are_linked(pack: Pack) -> None:
    html = body(pack, "html")
    assert 'href="https://crm.example.com/1"' in html
    assert "javascript:" not in html


def test_the_plain_text_says_the_same(pack: Pack) -> None:
    text = body(pack, "plain")
    assert "Bookings: 1.2\u202fM of 2\u202fM (behind), before 900" in text
    assert "- =1+1 · <script>alert(1)</script> · 1,235 · Behind" in text


def test_a_line_end_in_a_name_adds_no_header(pack: Pack) -> None:
    reader = Recipient("m1", "Ann\r\nBcc: eve@example.org", "ann@example.com")
    message = read(replace(pack, audience=reader, title="Week\r\nX-Evil: 1"))
    assert message["Bcc"] is None
    assert message["X-Evil"] is None


@pytest.mark.parametrize("address", ["nobody", "a b@example.com", "ann@example.com, eve@example.org", "@"])
def test_an_address_that_is_none_is_refused_with_its_owner(pack: Pack, address: str) -> None:
    with pytest.raises(AddressError, match="Ann Lee") as caught:
        render(replace(pack, audience=Recipient("m1", "Ann Lee", address)), sender=SENDER)
    assert caught.value.address == address


def test_a_reader_without_an_address_gets_a_message_to_nobody(pack: Pack) -> None:
    assert read(replace(pack, audience=Recipient("m1", "Ann", "")))["To"] == "undisclosed-recipients:;"


def test_the_same_pack_gives_the_same_bytes(pack: Pack) -> None:
    assert render(pack, sender=SENDER) == render(pack, sender=SENDER)
