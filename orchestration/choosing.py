"""Which sObjects are synced, known before anybody is asked: Dagster has to name its assets when it loads.

What patterns match is told by the org or the export; that answer is remembered in the home, by `learn`, before a
command loads the definitions. Without one, as in a Dagster that was started first, patterns match THE TABLE.
"""

import json
import logging
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from connectors.data_export.archive import open_export
from connectors.landing_zone import write_json
from connectors.salesforce.describe import describe_global
from connectors.salesforce.objects import OBJECTS
from connectors.salesforce.plan import choose, is_pattern, without
from orchestration.defs.resources import Crm
from orchestration.settings import Settings

log = logging.getLogger("salespulse.sync")

FILE_NAME = "objects.json"


def object_names(settings: Settings) -> list[str]:
    """The sObjects to sync, as far as this home knows: those of the setting, else THE TABLE, less the excluded ones."""
    of_table = [entry.name for entry in OBJECTS]
    if not settings.objects:
        return list(without(of_table, settings.objects_exclude))
    remembered = _remembered(settings)
    if remembered is not None:
        return remembered
    meant: dict[str, None] = {}
    for name in settings.objects:
        fitting = [known for known in of_table if fnmatchcase(known.lower(), name.lower())]
        meant |= dict.fromkeys(fitting if fitting or is_pattern(name) else [name])
    return list(without(meant, settings.objects_exclude))


def learn(settings: Settings) -> None:
    """Ask the org, or look into the export, which objects the setting means, if only these know.

    Raises ObjectChoiceError, UnknownObjectError, TableNameError, and what asking raises.
    """
    of_table = {entry.name for entry in OBJECTS}
    if all(name in of_table for name in settings.objects):
        return
    if settings.export_folder is not None:
        offered: Sequence[str] = [*open_export(settings.export_folder.expanduser().absolute()).files]
    else:
        with Crm().client(settings, lives_on=False) as client:
            offered = [name for name, can_be_queried in describe_global(client).items() if can_be_queried]
    remember(settings, choose(offered, settings.objects, settings.objects_exclude))


def remember(settings: Settings, names: Sequence[str]) -> None:
    """Keep which objects the setting means, for those who load the definitions next."""
    if settings.objects and list(names) != _remembered(settings):
        write_json(_file(settings), {**_question(settings), "names": list(names)})


def _remembered(settings: Settings) -> list[str] | None:
    """The answer to this very setting; None if it was never asked."""
    try:
        document = json.loads(_file(settings).read_text(encoding="utf-8"))
        names = [str(name) for name in document.pop("names")]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return names if document == _question(settings) else None


def _question(settings: Settings) -> dict[str, object]:
    folder = settings.export_folder
    return {
        "objects": list(settings.objects),
        "objects_exclude": list(settings.objects_exclude),
        "export_folder": None if folder is None else str(folder),
    }


def _file(settings: Settings) -> Path:
    return settings.root / FILE_NAME
