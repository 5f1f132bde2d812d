"""What nobody walks through on the way from a door to a street: water, railways, buildings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt


class Obstacles:
    """Water, railways and buildings, with for each door the surfaces it stands in itself.

    Parameters
    ----------
    points : ndarray of Point, shape (n,)
        The doors, EPSG:28992.
    pand_ids : sequence of str
        Building of each door; empty where unknown.
    panden, water, barriers : GeoDataFrame
        Contracts PANDEN, WATER and BARRIERS.
    """

    def __init__(
        self,
        points: npt.NDArray[np.object_],
        pand_ids: npt.NDArray[np.object_],
        *,
        panden: gpd.GeoDataFrame,
        water: gpd.GeoDataFrame,
        barriers: gpd.GeoDataFrame,
    ) -> None:
        import numpy as np
        import shapely

        self._points = points
        self._areas = np.concatenate([panden.geometry.to_numpy(), water.geometry.to_numpy()])
        self._lines = barriers.geometry.to_numpy()
        self._area_tree = shapely.STRtree(self._areas)
        self._line_tree = shapely.STRtree(self._lines)
        # A door may leave its own building, and a houseboat its own water.
        door, area = self._area_tree.query(points, predicate="intersects")
        place = {str(pand): i for i, pand in enumerate(panden.index)}
        named = [(i, place[str(p)]) for i, p in enumerate(pand_ids) if str(p) in place]
        own = [*zip(door.tolist(), area.tolist(), strict=True), *named]
        self._own = np.unique(np.array([d * len(self._areas) + a for d, a in own], dtype=np.int64))

    def block(
        self,
        door: npt.NDArray[np.intp],
        feet: npt.NDArray[np.object_],
        *,
        starts: npt.NDArray[np.object_] | None = None,
    ) -> npt.NDArray[np.bool_]:
        """Tell which straight ways from doors to points on a street are barred.

        Parameters
        ----------
        door : ndarray of int, shape (m,)
            Row of each door.
        starts : ndarray of Point, shape (m,), optional
            Where each way begins; by default at the door.
        feet : ndarray of Point, shape (m,)
            Where the street is reached.

        Returns
        -------
        ndarray of bool, shape (m,)
            True where the way goes through water, over a railway, or through another building.
        """
        import numpy as np
        import shapely

        barred = np.zeros(len(door), dtype=bool)
        if not len(door):
            return barred
        begin = self._points[door] if starts is None else starts
        ends = np.column_stack([shapely.get_coordinates(begin), shapely.get_coordinates(feet)])
        ways = shapely.linestrings(ends.reshape(-1, 2, 2))
        hit, _ = self._line_tree.query(ways, predicate="intersects")
        barred[hit] = True
        # Crossing, not touching: a way may run along a wall.
        way, area = self._area_tree.query(ways, predicate="crosses")
        foreign = ~np.isin(door[way] * len(self._areas) + area, self._own)
        barred[way[foreign]] = True
        return barred
