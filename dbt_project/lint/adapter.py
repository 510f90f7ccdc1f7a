"""Stand-in for dbt's adapter: what the dispatched macros of this project render, near enough to lint."""

from collections.abc import Callable


def dispatch(macro_name: str, macro_namespace: str) -> Callable[..., str]:
    def rendered(first: str, *_: str) -> str:
        return f"{macro_namespace}.{first}" if macro_name == "landing" else f"{macro_name}({first})"

    return rendered
