"""Errors keep their arguments and say what happened, why, and what to do."""

import inspect

import pytest

from connectors.salesforce import errors
from connectors.salesforce.errors import SalesforceError

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, SalesforceError) and kind is not SalesforceError
]
SAMPLES: dict[object, object] = {int: 3, float: 1.5}


def make(kind: type[SalesforceError]) -> tuple[SalesforceError, dict[str, object]]:
    arguments: dict[str, object] = {}
    for name, parameter in inspect.signature(kind).parameters.items():
        is_list = "Sequence" in str(parameter.annotation)
        arguments[name] = ("one", "two") if is_list else SAMPLES.get(parameter.annotation, f"the-{name}")
    return kind(**arguments), arguments


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_keeps_its_arguments(kind: type[SalesforceError]) -> None:
    error, arguments = make(kind)
    assert {name: getattr(error, name) for name in arguments} == arguments


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_is_named_and_ends_in_a_remedy(kind: type[SalesforceError]) -> None:
    error, _ = make(kind)
    assert kind.__name__.endswith("Error")
    assert len(str(error)) > 60
    assert error.exit_code in {2, 4}
