"""The order of given nodes by OR-Tools' routing library (local search, no clock, no chance)."""

from __future__ import annotations

from typing import Any

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from zds_geo.planner._case import Case


def order_nodes(case: Case, nodes: list[int]) -> list[int] | None:
    """Order all given nodes between start and end, as short as local search finds.

    Parameters
    ----------
    case : Case
        Travel, service, budget and windows.
    nodes : list of int
        Nodes to visit, without start and end.

    Returns
    -------
    list of int or None
        The order with start and end; None when OR-Tools finds no order that fits.
    """
    if not nodes:
        return [case.start, case.end]
    places = [case.start, *nodes, case.end]
    last = len(places) - 1
    manager = pywrapcp.RoutingIndexManager(len(places), 1, [0], [last])
    routing = pywrapcp.RoutingModel(manager)
    travel = case.travel[np.ix_(places, places)].copy()
    service = case.service[places].copy()
    if case.start == case.end:
        service[last] = 0
    cost = routing.RegisterTransitMatrix(travel.tolist())
    routing.SetArcCostEvaluatorOfAllVehicles(cost)
    spent = routing.RegisterTransitMatrix((travel + service[:, None]).tolist())
    room = case.budget - int(service[last])
    waiting = room if case.windows is not None else 0
    routing.AddDimension(spent, waiting, room, case.windows is None, "time")
    if case.windows is not None:
        _set_windows(case, routing, manager, places)
    answer = routing.SolveWithParameters(_parameters())
    if answer is None:
        return None
    order, index = [], routing.Start(0)
    while not routing.IsEnd(index):
        order.append(places[manager.IndexToNode(index)])
        index = answer.Value(routing.NextVar(index))
    order.append(case.end)
    return order if case.fits(order) else None


def _set_windows(case: Case, routing: Any, manager: Any, places: list[int]) -> None:
    if case.windows is None:
        return
    time = routing.GetDimensionOrDie("time")
    for place, node in enumerate(places):
        if place == len(places) - 1 and case.start == case.end:
            continue
        opens, closes = (int(t) for t in case.windows[node])
        index = manager.NodeToIndex(place) if place < len(places) - 1 else routing.End(0)
        if place == 0:
            index = routing.Start(0)
        time.CumulVar(index).SetRange(max(0, opens), max(0, min(closes, case.budget)))


def _parameters() -> Any:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = (
        routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    )
    parameters.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GREEDY_DESCENT
    )
    return parameters
