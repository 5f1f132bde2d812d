"""Pages that open from disk: one file, no request to anyone, text that stays text (S05, P14)."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.texts import say

if TYPE_CHECKING:
    import folium
    from branca.element import Element

_RISKY: Final = "&<>\"'`$\\{}"
_RANDOM_ID: Final = re.compile(r"[0-9a-f]{32}")
_SCRIPT: Final = re.compile(r"<script[^>]*>(.*?)</script>", re.DOTALL)
_HEAD: Final = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{css}</style>
</head>
<body>
{body}
{scripts}
</body>
</html>
"""
_CSS: Final = """
html,body{margin:0;height:100%;font:16px/1.45 system-ui,-apple-system,"Segoe UI",sans-serif;color:#1c1c1c}
body{display:flex;flex-direction:column}
header{padding:10px 16px;border-bottom:1px solid #bbb}
header h1{font-size:20px;margin:0}
header p{margin:2px 0 0;color:#333}
.mark{display:inline-block;background:#1c1c1c;color:#fff;padding:1px 8px;margin-right:6px;font-weight:600}
main{flex:1;display:flex;min-height:0}
#map{flex:1;min-height:320px;background:#f7f5f0}
aside{width:330px;max-width:38vw;overflow:auto;padding:10px 16px;border-left:1px solid #bbb}
aside h2{font-size:17px;margin:12px 0 4px}
aside ul{list-style:none;margin:0;padding:0}
aside li{padding:3px 0}
footer{padding:6px 16px;border-top:1px solid #bbb;font-size:13px;color:#333}
.stop{display:flex}
.n{flex:none;min-width:56px;font-weight:700}
.leaflet-tooltip.number{background:#fff;border:2px solid #0b3c6f;border-radius:12px;color:#0b3c6f;font-weight:700;font-size:12px;line-height:15px;padding:0 4px;min-width:8px;text-align:center;box-shadow:none;white-space:nowrap}
.leaflet-tooltip.place{background:#0b3c6f;border:0;color:#fff;border-radius:4px;font-size:13px;font-weight:600;padding:1px 7px;min-width:0;white-space:nowrap}
.leaflet-tooltip.place::before{display:none}
.leaflet-tooltip.buurt{background:none;border:0;box-shadow:none;font-size:13px;color:#333;font-weight:600;white-space:nowrap;min-width:0;text-shadow:0 0 3px #fff,0 0 3px #fff,0 0 3px #fff}
.leaflet-tooltip.area{background:#fff;border:2px solid #1c1c1c;border-radius:4px;box-shadow:none;font-size:15px;color:#1c1c1c;font-weight:700;white-space:nowrap;min-width:0;padding:0 7px}
.swatch{display:inline-block;width:34px;height:0;border-top-width:7px;border-top-style:solid;vertical-align:middle;margin-right:8px}
.leaflet-tooltip{font-size:14px;white-space:normal;min-width:150px}
.leaflet-container{font:inherit}
.street-name{pointer-events:none}
.street-name span{position:absolute;white-space:nowrap;font-size:12px;line-height:14px;color:#222;text-shadow:0 0 2px #fff,0 0 2px #fff,0 0 3px #fff,0 0 3px #fff}
.sample{flex:none;margin-right:8px}
.legend li{display:flex;align-items:center}
form{margin:4px 0}
form label,fieldset legend{font-weight:600}
.row{display:flex;gap:8px;margin-top:4px}
.row input{flex:1;min-width:0}
input[type=search],button{font:inherit;padding:6px 10px;border:1px solid #555;border-radius:4px;background:#fff;color:#1c1c1c}
button{background:#0b3c6f;border-color:#0b3c6f;color:#fff;cursor:pointer}
fieldset{border:1px solid #bbb;border-radius:4px;margin:10px 0;padding:6px 10px}
fieldset label{display:flex;gap:8px;align-items:baseline;padding:4px 0;cursor:pointer}
#found{margin:6px 0;min-height:0}
aside h3{font-size:15px;margin:10px 0 2px}
a:focus-visible,button:focus-visible,input:focus-visible,#map:focus-visible{outline:3px solid #0b3c6f;outline-offset:2px}
@media (max-width:760px){main{flex-direction:column}aside{width:auto;max-width:none;border-left:0;border-top:1px solid #bbb;max-height:42vh}#map{min-height:46vh}header h1{font-size:17px}}
"""


