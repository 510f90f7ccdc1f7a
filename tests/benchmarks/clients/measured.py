"""Runs a command and writes as JSON what the system counted for it: a process as small as this one must start it,
for the peak memory of a process is never less than that of the one it was forked from.

Arguments: file for the figures, command …
"""

import json
import os
import sys
from pathlib import Path

figures, *command = sys.argv[1:]
child = os.posix_spawnp(command[0], command, os.environ)
_, status, used = os.wait4(child, 0)
told = {"cpu": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1024}
Path(figures).write_text(json.dumps(told))
sys.exit(os.waitstatus_to_exitcode(status))
