"""Orienteering in the manner of OPLib: TSPLIB-like points, three score rules, half the tour.

Made here, since the public instances are not in the repository; ``--file`` solves a public one
(TSPLIB text with COST_LIMIT and NODE_SCORE_SECTION). Share of the best of long runs, which are
kept and so searched once; with ``--bounds`` also of what no round can exceed (a proof where they
meet), with ``--proofs`` beside the optimum by CP-SAT, to 60 nodes.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from branching import bound_of
from known import digest_of, keep, read_known
from zds_geo.planner import solve_round

SIZES = (48, 76, 101, 150, 200, 262, 318)


@dataclass(frozen=True)
class Op:
    """One instance; node 0 is start and end."""

    name: str
    travel: Any
    score: Any
    budget: int


def make_op(n: int, rule: int, seed: int) -> Op:
    """Make points evenly, in clusters or on a rough grid, and scores by OPLib's three rules."""
    rng = np.random.default_rng(seed)
    if seed % 3 == 0:
        xy = rng.random((n, 2)) * 1000
    elif seed % 3 == 1:
        centres = rng.random((max(3, n // 20), 2)) * 1000
        xy = centres[rng.integers(len(centres), size=n)] + rng.normal(0, 45, (n, 2))
    else:
        side = int(np.ceil(np.sqrt(n)))
        grid = np.array([(i, j) for i in range(side) for j in range(side)][:n]) * 1000 / side
        xy = grid + rng.normal(0, 8, (n, 2))
    travel = np.rint(np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))).astype(np.int64)
    j = np.arange(1, n + 1)
    if rule == 1:
        score = np.ones(n, dtype=np.int64)
    elif rule == 2:
        score = 1 + (7141 * (j - 1) + 73) % 100
    else:
        far = travel[0].max()
        score = 1 + (99 * travel[0]) // far
    score[0] = 0
    tour = solve_round(
        travel, np.zeros(n, dtype=np.int64), np.ones(n, dtype=np.int64), start=0, end=0,
        budget_s=10**9, seed=1, iterations=4000,
    )  # fmt: skip
    return Op(f"gen{rule} n{n} s{seed}", travel, score, -(-tour.travel_s // 2))


def read_op(path: Path) -> Op:
    """Read a public instance (EUC_2D)."""
    head: dict[str, str] = {}
    points, scores, section = {}, {}, ""
    for line in path.read_text().splitlines():
        words = line.replace(":", " : ").split()
        if not words or words[0] == "EOF":
            continue
        if words[0].endswith("_SECTION"):
            section = words[0]
        elif ":" in words:
            head[words[0]] = " ".join(words[words.index(":") + 1 :])
        elif section == "NODE_COORD_SECTION":
            points[int(words[0])] = (float(words[1]), float(words[2]))
        elif section == "NODE_SCORE_SECTION":
            scores[int(words[0])] = int(words[1])
    xy = np.array([points[k] for k in sorted(points)])
    gaps = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    travel = np.floor(gaps + 0.5).astype(np.int64)
    score = np.array([scores[k] for k in sorted(points)], dtype=np.int64)
    return Op(head.get("NAME", path.stem), travel, score, int(float(head["COST_LIMIT"])))


def solve(op: Op, seconds: float, seed: int) -> int:
    """Solve with ours."""
    zero = np.zeros(len(op.score), dtype=np.int64)
    found = solve_round(
        op.travel, zero, op.score, start=0, end=0, budget_s=op.budget, seed=seed,
        time_limit_s=seconds,
    )  # fmt: skip
    return found.prize


def solve_long(op: Op, seconds: float, seed: int) -> int:
    """Search long, or give what an earlier search as long found."""
    digest = digest_of(op.travel, np.zeros(len(op.score), dtype=np.int64), op.score, op.budget)
    name = f"searched {seconds:g} s, seed {seed}"
    known = read_known().get(digest, {})
    if name not in known:
        known = keep(digest, {name: float(solve(op, seconds, seed))})
    return int(known[name])


def bound(op: Op, best: int, seconds: float) -> int:
    """Bound it, or give the bound kept."""
    zero = np.zeros(len(op.score), dtype=np.int64)
    digest = digest_of(op.travel, zero, op.score, op.budget)
    known = read_known().get(digest, {})
    if "bound" not in known:
        got = bound_of(
            op.travel, zero, op.score, start=0, end=0, budget=op.budget, best=best, seconds=seconds
        )
        facts = {"best": float(got.best), "bound": float(got.bound), "relaxation": float(got.root)}
        known = keep(digest, {**facts, "seconds": round(got.seconds, 1)})
    return int(known["bound"])


def prove(op: Op, seconds: float, *, least: int) -> tuple[int, bool]:
    """Solve with CP-SAT's circuit, from a prize that is reached; give prize and whether proven."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    n, arcs, length = len(op.score), [], []
    for i in range(n):
        for j in range(n):
            if i != j:
                used = model.new_bool_var("")
                arcs.append((i, j, used))
                length.append(int(op.travel[i, j]) * used)
    skipped = [model.new_bool_var("") for _ in range(n)]
    arcs += [(i, i, skipped[i]) for i in range(1, n)]
    model.add(skipped[0] == 0)
    model.add_circuit(arcs)
    model.add(sum(length) <= op.budget)
    prize = sum(int(op.score[i]) * (1 - skipped[i]) for i in range(n))
    model.add(prize >= least)
    model.maximize(prize)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2  # subtour rows; without them it proves nothing
    status = solver.solve(model)
    some = status in {cp_model.OPTIMAL, cp_model.FEASIBLE}
    return round(solver.objective_value) if some else 0, status == cp_model.OPTIMAL


def main() -> int:
    """Print shares of the best of long runs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--long", type=float, default=60.0)
    parser.add_argument("--long-seeds", type=int, default=2)
    parser.add_argument("--sizes", nargs="*", type=int, default=list(SIZES))
    parser.add_argument("--proofs", type=float, default=0.0, help="seconds for CP-SAT, to 60 nodes")
    parser.add_argument("--bounds", type=float, default=0.0, help="seconds for a bound")
    parser.add_argument("--file", type=Path, nargs="*", default=[])
    args = parser.parse_args()
    solve(make_op(20, 1, 0), 0.1, 0)
    every = [read_op(path) for path in args.file]
    if not every:
        every = [make_op(n, rule, n + rule) for n in args.sizes for rule in (1, 2, 3)]
    shares, of_bound, missed, proven = [], [], [], [0, 0]
    for op in every:
        found = solve(op, args.seconds, 1)
        longer = range(2, 2 + args.long_seeds) if args.long else ()
        best = max([found, *(solve_long(op, args.long, s) for s in longer)])
        text = ""
        if args.proofs and len(op.score) <= 60:
            top, sure = prove(op, args.proofs, least=best)
            text = f"  CP-SAT {top}{' proven' if sure else ' (no proof)'}"
            best = max(best, top)
            proven[0] += sure
            if sure and found < top:
                missed.append(op.name)
        if args.bounds:
            most = bound(op, best, args.bounds)
            of_bound.append(found / most)
            proven[1] += best == most
            if best == most and found < best and op.name not in missed:
                missed.append(op.name)
            text += f"  bound {most} ({found / most:.4f})"
        shares.append(found / best)
        print(f"{op.name:<18} {found:>6} of {best:>6}  {found / best:.4f}{text}", flush=True)
    print(f"{len(shares)} instances: mean {np.mean(shares):.4f}, worst {min(shares):.4f}")
    if of_bound:
        print(f"of the bound: mean {np.mean(of_bound):.4f}, worst {min(of_bound):.4f}")
    if args.proofs or args.bounds:
        met = f"missed: {', '.join(missed)}" if missed else "all met"
        print(f"optima proven: {proven[0]} by CP-SAT, {proven[1]} by the bound; {met}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