def encode_for_folium(text: str) -> str:
    """Encode a text so that it stays text in HTML, in attributes and in template literals.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        With numeric entities for ``& < > " ' ` $ \\ { }`` and control characters.

    Examples
    --------
    >>> encode_for_folium("'s-Gravenweg ${x}")
    '&#39;s-Gravenweg &#36;&#123;x&#125;'
    """
    return "".join(
        f"&#{ord(c)};" if c in _RISKY or (ord(c) < 32 and c not in "\n\t") else c for c in text
    )


def _leaflet(name: str) -> str:
    return (
        files("js_lib_leaflet")
        .joinpath(f"static/js_lib_leaflet/{name}")
        .read_text(encoding="utf-8")
    )


def plain_map() -> folium.Map:
    """Give a folium map without tiles and without anything fetched.

    Returns
    -------
    folium.Map
        Vector layers are drawn on a canvas.
    """
    import folium

    page = folium.Map(
        tiles=None, prefer_canvas=True, zoom_control=True, control_scale=False, zoom_snap=0.25,
        attributionControl=False,
    )  # fmt: skip
    page.default_js, page.default_css = [], []
    return page


def add_script(page: folium.Map, script: str, *arguments: Element | dict[str, Any]) -> None:
    """Let one of our own scripts work on a map.

    Parameters
    ----------
    page : folium.Map
        The map; it is the script's first argument.
    script : str
        Name of a file beside this module that holds one function expression.
    *arguments : Element or dict
        A layer of the map, or data as JSON; texts in it are encoded already, as for folium.
    """
    from branca.element import MacroElement
    from folium.template import Template

    given = [page.get_name()]
    for argument in arguments:
        if isinstance(argument, dict):
            text = json.dumps(argument, ensure_ascii=True, separators=(",", ":"))
            given.append(text.replace("<", "\\u003c"))
        else:
            given.append(argument.get_name())
    source = files("zds_geo.outputs").joinpath(script).read_text(encoding="utf-8").strip()
    element = MacroElement()
    element._template = Template("{% macro script(this, kwargs) %}{{ this.source }}{% endmacro %}")
    element.source = f"({source})({', '.join(given)});"
    element.add_to(page)


def render_page(
    page: folium.Map, *, title: str, before: str, side: str, after: str, lang: str
) -> str:
    """Write a map as one page that needs nothing else.

    Parameters
    ----------
    page : folium.Map
        As from ``plain_map``, with its layers.
    title : str
        Plain text.
    before, side, after : str
        HTML of the head, the panel beside the map and the foot; texts in it are encoded.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    str
        The page: Leaflet inlined, ids in order instead of random, a content security policy
        with the hashes of its scripts.
    """
    words = {k: encode_for_folium(say(f"page.{k}", lang=lang)) for k in ("zoom_in", "zoom_out")}
    add_script(page, "zoom.js", words)
    root: Any = page.get_root()
    root.render()
    drawing = root.script.render()
    name = page.get_name()
    drawing = _steady_ids(drawing.replace(f'"{name}"', '"map"'))
    # The drawing may hold the sequence that ends a script only as data: never as markup.
    drawing = drawing.replace("</", "<\\/").replace("<!--", "<\\!--")
    scripts = [re.sub(r"//# sourceMappingURL=\S+", "", _leaflet("leaflet.js")), drawing]
    written = "\n".join(f"<script>{s}</script>" for s in scripts)
    hashes = " ".join(f"'sha256-{_hash(s)}'" for s in _SCRIPT.findall(written))
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    css = re.sub(r"url\([^)]*\)", "none", _leaflet("leaflet.css"))
    body = (
        f'<header>{before}</header>\n<main><div id="map" role="region" '
        f'aria-label="{encode_for_folium(title)}"></div>'
        f"<aside>{side}</aside></main>\n<footer>{after}</footer>"
    )
    return _HEAD.format(
        lang=lang, policy=policy, title=encode_for_folium(title), css=css + _CSS, body=body,
        scripts=written,
    )  # fmt: skip


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _steady_ids(text: str) -> str:
    """Number folium's random ids in order, so that the same map has the same bytes."""
    seen: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        return seen.setdefault(match[0], f"{len(seen):032x}")

    return _RANDOM_ID.sub(number, text)
