"""The models as dbt hands them to the engine. Whoever uses them is in the group `compiled`, so that it is done once."""

import pytest

from orchestration import dbt


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The SQL of every model by name, with the macros filled in."""
    return dbt.compile_models(tmp_path_factory.mktemp("compiled"))
