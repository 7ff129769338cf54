"""One SQLite database in the state folder, and the sealed fields every package keeps its confidential text in."""

from headgate.database.connection import METADATA, Database, open_database
from headgate.database.durable import write_durably
from headgate.database.sealed import Sealed, Sealer

__all__ = ["METADATA", "Database", "Sealed", "Sealer", "open_database", "write_durably"]
