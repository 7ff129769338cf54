"""SVG pictures of specifications, fit to stand several in one page that loads nothing and allows no inline style."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

from headgate.charts.parts import Spec
from headgate.errors import RefusalError

_SVG = "http://www.w3.org/2000/svg"
_TAGS = frozenset(
    f"{{{_SVG}}}{name}"
    for name in ("svg", "g", "path", "line", "rect", "text", "tspan", "defs", "clipPath", "linearGradient", "stop")
)
_DROPPED = ("class", "role", "aria-hidden", "aria-label", "aria-roledescription", "pointer-events")
_LOCAL = re.compile(r"url\(#([^)]+)\)")
_CELL = re.compile(r"M([-\d.e]+),([-\d.e]+)h([-\d.e]+)v([-\d.e]+)h[-\d.e]+Z")
_PLACE = re.compile(r"translate\(([-\d.e]+),([-\d.e]+)\)")
_CIRCLE = re.compile(r"M([\d.]+),0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0")
_LONG = re.compile(r"\d+\.\d{3,}")
_PLACED = frozenset({"d", "transform"})
_MANY_CELLS = 100


def svg(spec: Spec, ident: str = "chart") -> str:
    """The specification drawn as one `<svg>` element, the same for the same specification.

    `ident` starts every id in it, so it has to differ between the charts of a page. The element has role `img`, the
    title as its label and the alternative text as its description, no inline style, and refers to nothing outside
    itself. No data is fetched: every URL is refused. Raises RefusalError where a drawing would not keep that.
    """
    import vl_convert

    # Own output of a local library, no document type or entity in it; what it may hold is checked below.
    root = ET.fromstring(vl_convert.vegalite_to_svg(dict(spec), allowed_base_urls=[]))  # noqa: S314
    _check(root)
    for group in root.iter(f"{{{_SVG}}}g"):
        _join_cells(group)
        _shorten_points(group)
    _strip(root)
    _rename(root, ident)
    _describe(root, spec, ident)
    ET.register_namespace("", _SVG)
    return ET.tostring(root, encoding="unicode")


def png(picture: str, scale: int) -> bytes:
    """A picture that `svg` made as PNG, `scale` pixels for one, with no text chunk in it."""
    import vl_convert

    data: bytes = vl_convert.svg_to_png(picture, scale=scale, ppi=72)
    return data


def _check(root: ET.Element) -> None:
    for element in root.iter():
        if element.tag not in _TAGS:
            raise RefusalError(f"A chart holds the element {element.tag!r}, which a report may not hold.")
        for name, value in element.attrib.items():
            outside = "url(" in _LOCAL.sub("", value) or "href" in name.lower() or "://" in value
            if outside or name.lower().startswith("on") or name == "style":
                raise RefusalError(f"A chart holds the attribute {name!r}, which could load, run or restyle something.")


def _join_cells(group: ET.Element) -> None:
    """Makes one path of all cells of one colour in a group; thousands of cells would else fill megabytes."""
    if len(group) < _MANY_CELLS or "mark-rect" not in group.get("class", ""):
        return
    outlines: dict[str, list[str]] = {}
    for cell in group:
        corner = _CELL.fullmatch(cell.get("d", ""))
        if corner is None or set(cell.attrib) != {"d", "fill"}:
            return
        x, y, wide, tall = (f"{float(part):.2f}".rstrip("0").rstrip(".") for part in corner.groups())
        outlines.setdefault(cell.attrib["fill"], []).append(f"M{x},{y}h{wide}v{tall}h-{wide}z")
    group[:] = [
        ET.Element(f"{{{_SVG}}}path", {"fill": fill, "d": "".join(pieces), "shape-rendering": "crispEdges"})
        for fill, pieces in outlines.items()
    ]


def _shorten_points(group: ET.Element) -> None:
    """Draws the many points of a group as round dabs under one style each, which take a sixth of the letters."""
    if len(group) < _MANY_CELLS or "mark-symbol" not in group.get("class", ""):
        return
    styled: dict[tuple[str, str, str], ET.Element] = {}
    for point in group:
        place, circle = _PLACE.fullmatch(point.get("transform", "")), _CIRCLE.fullmatch(point.get("d", ""))
        if place is None or circle is None or point.get("stroke-width") != "0":
            return
        style = point.get("fill", ""), f"{2 * float(circle[1]):.2f}", point.get("opacity", "1")
        dabs = styled.setdefault(style, ET.Element(f"{{{_SVG}}}g"))
        x, y = (f"{float(part):.1f}" for part in place.groups())
        ET.SubElement(dabs, f"{{{_SVG}}}path", {"d": f"M{x},{y}h.01"})
    for (paint, wide, opacity), dabs in styled.items():
        dabs.attrib |= {"stroke": paint, "stroke-width": wide, "stroke-opacity": opacity, "stroke-linecap": "round"}
    group[:] = list(styled.values())


def _strip(root: ET.Element) -> None:
    """Drops classes, what no eye sees of a number, and the accessibility marks of single shapes.

    The picture is described as a whole. Places are kept to a hundredth of a pixel.
    """
    for parent in root.iter():
        for name in _PLACED.intersection(parent.attrib):
            parent.set(name, _LONG.sub(lambda match: f"{float(match[0]):.2f}", parent.attrib[name]))
        for name in _DROPPED:
            parent.attrib.pop(name, None)
        for child in list(parent):
            unseen = child.tag == f"{{{_SVG}}}path" and (not child.get("d") or child.get("d") == "M0,0h0v0h0Z")
            if unseen:
                parent.remove(child)


def _rename(root: ET.Element, ident: str) -> None:
    """Numbers the ids from one, after `ident`: the library counts on from chart to chart."""
    found = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    new: Mapping[str, str] = {old: f"{ident}-{i}" for i, old in enumerate(found, start=1)}
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == "id":
                element.set("id", new[value])
            elif "url(#" in value:
                element.set(name, _LOCAL.sub(lambda match: f"url(#{new[match[1]]})", value))


def _describe(root: ET.Element, spec: Spec, ident: str) -> None:
    title = spec.get("usermeta")
    root.set("role", "img")
    root.set("aria-label", str(title["title"]) if isinstance(title, Mapping) else "Chart")
    root.set("aria-describedby", f"{ident}-alt")
    description = ET.Element(f"{{{_SVG}}}desc", {"id": f"{ident}-alt"})
    description.text = str(spec.get("description", ""))
    root.insert(0, description)
