"""What `--json` prints, as docs/cli.md describes it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from headgate.canonical import Json, sha256

if TYPE_CHECKING:
    from headgate.gate import Envelope
    from headgate.headers import Table
    from headgate.report import Report
    from headgate.screening import Screened


def table(found: Table) -> Json:
    """The headers of a table."""
    return {
        "source": found.path.name,
        "headless": found.headless,
        "layout": {"kind": type(found.layout).__name__.lower(), **asdict(found.layout)},
        "headers": [
            {"position": header.position, "name": header.name, "type": header.local_type.value}
            for header in found.headers
        ],
    }


def screened(one: Screened) -> Json:
    """What screening says of one header."""
    return {
        "header": one.header,
        "verdict": one.verdict.value,
        "findings": [[found.start, found.end, found.category.value, found.reason] for found in one.findings],
        "suggested": one.suggested,
    }


def envelope(made: Envelope, names: tuple[str, ...]) -> Json:
    """The exact request that would leave."""
    return {
        "method": made.method,
        "host": made.host,
        "port": made.port,
        "path": made.path,
        "headers": [list(header) for header in made.headers],
        "body": made.body.decode(),
        "sha256": sha256(made.body),
        "names": list(names),
    }


def report(made: Report, folder: str) -> Json:
    """What an analysis did and found, without its tables: those stand in the folder."""
    choices = [decision.choice.value for decision in made.decisions]
    files = [name for name in made.files() if name.startswith("results/")]
    return {
        "report": folder,
        "provider": made.provider,
        "decisions": {
            "approved": choices.count("approve"),
            "renamed": choices.count("rename"),
            "withheld": choices.count("withhold"),
        },
        "plan": made.plan_json(),
        "results": [
            {
                "kind": result.analysis.kind,
                "title": result.analysis.title,
                "facts": dict(result.facts),
                "sentences": list(result.sentences),
                "warnings": list(result.warnings),
                "files": [name for name in files if name.startswith(f"results/{number:02d}-")],
            }
            for number, result in enumerate(made.results, 1)
        ],
        "skipped": [
            {"kind": one.analysis.kind, "title": one.analysis.title, "reason": one.reason} for one in made.skipped
        ],
        "dropped": [{"item": one.item, "reason": one.reason} for one in made.plan.dropped],
        "sent": _sent(made),
        "receipt": made.receipt.to_json(),
    }


def _sent(made: Report) -> Json:
    if made.answer is None:
        return None
    envelope, tls = made.answer.envelope, made.answer.tls
    return {
        "names": list(made.manifest.names),
        "host": envelope.host,
        "bytes": len(envelope.body),
        "sha256": sha256(envelope.body),
        "tls": tls.version if tls else None,
    }
