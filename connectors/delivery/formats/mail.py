"""A pack as one mail message (.eml): plain text, HTML and attachments, ready for any transport.

The same pack and attachments give the same bytes: the Date is the as-of instant, the Message-ID
and the MIME boundaries come from the pack's key. Sending is a channel's business.
"""

import hashlib
from collections.abc import Sequence
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from email.utils import format_datetime, getaddresses

from connectors.delivery import display
from connectors.delivery.formats.page import environment
from connectors.delivery.pack import Pack, PackFile

MEDIA_TYPE = "message/rfc822"
BRIEF_ROWS = 5
SENDER = "the sender"


class AddressError(Exception):
    """An address that no mail can be sent to or from. `name` is whose, `address` what was given."""

    def __init__(self, name: str, address: str) -> None:
        self.name, self.address = name, address
        super().__init__(
            f"'{address}' is no mail address of {name}: it must read name@host. Correct the user's e-mail in "
            "the CRM (or SALESPULSE_MAIL_FROM for the sender), or take 'mail' out of the export's formats."
        )


def render(pack: Pack, *, sender: str, attachments: Sequence[PackFile] = ()) -> PackFile:
    """The message `<pack name>.eml`. Raises AddressError.

    A reader without an address gets a message to nobody (an empty group), which can still be read.
    """
    message = EmailMessage(policy=SMTP)
    digest = hashlib.sha256(pack.key.encode()).hexdigest()
    message["Subject"] = _one_line(f"{pack.title} · {display.day(pack.as_of)}")
    origin = _address(SENDER, sender)
    message["From"] = origin
    message["To"] = (
        _address(pack.audience.name, pack.audience.email) if pack.audience.email else "undisclosed-recipients:;"
    )
    message["Date"] = format_datetime(pack.as_of)
    message["Message-ID"] = f"<{digest[:40]}@{origin.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_text(pack), cte="quoted-printable")
    message.add_alternative(_html(pack), subtype="html", cte="quoted-printable")
    for file in attachments:
        kind, _, subtype = file.media_type.partition(";")[0].partition("/")
        message.add_attachment(file.content, maintype=kind, subtype=subtype, filename=file.name)
    _fix_boundaries(message, digest)
    return PackFile(f"{pack.name}.eml", message.as_bytes(), MEDIA_TYPE)


def _address(name: str, given: str) -> Address:
    try:
        ((shown, spec),) = getaddresses([_one_line(given)])
        address = Address(display_name=shown or ("" if name == SENDER else _one_line(name)), addr_spec=spec)
        if not (address.username and address.domain):
            raise ValueError(spec)
        return address
    except (ValueError, IndexError, MessageError) as error:
        raise AddressError(name, given) from error


def _one_line(text: str) -> str:
    """Header text: no line ends, so that a name cannot add headers of its own."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _fix_boundaries(message: EmailMessage, digest: str) -> None:
    parts: list[MIMEPart | EmailMessage] = [part for part in message.walk() if part.is_multipart()]
    for number, part in enumerate(parts):
        part.set_boundary(f"=={digest[:24]}={number}==")


def _text(pack: Pack) -> str:
    return environment().get_template("mail.txt.j2").render(pack=pack, brief_rows=BRIEF_ROWS)


def _html(pack: Pack) -> str:
    return environment().get_template("mail.html.j2").render(pack=pack, brief_rows=BRIEF_ROWS)
