"""How the tests are dealt out to the gate's workers: a file goes to one of them as a whole, the longest way first.

So what a file's tests share is made once. Files that share more name a group of their own.
"""

import pytest

# Two whole runs of the pipeline, one after the other: whoever has them should not be the last to end.
LONGEST = "main_job"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(f"{item.path.parent.name}.{item.path.stem}"))
    items.sort(key=lambda item: LONGEST not in [str(mark.args[0]) for mark in item.iter_markers("xdist_group")])


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    is_dealt_by_group = getattr(session.config.option, "loadgroup", False)
    if is_dealt_by_group and session.items and not session.items[0].nodeid.endswith(f"@{_group(session.items[0])}"):
        raise pytest.UsageError("this pytest-xdist does not know the groups of this pytest: see pyproject.toml")


def _group(item: pytest.Item) -> str:
    return next(str(mark.args[0]) for mark in item.iter_markers("xdist_group"))
