"""What was sent and what came back, sealed: kept before it leaves, so that it can be shown afterwards."""

from __future__ import annotations

from headgate.database import Database, Records, records_table

_sent = records_table("sent")


def sent_records(database: Database) -> Records:
    """The requests, profiles and replies of one state folder, under the ledger's own references to them."""
    return Records(database, _sent)
