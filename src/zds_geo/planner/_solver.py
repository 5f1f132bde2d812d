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
    travel = case.travel[np.ix_(places, places)]
    cost = routing.RegisterTransitMatrix(travel.tolist())
    routing.SetArcCostEvaluatorOfAllVehicles(cost)
    if case.windows is not None:
        _want_windows(case, routing, manager, places)
    answer = routing.SolveWithParameters(_parameters())
    if answer is None:
        return None
    order, index = [], routing.Start(0)
    while not routing.IsEnd(index):
        order.append(places[manager.IndexToNode(index)])
        index = answer.Value(routing.NextVar(index))
    order.append(case.end)
    return order if case.fits(order) else None


def _want_windows(case: Case, routing: Any, manager: Any, places: list[int]) -> None:
    """Make lateness dear instead of forbidden.

    Where no order keeps a hard window, the library goes through all orders, for hours.
    """
    if case.windows is None:
        return
    travel, service = case.travel[np.ix_(places, places)], case.service[places]
    last = len(places) - 1
    horizon = int(travel.max(axis=1).sum() + service.sum() + case.windows[places, 0].max())
    spent = routing.RegisterTransitMatrix((travel + service[:, None]).tolist())
    routing.AddDimension(spent, horizon, horizon, False, "time")
    time = routing.GetDimensionOrDie("time")
    dear = int(travel.sum()) + 1
    for place, node in enumerate(places):
        opens, closes = (int(t) for t in case.windows[node])
        if place == last:
            index, latest = routing.End(0), case.budget
            if case.start == case.end:
                opens = 0
            else:
                latest = min(closes, case.budget - int(case.service[node]))
        else:
            index = routing.Start(0) if place == 0 else manager.NodeToIndex(place)
            latest = closes
        time.CumulVar(index).SetMin(min(opens, horizon))
        time.SetCumulVarSoftUpperBound(index, max(0, latest), dear)


def _parameters() -> Any:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = (
        routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    )
    parameters.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GREEDY_DESCENT
    )
    return parameters
