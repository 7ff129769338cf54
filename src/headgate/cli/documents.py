"""What `--json` prints, as docs/cli.md describes it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from headgate.canonical import Json, sha256
from headgate.catalogue.meaning import Meaning
from headgate.charts.export import file_name
from headgate.clock import stamp
from headgate.manifest import Choice, Decision, ManifestStore, to_mapping, wire_names

if TYPE_CHECKING:
    from headgate.gate import Envelope
    from headgate.headers import Table
    from headgate.ledger import DecidedBy, Entry, Receipt
    from headgate.manifest import ApprovedManifest, Decided
    from headgate.report import Report
    from headgate.screening import Screened


def table(found: Table) -> Json:
    """The headers of a table."""
    return {
        "source": found.path.name,
        "headless": found.headless,
        "doubt": found.doubt,
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


def meaning(name: str, found: Meaning) -> Json:
    """What the catalogue reads from one name."""
    return {
        "header": name,
        "role": found.role.value,
        "quantity": found.quantity.value if found.quantity else None,
        "unit": found.unit,
        "medium": found.medium.value if found.medium else None,
        "fold": found.fold.value,
        "confidence": found.confidence,
    }


def decisions(taken: Sequence[Decision], suffix: str) -> str:
    """The text of a decisions file: JSON where its name says so, else TOML."""
    mapping = to_mapping(taken)
    if suffix.lower() == ".json":
        return json.dumps(mapping, ensure_ascii=False, indent=1)
    lines = []
    for decision in taken:
        lines += ["[[decision]]", f"header = {_toml(decision.header)}", f"position = {decision.position}"]
        lines.append(f"choice = {_toml(decision.choice.value)}")
        if decision.choice is Choice.RENAME:
            lines.append(f"public_name = {_toml(decision.public_name or '')}")
        lines.append("")
    return "\n".join(lines)


def _toml(text: str) -> str:
    """A TOML basic string (TOML 1.0): JSON's spelling, with the one more control character that TOML escapes."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


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


def manifest_of(entry: Entry, manifests: ManifestStore) -> Json:
    """What the sealed manifest of an entry holds: the exact names, who approved them, how, under what and when; None
    without one.
    """
    named = getattr(entry.event, "manifest", None)
    if named is None:
        return None
    approved = manifests.load(named)
    return {
        "id": approved.id,
        "names": list(approved.names),
        "actor": approved.actor,
        "by": approved.by.value,
        "policy": approved.policy,
        "vocabulary": approved.vocabulary,
        "approved_at": stamp(approved.approved_at),
    }


def approval(manifest: ApprovedManifest, decided: Decided, receipt: Receipt) -> Json:
    """What a review closed."""
    return {"manifest": manifest.id, "decisions": _counts(decided.decisions, decided.by), "receipt": receipt.to_json()}


def _counts(decisions: Sequence[Decision], by: DecidedBy) -> Json:
    choices = [decision.choice for decision in decisions]
    return {
        "approved": choices.count(Choice.APPROVE),
        "renamed": choices.count(Choice.RENAME),
        "withheld": choices.count(Choice.WITHHOLD),
        "by": by.value,
    }


def report(made: Report, folder: str) -> Json:
    """What an analysis did and found, without its tables: those stand in the folder."""
    return {
        "report": folder,
        "provider": made.provider,
        "decisions": _counts(made.decisions, made.manifest.by),
        "plan": made.plan_json(),
        "results": [
            {
                "kind": result.analysis.kind,
                "title": result.analysis.title,
                "facts": dict(result.facts),
                "sentences": list(result.sentences),
                "warnings": list(result.warnings),
                "files": [f"results/{file_name(result, number, name)}" for name in result.tables],
            }
            for number, result in enumerate(made.results, 1)
        ],
        "skipped": [
            {"kind": one.analysis.kind, "title": one.analysis.title, "reason": one.reason} for one in made.skipped
        ],
        "changes": list(made.changes),
        "dropped": [{"item": one.item, "reason": one.reason} for one in made.plan.dropped],
        "sent": _sent(made),
        "receipt": made.receipt.to_json(),
    }


def _sent(made: Report) -> Json:
    if made.answer is None:
        return None
    envelope, tls = made.answer.envelope, made.answer.tls
    return {
        "names": list(wire_names(made.manifest.names)),
        "host": envelope.host,
        "bytes": len(envelope.body),
        "sha256": sha256(envelope.body),
        "tls": tls.version if tls else None,
    }
