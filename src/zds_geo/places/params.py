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
        Doors of one building stand at one entrance while the gap along the street is at most this.
    stop_length_m : float
        Longest stretch of facade one entrance serves: about one portiek.
    side_offset_m : float
        How far a street side is drawn from the middle of its street.
    """

    walk_m_s: float = 1.1
    far_from_street_m: float = 50.0
    own_street_m: float = 100.0
    same_address_m: float = 100.0
    stop_gap_m: float = 6.0
    stop_length_m: float = 18.0
    side_offset_m: float = 4.0
