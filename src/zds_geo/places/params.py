"""Distances and rules of the places room, each with its origin."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesParams:
    """How doors meet streets.

    Attributes
    ----------
    walk_m_s : float
        Walking speed, door to door (DESIGN 7: 4 km/h).
    far_from_street_m : float
        Doors farther from their street are listed (the import report).
    own_street_m : float
        A street of the door's own name counts within this reach.
    same_address_m : float
        Equal addresses closer than this are one home.
    stop_gap_m : float
        Homes of a small building share one front door within this distance.
    stop_width_m : float
        Widest part of a block of flats that one entrance serves.
    entrance_m : float
        A mapped entrance belongs to a building when it lies this close to its wall.
    border_m : float
        Doors this close to another buurt are counted: borders are 10 to 50 m off (CBS).
    side_offset_m : float
        How far a street side is drawn from the middle of its street.
    """

    walk_m_s: float = 1.1
    far_from_street_m: float = 50.0
    own_street_m: float = 100.0
    same_address_m: float = 100.0
    stop_gap_m: float = 4.0
    stop_width_m: float = 50.0
    entrance_m: float = 1.5
    border_m: float = 25.0
    side_offset_m: float = 4.0
