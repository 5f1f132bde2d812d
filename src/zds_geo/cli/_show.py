"""How results are shown to people, and laid out for programs."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from zds_geo.app.import_places import ImportResult
from zds_geo.app.plan_day import PlanResult
from zds_geo.app.show_coverage import SHOWN, Coverage
from zds_geo.app.show_forecast import Outlook
from zds_geo.app.show_learning import FEW_ATTEMPTS, Learning
from zds_geo.app.show_simulation import SimulatedSeason
from zds_geo.cli._face import Face
from zds_geo.core.texts import load_catalogue
from zds_geo.core.windows import WEEKDAYS

MAX_FAR_SHOWN = 10
FAR_SHARE = 0.25
FEW_HOMES = 20


def day_name(face: Face, day: date) -> str:
    """Write a date with its weekday, as people say it."""
    return f"{face.say(f'weekday.{WEEKDAYS[day.weekday()]}')} {face.fact(day)}"


def show_import(face: Face, result: ImportResult) -> None:
    """Show the quality report of an import."""
    report = result.report
    face.print(
        "import.counts",
        rows=report.n_rows,
        kept=report.kept,
        merged=report.merged,
        left_out=sum(report.left_out.values()),
    )
    for reason, count in sorted(report.left_out.items()):
        face.write(f"  {face.fact(count, '>6')}  {face.say(reason)}")
    for key, count in sorted(result.counts.items()):
        face.write(f"  {face.fact(count, '>6')}  {face.say(key)}")
    if report.flagged:
        face.print("import.flagged")
        for reason, count in sorted(report.flagged.items()):
            face.write(f"  {face.fact(count, '>6')}  {face.say(reason)}")
    face.print("import.per_buurt")
    for row in report.per_buurt:
        households = row["cbs_households"]
        face.write(
            f"  {row['buurt_code']}  {str(row['buurt_naam'])[:32]:<32}"
            f" {face.fact(row['doors'], '>6')} {face.fact(row['stops'], '>6')}"
            f" {face.fact('-' if households is None else households, '>8')}"
        )
    _show_beside_cbs(face, result)
    face.print("import.far", n=len(report.far_from_street))
    for label in report.far_from_street_labels[:MAX_FAR_SHOWN]:
        face.write(f"    {label}")
    if len(report.far_from_street) > MAX_FAR_SHOWN:
        face.print("import.far_more", n=len(report.far_from_street) - MAX_FAR_SHOWN)
    _show_changes(face, result)
    for credit in result.credits:
        face.print("import.credit", credit=credit.credit, date=credit.data_date or "?")
    face.print("import.done")


def _show_beside_cbs(face: Face, result: ImportResult) -> None:
    """Set the homes beside the households, and name what nobody could check (S09)."""
    rows = [r for r in result.report.per_buurt if r["cbs_households"] is not None]
    if rows:
        doors, households = (
            sum(int(str(r[column])) for r in rows) for column in ("doors", "cbs_households")
        )
        year = next((c.data_date for c in result.credits if c.kind == "buurten"), "")
        face.print("import.total", doors=doors, households=households, year=year or "?")
        far = [
            str(r["buurt_naam"])
            for r in rows
            if abs(int(str(r["doors"])) - int(str(r["cbs_households"])))
            > max(FEW_HOMES, FAR_SHARE * int(str(r["cbs_households"])))
        ]
        if far:
            face.print("import.off", buurten=", ".join(far))
    if result.unchecked:
        face.print("import.unchecked", files=", ".join(result.unchecked))


def _show_changes(face: Face, result: ImportResult) -> None:
    """Show what changed against the previous places."""
    if result.changes:
        face.print("import.changes")
        for kind, count in result.changes.items():
            if count:
                face.write(f"  {face.fact(count, '>6')}  {face.say(f'import.change.{kind}')}")
        for door_id in result.doubtful[:MAX_FAR_SHOWN]:
            face.write(f"    {door_id}")
    for fix_id in result.unmatched_fixes:
        face.print("import.unmatched_fix", fix_id=fix_id)


def import_as_data(result: ImportResult) -> Mapping[str, object]:
    """Lay an import out for a program."""
    from dataclasses import asdict

    return {
        "report": asdict(result.report),
        "credits": [asdict(c) for c in result.credits],
        "changes": result.changes,
        "doubtful": list(result.doubtful),
        "unmatched_fixes": list(result.unmatched_fixes),
        "unchecked": list(result.unchecked),
        "counts": result.counts,
    }


def show_plan(face: Face, result: PlanResult) -> None:
    """Show what was planned and where the files are."""
    plan = result.plan
    if result.asked_on != plan.date:
        why = face.say(result.closed_why or "calendar.no_shift")
        face.print("plan.other_day", asked=day_name(face, result.asked_on), why=why)
    face.print("plan.head", date=day_name(face, plan.date), n=len(plan.rounds))
    for planned in plan.rounds:
        face.print(
            "plan.round",
            code=f"{planned.round_id:<12}",
            who=planned.assistant_id,
            starts=f"{planned.start_at:%H:%M}",
            ends=f"{planned.end_at:%H:%M}",
            doors=len(planned.door_ids),
            stops=len(planned.stops),
            km=face.fact(planned.length_m / 1000, ".1f"),
            minutes=round((planned.walk_s + planned.service_s) / 60),
        )
    if result.search_failed:
        face.print("plan.search_failed")
    for shift in plan.unserved_shifts:
        face.print(
            "plan.unserved",
            who=shift.assistant_id,
            starts=f"{shift.start_at:%H:%M}",
            why=face.say(shift.why),
        )
    if plan.skipped:
        face.print("plan.skipped")
        for reason, count in plan.skipped.items():
            face.write(f"  {face.fact(count, '>6')}  {face.say(reason)}")
    if result.kept:
        face.print("plan.kept", codes=", ".join(result.kept))
    for code in result.replaced:
        face.print("plan.replaced", code=code)
    face.print("plan.files", folder=result.folder)
    for path in result.files:
        face.write(f"  {path}")


def plan_as_data(result: PlanResult) -> Mapping[str, object]:
    """Lay a plan out for a program: what was made, and where."""
    plan = result.plan
    return {
        "date": plan.date,
        "folder": result.folder,
        "files": list(result.files),
        "kept": list(result.kept),
        "replaced": list(result.replaced),
        "rounds": [
            {
                "round_id": r.round_id,
                "assistant_id": r.assistant_id,
                "doors": len(r.door_ids),
                "stops": len(r.stops),
                "length_m": r.length_m,
                "walk_s": r.walk_s,
                "service_s": r.service_s,
            }
            for r in plan.rounds
        ],
        "skipped": plan.skipped,
        "unserved_shifts": [
            {"assistant_id": s.assistant_id, "start_at": s.start_at, "why": s.why}
            for s in plan.unserved_shifts
        ],
    }


def show_coverage(face: Face, coverage: Coverage) -> None:
    """Show coverage as a table in doors."""
    if coverage.since:
        face.print("coverage.since", date=date.fromisoformat(coverage.since))
    names = (face.say(f"column.{name}") for name in SHOWN)
    face.write(f"{'':<30}" + "".join(f"{name:>11}" for name in names))
    for code, row in coverage.rows.iterrows():
        name = row["buurt_naam"] if coverage.by == "buurt" else code
        face.write(f"{str(name)[:30]:<30}" + _figures(face, row))
    face.write(f"{face.say('coverage.total'):<30}" + _figures(face, coverage.total))
    face.print("coverage.note")
    total = coverage.total
    face.print("coverage.fair", n=total["fair"], doors=total["n_doors"], misses=total["misses"])
    if coverage.to_arrange:
        face.print("coverage.to_arrange", n=len(coverage.to_arrange))
        for label in coverage.to_arrange:
            face.write(f"    {label}")


def _figures(face: Face, row: Any) -> str:
    return "".join(face.fact(int(row[name]), ">11") for name in SHOWN)


def coverage_as_data(coverage: Coverage) -> Mapping[str, object]:
    """Lay coverage out for a program."""
    rows = coverage.rows.reset_index()
    return {
        "by": coverage.by,
        "since": coverage.since,
        "rows": [{str(k): v for k, v in r.items()} for r in rows.to_dict("records")],
        "total": coverage.total,
        "to_arrange": list(coverage.to_arrange),
    }


def show_outlook(face: Face, outlook: Outlook) -> None:
    """Show a forecast: per buurt, what comes late, what is short, and which shift helps most."""
    found = outlook.forecast
    if outlook.ended_on is not None:
        face.print("doctor.cycle_over", date=outlook.ended_on)
    key = "forecast.until_promise" if outlook.promised else "forecast.until"
    face.print(key, date=outlook.until, doors=found.n_doors)
    face.print("forecast.head")
    for code, row in found.buurten.iterrows():
        tried = _between(row["tried_low"], row["tried_high"])
        reached = _between(row["reached_low"], row["reached_high"])
        week = str(int(row["all_tried_week"])) if row["all_tried_week"] else "-"
        name = outlook.names.get(str(code), str(code))[:28]
        face.write(
            f"{name:<28}{face.fact(int(row['n_doors']), '>9')}{tried:>16}{reached:>16}{week:>14}"
        )
    low, _, high = found.late
    if high >= 1:
        key = "forecast.late" if round(low) < round(high) else "forecast.late_one"
        face.print(key, low=round(low), high=round(high))
    else:
        face.print("forecast.in_time")
    if found.done_week:
        face.print("forecast.done", week=found.done_week)
    for kind, hours in found.short_hours.items():
        if hours >= 1:
            face.print("forecast.short", hours=round(hours), kind=face.say(f"forecast.kind.{kind}"))
    face.print("forecast.advice")
    for window, row in outlook.advice.iterrows():
        name = _window_name(face, str(window))
        if row["sure"]:
            face.write(f"    {name:<18}{row['more_reached']:>+8.0f}")
        else:
            why = "forecast.unsure" if row["few"] else "forecast.little"
            face.write(f"    {name:<18}   {face.say(why)}")


def show_learning(face: Face, learning: Learning) -> None:
    """Show what was foretold and what happened, per window; and plain beside learned shifts."""
    few = face.say("forecast.unsure")
    face.print("learned.about", first=learning.first, last=learning.last)
    face.print("learned.head")
    table = learning.table
    for window, row in table.iterrows():
        name, tried = _window_name(face, str(window)), int(row["attempts"])
        if tried < FEW_ATTEMPTS:
            face.write(f"{name:<18}{face.fact(tried, '>12')}   {few}")
            continue
        shares = [_share(face, row[c] / tried) for c in ("expected", "opened")]
        face.write(f"{name:<18}{face.fact(tried, '>12')}{shares[0]:>12}{shares[1]:>12}")
    if (n := table["attempts"].sum()) >= FEW_ATTEMPTS:
        losses = [round(float(table[c].sum() / n), 3) for c in ("loss", "loss_rules")]
        key = "learned.better" if losses[0] < losses[1] else "learned.worse"
        face.print(key, learned=face.fact(losses[0], ".3f"), rules=face.fact(losses[1], ".3f"))
    else:
        face.print("learned.few", n=int(n), least=FEW_ATTEMPTS)
    for plain, (tried, opened) in learning.compared.items():
        key = "learned.plain_days" if plain else "learned.learned_days"
        text = _share(face, opened / tried) if tried >= FEW_ATTEMPTS else few
        face.print(key, n=tried, share=text)
    if learning.compared:
        face.print("learned.as_set")


def _share(face: Face, share: float) -> str:
    return f"{face.fact(100 * share, '.0f')} %"


def learning_as_data(learning: Learning) -> Mapping[str, object]:
    """Lay it out for a program."""
    names = {True: "plain_days", False: "learned_days"}
    return {
        "first": learning.first,
        "last": learning.last,
        "windows": learning.table.reset_index().to_dict("records"),
        "compared": {
            names[k]: {"attempts": n, "opened": o} for k, (n, o) in learning.compared.items()
        },
    }


def _window_name(face: Face, window: str) -> str:
    key = f"window.{window}"  # windows of zds.toml may have names of their own
    return face.say(key) if key in load_catalogue() else window


def _between(low: float, high: float) -> str:
    return str(round(low)) if round(low) == round(high) else f"{round(low)}-{round(high)}"


def outlook_as_data(outlook: Outlook) -> Mapping[str, object]:
    """Lay a forecast out for a program."""
    found = outlook.forecast
    return {
        "until": outlook.until,
        "promised": outlook.promised,
        "n_doors": found.n_doors,
        "weeks": [d.isoformat() for d in found.weeks],
        "tried": found.tried.round(1).tolist(),
        "reached": found.reached.round(1).tolist(),
        "buurten": found.buurten.reset_index().to_dict("records"),
        "late": list(found.late),
        "unfinished": list(found.unfinished),
        "short_hours": found.short_hours,
        "done_week": found.done_week,
        "advice": [
            {"window": str(w), "more_reached": float(r["more_reached"]), "sure": bool(r["sure"])}
            for w, r in outlook.advice.iterrows()
        ],
    }


def show_simulation(face: Face, found: Sequence[SimulatedSeason], *, world: str) -> None:
    """Show what each way of choosing came to among invented people."""
    face.print("simulate.intro", world=world)
    marks = list(found[0].reached)
    head = "".join(f"{face.say('simulate.week', n=w):>10}" for w in marks)
    face.write(f"{'':<22}{head}{face.say('simulate.head')}")
    for one in found:
        shares = "".join(f"{face.fact(100 * one.reached[w], '>8.1f')} %" for w in marks)
        name = face.say(f"simulate.policy.{one.policy}")
        face.write(
            f"{name:<22}{shares}{face.fact(one.mean_weeks, '>16.1f')}"
            f"{face.fact(one.rings_per_home, '>12.2f')}{face.fact(one.missed_openers, '>8')}"
        )
    face.print("simulate.note")


def simulation_as_data(
    found: Sequence[SimulatedSeason], *, world: str, seed: int
) -> Mapping[str, object]:
    """Lay a simulation out for a program."""
    from dataclasses import asdict

    return {"world": world, "seed": seed, "invented": True, "policies": [asdict(f) for f in found]}
