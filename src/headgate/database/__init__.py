"""One SQLite database in the state folder, and the sealed fields every package keeps its confidential text in."""

from headgate.database.connection import METADATA, Database, open_database
from headgate.database.durable import write_durably
from headgate.database.records import Records, records_table
from headgate.database.sealed import Sealed, Sealer

__all__ = ["METADATA", "Database", "Records", "Sealed", "Sealer", "open_database", "records_table", "write_durably"]
