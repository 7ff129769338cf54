"""What runs a plan on the rows: Ibis over DuckDB. The only package that sees a cell value."""

from headgate.engines.duck import probe_lock
from headgate.engines.frame import Frame, open_frame, refuse_too_wide
from headgate.engines.profile import refine
from headgate.engines.run import Progress, run
from headgate.engines.work import work_folder

__all__ = ["Frame", "Progress", "open_frame", "probe_lock", "refine", "refuse_too_wide", "run", "work_folder"]
