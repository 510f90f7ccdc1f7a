"""What can go wrong between us and Salesforce, one class for each kind.

Every message says what happened, why, and what to do. Arguments stay readable as attributes.
No HTTP here.
"""

from collections.abc import Sequence
from typing import ClassVar


class SalesforceError(Exception):
    """The base. `exit_code` is what the command line leaves with: 4 = remote or login."""

    exit_code: ClassVar[int] = 4


class InstanceUrlError(SalesforceError):
    """An address that session tokens must not be sent to. A matter of configuration."""

    exit_code: ClassVar[int] = 2

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(
            f"The Salesforce address {url!r} is refused: {reason}. Give the https address of your org "
            "(https://<name>.my.salesforce.com), or put its host on the list of allowed hosts."
        )


class CredentialsError(SalesforceError):
    """Credentials that cannot work as they are: a piece is missing or unreadable. Configuration."""

    exit_code: ClassVar[int] = 2

    def __init__(self, what: str, remedy: str) -> None:
        self.what = what
        self.remedy = remedy
        super().__init__(f"The Salesforce credentials cannot be used: {what}. {remedy}")


class LoginError(SalesforceError):
    """Salesforce refused the login, or ended the session and no new one can be had."""

    def __init__(self, code: str, reason: str, remedy: str) -> None:
        self.code = code
        self.reason = reason
        self.remedy = remedy
        super().__init__(f"Salesforce refused the login ({code}): {reason.rstrip('.')}. {remedy}")


class UnreachableError(SalesforceError):
    """No usable answer after all attempts: connections cut, timeouts, 5xx, 429."""

    def __init__(self, url: str, attempts: int, reason: str) -> None:
        self.url = url
        self.attempts = attempts
        self.reason = reason
        super().__init__(
            f"{url} gave no usable answer in {attempts} attempts; the last one: {reason}. Look at "
            "https://status.salesforce.com and at your network, then run again: nothing is lost."
        )


class RedirectError(SalesforceError):
    """The server pointed to another host; following would hand the session to a stranger."""

    def __init__(self, url: str, target: str) -> None:
        self.url = url
        self.target = target
        super().__init__(
            f"{url} redirects to {target}, which is another host, and the session is not sent there. "
            "If your org has moved, configure its new address."
        )


class RequestError(SalesforceError):
    """Salesforce answered with an error that trying again does not mend. `code` is its errorCode."""

    def __init__(self, method: str, url: str, status: int, code: str, reason: str) -> None:
        self.method = method
        self.url = url
        self.status = status
        self.code = code
        self.reason = reason
        super().__init__(
            f"Salesforce refused {method} {url} with {status} {code}: {reason.rstrip('.')}. "
            "Check the permissions of the user that is logged in, and the API version."
        )


class ResponseError(SalesforceError):
    """An answer with status 200 that does not hold what the API promises."""

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(
            f"The answer of {url} cannot be used: {reason}. Something between here and Salesforce may "
            "rewrite answers (a proxy, a login page); check the address and run again."
        )


class QuotaExceededError(SalesforceError):
    """The org's API requests of the last 24 hours are used up. Never success, always resumable."""

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(
            f"Salesforce's API quota is used up ({reason.rstrip('.')}) at {url}. What has landed is kept; "
            "run again when requests are free (Setup, System Overview) and it goes on from there."
        )


class QuotaShareError(QuotaExceededError):
    """The configured share of the org's daily API requests is used; the rest is left for others."""

    def __init__(self, used: int, limit: int, share: float) -> None:
        self.used = used
        self.limit = limit
        self.share = share
        self.url, self.reason = "", f"{used:,} of {limit:,} are used"
        SalesforceError.__init__(
            self,
            f"{used:,} of the org's {limit:,} API requests of 24 hours are used, and only {share:.0%} of them may "
            "be, so the sync stops here. What has landed is kept; run again when requests are free and it goes "
            "on from there, or raise SALESPULSE_QUOTA_SHARE.",
        )


class UnknownObjectError(SalesforceError):
    """An sObject was asked for that the org does not have, or hides from this user."""

    exit_code: ClassVar[int] = 2

    def __init__(self, name: str, suggestions: Sequence[str] = ()) -> None:
        self.name = name
        self.suggestions = tuple(suggestions)
        meant = f" Did you mean {', '.join(self.suggestions)}?" if self.suggestions else ""
        super().__init__(
            f"The org has no object named {name!r}, or this user may not read it.{meant} Correct the name, "
            "or give the user read access to the object."
        )


class ObjectChoiceError(SalesforceError):
    """A pattern of objects that fits none. Configuration."""

    exit_code: ClassVar[int] = 2

    def __init__(self, pattern: str, reason: str) -> None:
        self.pattern = pattern
        self.reason = reason
        super().__init__(
            f"The choice of objects {pattern!r} cannot be used: {reason}. Write API names with * for any letters, as "
            "in Opportunity* or *__c, and see that this user may read what is meant (SALESPULSE_OBJECTS, "
            "SALESPULSE_OBJECTS_EXCLUDE)."
        )


