"""What the org refuses, in Salesforce's words: an HTTP status, an error code and a message."""


class OrgError(Exception):
    """A refusal that travels to the client as `[{"errorCode": code, "message": message}]`.

    `fields` are the culprits; None where Salesforce tells none.
    """

    def __init__(self, code: str, message: str, status: int = 400, *, fields: tuple[str, ...] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.fields = fields


class OAuthError(Exception):
    """A refused login, answered as `{"error": error, "error_description": description}`."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description


class SourceFilesError(Exception):
    """Files or a mapping that cannot become an org: `path` is the culprit, `reason` says what to mend."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def no_such_field(name: str, entity: str) -> str:
    return (
        f"No such column '{name}' on entity '{entity}'. If you are attempting to use a custom field, be sure "
        "to append the '__c' after the custom field name. Please reference your WSDL or the describe call "
        "for the appropriate names."
    )


def no_such_object(name: str) -> str:
    return (
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to "
        "append the '__c' after the entity name. Please reference your WSDL or the describe call for the "
        "appropriate names."
    )
