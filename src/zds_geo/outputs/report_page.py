"""The board's page as one HTML file: no script, no request, text that stays text (S05, P14)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from zds_geo.outputs.page import encode_for_folium

_CSS: Final = """
body{margin:0 auto;max-width:900px;padding:20px 18px 30px;font:17px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;color:#1c1c1c;background:#fff}
h1{font-size:30px;line-height:1.2;margin:0}
h2{font-size:21px;margin:30px 0 8px}
p{margin:6px 0}
h1,h2,p,dd,footer{overflow-wrap:anywhere}
.mark{float:right;background:#1c1c1c;color:#fff;padding:2px 10px;font-weight:600}
.sub{font-weight:700;font-size:19px}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(180px,1fr));gap:12px;list-style:none;margin:16px 0 0;padding:0}
.cards li{border:1px solid #777;border-radius:6px;padding:10px 14px}
.word{display:block;font-weight:700}
.number{font-size:31px;font-weight:700;line-height:1.25;margin-right:8px}
.share{font-size:20px}
.of,.note{color:#444;font-size:15px}
.of{display:block}
.promise{border-left:5px solid #143d66;padding:2px 0 2px 14px}
.promise p:first-child{font-weight:700;font-size:19px}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;margin:8px 0}
th,td{text-align:left;padding:5px 8px;border-bottom:1px solid #bbb;vertical-align:middle;font-weight:400}
thead th{font-weight:700;font-size:15px;border-bottom:2px solid #333;vertical-align:bottom}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tfoot th,tfoot td{font-weight:700;border-bottom:0}
.bar{width:150px;min-width:110px}
tbody th{min-width:130px}
.bar svg{display:block;width:100%;height:15px}
.swatch{display:inline-block;width:12px;height:12px;margin-right:5px;vertical-align:-1px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px;margin:8px 0}
dt{font-weight:700}dd{margin:0}
code{font:15px/1.4 ui-monospace,Consolas,monospace}
footer{margin-top:30px;border-top:1px solid #999;padding-top:8px;font-size:14px;color:#333}
@media print{body{max-width:none;padding:0;font-size:13px}h2{break-after:avoid}tr,.cards li{break-inside:avoid}}
"""
_PAGE: Final = """<!DOCTYPE html>
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
</body>
</html>
"""


def render_report(content: Mapping[str, Any]) -> str:
    """Write the board's page as HTML.

    Parameters
    ----------
    content : mapping
        As from ``lay_out``.

    Returns
    -------
    str
        One page that needs nothing else.
    """
    digest = base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    parts = (_head, _promise, _buurten, _blocks, _rest)
    return _PAGE.format(
        lang=content["lang"],
        policy=policy,
        title=_text(f"{content['title']} · {content['subtitle']}"),
        css=_CSS,
        body="\n".join(part(content) for part in parts),
    )


def _text(value: object) -> str:
    return encode_for_folium(str(value))


def _swatch(shade: str) -> str:
    return (
        f'<svg class="swatch" viewBox="0 0 12 12" aria-hidden="true">'
        f'<rect x="0.5" y="0.5" width="11" height="11" fill="{shade}" stroke="#555555"/></svg>'
    )


def _head(content: Mapping[str, Any]) -> str:
    mark = f'<span class="mark">{_text(content["invented"])}</span>' if content["invented"] else ""
    cards = []
    for i, card in enumerate(content["cards"]):
        swatch = _swatch(content["shades"][i]) if i < len(content["shades"]) else ""
        cards.append(
            f'<li><span class="word">{swatch}{_text(card["word"])}</span>'
            f'<span class="number">{_text(card["number"])}</span>'
            f'<span class="share">{_text(card["share"])}</span>'
            f'<span class="of">{_text(card["of"])}</span></li>'
        )
    return (
        f"<header>{mark}<h1>{_text(content['title'])}</h1>"
        f'<p class="sub">{_text(content["subtitle"])}</p><p>{_text(content["when"])}</p></header>'
        f'\n<main>\n<ul class="cards">{"".join(cards)}</ul>'
    )


def _promise(content: Mapping[str, Any]) -> str:
    promise = content["promise"]
    if not promise["head"]:
        return ""
    lines = "".join(f"<p>{_text(line)}</p>" for line in promise["lines"] if line)
    return (
        f"<h2>{_text(promise['head'])}</h2>"
        f'<div class="promise"><p>{_text(promise["verdict"])}</p>{lines}</div>'
    )


def _buurten(content: Mapping[str, Any]) -> str:
    heads = []
    for i, head in enumerate(content["heads"]):
        swatch = _swatch(content["shades"][i - 2]) if 2 <= i <= 4 else ""
        kind = "" if i in {0, 6} else ' class="n"'
        heads.append(f'<th scope="col"{kind}>{swatch}{_text(head)}</th>')
    body = "\n".join(_row(row) for row in content["rows"])
    notes = "".join(f'<p class="note">{_text(n)}</p>' for n in content["notes"])
    return (
        f"<h2>{_text(content['buurten_head'])}</h2>"
        f'<div class="wide"><table><thead><tr>{"".join(heads)}</tr></thead>'
        f"<tbody>{body}</tbody><tfoot>{_row(content['total'])}</tfoot></table></div>{notes}"
    )


def _row(row: Mapping[str, Any]) -> str:
    numbers = "".join(f'<td class="n">{_text(cell)}</td>' for cell in row["cells"])
    bar = row["bar"].replace("<svg ", f'<svg role="img" aria-label="{_text(row["alt"])}" ', 1)
    return f'<tr><th scope="row">{_text(row["name"])}</th>{numbers}<td class="bar">{bar}</td></tr>'


def _blocks(content: Mapping[str, Any]) -> str:
    blocks = content["blocks"]
    parts = [f"<h2>{_text(blocks['head'])}</h2>", f"<p>{_text(blocks['note'])}</p>"]
    if blocks["rows"]:
        parts.append(_table(blocks["heads"], blocks["rows"], numbers={2}))
    parts += [f"<p>{_text(blocks[name])}</p>" for name in ("more", "arrange") if blocks[name]]
    return "".join(parts)


def _table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: set[int], code: int = -1
) -> str:
    def kind(i: int) -> str:
        return ' class="n"' if i in numbers else ""

    def cell(i: int, value: str) -> str:
        inner = f"<code>{_text(value)}</code>" if i == code else _text(value)
        return f"<td{kind(i)}>{inner}</td>"

    top = "".join(f'<th scope="col"{kind(i)}>{_text(h)}</th>' for i, h in enumerate(heads))
    body = "".join(f"<tr>{''.join(cell(i, v) for i, v in enumerate(row))}</tr>" for row in rows)
    return (
        f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _rest(content: Mapping[str, Any]) -> str:
    title, hours = content["hours"]
    words, trace = content["words"], content["trace"]
    terms = "".join(f"<dt>{_text(w)}</dt><dd>{_text(d)}</dd>" for w, d in words["rows"])
    return (
        f"<h2>{_text(title)}</h2><p>{_text(hours)}</p>"
        f"<h2>{_text(words['head'])}</h2><dl>{terms}</dl><p>{_text(words['note'])}</p>"
        f"<h2>{_text(trace['head'])}</h2><p>{_text(trace['note'])}</p>"
        f"{_table(trace['heads'], trace['rows'], numbers=set(), code=1)}"
        f"</main>\n<footer>{_text(content['credit'])}</footer>"
    )