class TableNameError(SalesforceError):
    """Two objects would share a table. Configuration."""

    exit_code: ClassVar[int] = 2

    def __init__(self, table: str, objects: Sequence[str]) -> None:
        self.table = table
        self.objects = tuple(objects)
        super().__init__(
            f"The objects {', '.join(self.objects)} would all be the table {table!r}, and each would be taken for a "
            "deletion of the others' rows. Name all but one in SALESPULSE_OBJECTS_EXCLUDE."
        )


class FieldChoiceError(SalesforceError):
    """The fields to leave out or to mask are chosen in a way that cannot work. Configuration."""

    exit_code: ClassVar[int] = 2

    def __init__(self, pattern: str, reason: str) -> None:
        self.pattern = pattern
        self.reason = reason
        super().__init__(
            f"The choice of fields {pattern!r} cannot be used: {reason}. Write Object.Field, with * for any "
            "letters, as in Contact.Email or *.Phone."
        )


class ColumnNameError(SalesforceError):
    """Two fields of one object would share a column name."""

    def __init__(self, object_name: str, column: str, fields: Sequence[str]) -> None:
        self.object_name = object_name
        self.column = column
        self.fields = tuple(fields)
        super().__init__(
            f"The fields {', '.join(self.fields)} of {object_name} all become the column {column!r}, and one "
            "would overwrite the other. Rename one of the fields in Salesforce."
        )


class QueryTooLongError(SalesforceError):
    """A REST query whose address is longer than Salesforce reads (16,384 bytes with headers)."""

    def __init__(self, object_name: str, length: int, limit: int) -> None:
        self.object_name = object_name
        self.length = length
        self.limit = limit
        super().__init__(
            f"The query of {object_name} is {length:,} bytes long and REST reads {limit:,}; the Bulk API "
            "does not offer this object. Hide fields that nobody needs by field-level security."
        )


class JobFailedError(SalesforceError):
    """A Bulk job ended as Failed or Aborted."""

    def __init__(self, object_name: str, job_id: str, state: str, reason: str) -> None:
        self.object_name = object_name
        self.job_id = job_id
        self.state = state
        self.reason = reason
        super().__init__(
            f"{object_name}: Bulk job {job_id} ended as {state}: {reason.rstrip('.')}. Nothing of it was "
            "kept; run again. If it fails the same way, look at the job in Setup, Bulk Data Load Jobs."
        )


class JobTimeoutError(SalesforceError):
    """A Bulk job did not end in the time given. It goes on at Salesforce and can be resumed."""

    def __init__(self, object_name: str, job_id: str, seconds: float) -> None:
        self.object_name = object_name
        self.job_id = job_id
        self.seconds = seconds
        super().__init__(
            f"{object_name}: Bulk job {job_id} was still running after {seconds:,.0f} seconds. It goes on at "
            "Salesforce; run again later and it is picked up where it is."
        )


class IncompletePageError(SalesforceError):
    """A page holds other rows than Salesforce announced, each time it was asked for."""

    def __init__(self, object_name: str, job_id: str, page: int, attempts: int, reason: str) -> None:
        self.object_name = object_name
        self.job_id = job_id
        self.page = page
        self.attempts = attempts
        self.reason = reason
        super().__init__(
            f"{object_name}: page {page} of {job_id} came incomplete {attempts} times; the last time: "
            f"{reason}. Nothing incomplete is kept; run again, and pages that landed whole are used."
        )


class IncompleteJobError(SalesforceError):
    """All pages of a query together hold other rows than Salesforce counted."""

    def __init__(self, object_name: str, job_id: str, expected: int, received: int) -> None:
        self.object_name = object_name
        self.job_id = job_id
        self.expected = expected
        self.received = received
        super().__init__(
            f"{object_name}: {job_id} has {expected:,} rows by Salesforce's count, but its pages held "
            f"{received:,}. Nothing of it is loaded; run again, and it starts afresh."
        )


class HeaderMismatchError(SalesforceError):
    """The columns of a page are not those asked for, in the order asked."""

    def __init__(self, object_name: str, asked: Sequence[str], received: Sequence[str]) -> None:
        self.object_name = object_name
        self.asked = tuple(asked)
        self.received = tuple(received)
        super().__init__(
            f"{object_name}: the page has other columns than asked for ({_difference(asked, received)}). "
            "Values would land under wrong names, so nothing is kept. If the object's fields were just "
            "changed, run again."
        )


class ManifestError(SalesforceError):
    """A landing manifest, or a page that it lists, is not as it was written."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(
            f"The landing manifest {path} cannot be used: {reason}. Move its folder away and sync the object in full."
        )


class BusyError(SalesforceError):
    """Another run is extracting the same object into the same landing folder."""

    def __init__(self, object_name: str, path: str) -> None:
        self.object_name = object_name
        self.path = path
        super().__init__(
            f"{object_name} is being extracted by another run (it holds {path}). Wait until that run ends, "
            "then run again."
        )


def _difference(asked: Sequence[str], received: Sequence[str]) -> str:
    missing = [name for name in asked if name not in set(received)]
    extra = [name for name in received if name not in set(asked)]
    if missing or extra:
        parts = [("missing: ", missing), ("not asked for: ", extra)]
        return "; ".join(label + ", ".join(names[:5]) for label, names in parts if names)
    place = next((i for i, pair in enumerate(zip(asked, received, strict=False)) if pair[0] != pair[1]), 0)
    return f"in another order from column {place + 1} on: {received[place] if received else 'nothing'}"
