"""A small automatic check of accessibility: what WCAG 2.2 AA asks of pages such as ours."""

from __future__ import annotations

from typing import Any

# Gives a list of sentences, one for each fault.
_SCRIPT = r"""
() => {
  const faults = [];
  const say = (text, el) => faults.push(text + ": " + (el ? el.outerHTML.slice(0, 90) : ""));
  const shown = (el) => !!(el.offsetWidth || el.offsetHeight || el.getClientRects().length);
  const all = (query) => Array.from(document.querySelectorAll(query)).filter(shown);
  if (!/^(nl|en)$/.test(document.documentElement.lang)) { say("no language"); }
  if (!document.title.trim()) { say("no title"); }
  const zoomed = document.querySelector("meta[name=viewport]");
  if (!zoomed || /user-scalable=no|maximum-scale/.test(zoomed.content)) { say("zooming is barred"); }
  for (const mark of ["main", "header", "footer"]) {
    if (document.querySelectorAll(mark).length !== 1) { say("not one " + mark); }
  }
  const levels = all("h1,h2,h3,h4").map((h) => Number(h.tagName[1]));
  if (levels.filter((l) => l === 1).length !== 1 || levels[0] !== 1) { say("not one h1 first"); }
  levels.forEach((l, i) => { if (i && l > levels[i - 1] + 1) { say("heading level skipped"); } });
  const ids = Array.from(document.querySelectorAll("[id]")).map((e) => e.id);
  ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) => say("id twice " + id));
  const nameOf = (el) => {
    const by = (el.getAttribute("aria-labelledby") || "").split(" ").filter(Boolean)
      .map((id) => (document.getElementById(id) || {}).textContent || "").join(" ");
    const labels = Array.from(el.labels || []).map((l) => l.textContent).join(" ");
    return (el.getAttribute("aria-label") || by || labels || el.textContent || el.title || "").trim();
  };
  const controls = all("a[href],button,input,select,textarea,[role=button],[tabindex='0']");
  for (const el of controls) {
    if (!nameOf(el)) { say("control without a name", el); }
    if (el.closest("[aria-hidden=true]")) { say("hidden from readers but in tab order", el); }
    if (el.tabIndex > 0) { say("own tab order", el); }
    const box = el.getBoundingClientRect();
    const target = el.closest("label") || el;
    const room = target.getBoundingClientRect();
    if (el.id !== "map" && Math.max(room.height, box.height) < 24) { say("target under 24 px", el); }
  }
  for (const el of all("img,svg,[role=img]")) {
    const named = el.getAttribute("alt") !== null || nameOf(el);
    if (!named && !el.closest("[aria-hidden=true]")) { say("picture without words", el); }
  }
  for (const el of all("ul,ol")) {
    if (Array.from(el.children).some((c) => c.tagName !== "LI")) { say("list of something else", el); }
  }
  for (const el of all("fieldset")) { if (!el.querySelector("legend")) { say("group unnamed", el); } }
  const part = (text) => (text.match(/[\d.]+/g) || []).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.slice(0, 3).map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4)));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (el) => {
    for (let e = el; e; e = e.parentElement) {
      const c = part(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || (c.length === 4 && c[3] > 0.99)) { return c; }
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const el = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !shown(el) || /^(SCRIPT|STYLE|OPTION)$/.test(el.tagName)) { continue; }
    const style = getComputedStyle(el);
    const a = light(part(style.color));
    const b = light(ground(el));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) { say("contrast " + ratio.toFixed(1), el); }
    if (parseFloat(style.fontSize) < 12) { say("letters under 12 px", el); }
  }
  if (document.documentElement.scrollWidth > window.innerWidth + 1) { say("wider than the screen"); }
  return faults;
}
"""


def list_barriers(tab: Any) -> list[str]:
    """List what would stop somebody: names, contrast, order, keyboard, room on a phone."""
    faults: list[str] = tab.evaluate(_SCRIPT)
    return faults + _out_of_reach(tab)


def _out_of_reach(tab: Any) -> list[str]:
    """Press Tab until the page begins again; every control must have had its turn, visibly."""
    wanted = tab.evaluate(
        """() => { let n = 0; const shown = (e) => e.getClientRects().length > 0;
        document.querySelectorAll("a[href],button,input,select,[tabindex='0']").forEach((e) => {
          if (!shown(e) || (e.type === "radio" && !e.checked)) { return; } e.dataset.reach = n++; });
        if (document.activeElement) { document.activeElement.blur(); } return n; }"""
    )
    reached = set()
    faults = []
    for _ in range(3 * wanted + 3):
        tab.keyboard.press("Tab")
        found = tab.evaluate(
            """() => { const e = document.activeElement; const s = getComputedStyle(e);
            return [e.dataset.reach, s.outlineStyle !== "none" || s.boxShadow !== "none"]; }"""
        )
        if found[0] is not None:
            if not found[1] and found[0] not in reached:
                faults.append(f"no visible focus on control {found[0]}")
            reached.add(found[0])
    if len(reached) < wanted:
        faults.append(f"keyboard reaches {len(reached)} of {wanted} controls")
    return faults
