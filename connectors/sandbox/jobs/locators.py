"""Where a page of a bulk result begins and how long it is, as the request's parameters say."""

import base64
import binascii

from connectors.sandbox.errors import OrgError


def read_count(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not text.isdecimal() or int(text) == 0:
        raise OrgError("INVALID_QUERY_PARAMETER", f"maxRecords must be a positive number, not '{text}'")
    return int(text)


def make_locator(start: int) -> str:
    return base64.urlsafe_b64encode(str(start).encode()).decode().rstrip("=")


def read_locator(text: str | None, rows: int) -> int:
    if text is None:
        return 0
    try:
        start = int(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError) as error:
        raise OrgError("INVALID_QUERY_LOCATOR", f"invalid query locator: {text}") from error
    if not 0 <= start <= rows:
        raise OrgError("INVALID_QUERY_LOCATOR", f"invalid query locator: {text}")
    return start
