"""The quarter itself: a canal with two bridges, a busy road, terraces, flats, gardens, shops."""

from typing import Final

from zds_geo.sources.example._ground import Address, Pand, Quarter

WEST, ROAD, EAST = 10.0, 360.0, 710.0
CANAL: Final = (300.0, 318.0)
# Terraces of the north: street, its y, and whether it lies west or east of the busy road.
TERRACES: Final = (
    ("Lijsterstraat", 650.0, "west"),
    ("Grasmusstraat", 650.0, "east"),
    ("Ds. Jan & Co-straat", 740.0, "west"),
    ("Kwartelstraat", 740.0, "east"),
    ("'s-Gravenpad", 830.0, "west"),
    ("Tapuitstraat", 830.0, "east"),
    ("Linde-erf", 560.0, "west"),
    ("Beukstraat", 560.0, "east"),
)
GARDENS: Final = (
    ("Wilgenlaan", 60.0, "west"),
    ("Elzenlaan", 60.0, "east"),
    ("Meidoornlaan", 150.0, "west"),
    ("Vlierlaan", 150.0, "east"),
    ("Kastanjelaan", 235.0, "west"),
    ("Populierlaan", 235.0, "east"),
)


def draw_quarter() -> Quarter:
    """Draw the quarter.

    Returns
    -------
    Quarter
        In local metres; about 1,200 homes.
    """
    quarter = Quarter()
    _main_streets(quarter)
    for name, y, half in TERRACES:
        _terrace_street(quarter, name, y, half)
    for name, y, half in GARDENS:
        _garden_street(quarter, name, y, half)
    _porch_flats(quarter)
    _gallery(quarter)
    _shops(quarter)
    _courts(quarter)
    _water_and_wagons(quarter)
    _oddities(quarter)
    return quarter


def _main_streets(quarter: Quarter) -> None:
    south, north = CANAL
    ys = sorted({y for _, y, _ in (*TERRACES, *GARDENS)} | {400.0, 480.0})
    above, below = [y for y in ys if y > north], [y for y in ys if y < south]
    road = [(ROAD, y) for y in (0.0, *below, south - 6)]
    quarter.way("Voorbeeldweg", "tertiary", road, maxspeed="50", sidewalk="both")
    quarter.way(
        "Voorbeeldweg", "tertiary", [(ROAD, south - 6), (ROAD, north + 6)],
        bridge="yes", layer="1", maxspeed="50", sidewalk="both",
    )  # fmt: skip
    top = [(ROAD, y) for y in (north + 6, *above, 900.0)]
    quarter.way("Voorbeeldweg", "tertiary", top, maxspeed="50", sidewalk="both")
    quarter.way("Westerlaan", "residential", [(WEST, y) for y in (20.0, *below, south - 6)])
    quarter.way(
        "Westerbrug", "residential", [(WEST, south - 6), (WEST, north + 6)], bridge="yes", layer="1"
    )
    quarter.way("Westerlaan", "residential", [(WEST, y) for y in (north + 6, *above, 880.0)])
    quarter.way("Oosterlaan", "residential", [(EAST, y) for y in above])
    quarter.way("Zuidoosterlaan", "residential", [(EAST, y) for y in below])
    canal = [(x, south) for x in range(-40, 761, 40)] + [(x, north) for x in range(760, -41, -40)]
    quarter.water.append(tuple((float(x), float(y)) for x, y in canal))


def _half(half: str) -> tuple[float, float]:
    return (WEST, ROAD) if half == "west" else (ROAD, EAST)


def _terrace_street(quarter: Quarter, name: str, y: float, half: str) -> None:
    """Rows of eight houses with an alley behind, even on one side and odd on the other."""
    x0, x1 = _half(half)
    quarter.way(name, "residential", [(x0, y), (x1, y)])
    for side in (1, -1):
        number = 2 if side == 1 else 1
        x = x0 + 22
        while x + 48 <= x1 - 16:
            for _ in range(8):
                front, back = y + side * 9, y + side * 18
                box = (x, min(front, back), x + 6, max(front, back))
                pand_id = quarter.pand(box, use="house", built=1958)
                quarter.addresses.append(
                    Address(street=name, number=number, at=(x + 3, y + side * 11), pand_id=pand_id)
                )
                number += 2
                x += 6
            x += 9
        alley = y + side * 30
        quarter.way(
            "", "footway",
            [(x0 + 14, y), (x0 + 14, alley), (x1 - 12, alley), (x1 - 12, y)],
        )  # fmt: skip


def _garden_street(quarter: Quarter, name: str, y: float, half: str) -> None:
    """Detached houses on one side, pairs on the other, each with a garden."""
    x0, x1 = _half(half)
    quarter.way(name, "living_street" if y == 60.0 else "residential", [(x0, y), (x1, y)])
    for k in range(13):
        x = x0 + 24 + k * 24.5
        pand_id = quarter.pand((x, y + 11, x + 11, y + 22), use="detached", built=1934)
        quarter.addresses.append(
            Address(street=name, number=1 + 2 * k, at=(x + 5, y + 13), pand_id=pand_id, area=160)
        )
    for k in range(11):
        x = x0 + 22 + k * 29
        for half_house in (0, 1):
            left = x + 8 * half_house
            pand_id = quarter.pand(
                (left, y - 21, left + 8, y - 10), use="semidetached_house", built=1936
            )
            quarter.addresses.append(
                Address(
                    street=name, number=2 + 4 * k + 2 * half_house, at=(left + 4, y - 12),
                    pand_id=pand_id, area=120,
                )
            )  # fmt: skip


def _porch_flats(quarter: Quarter) -> None:
    """Blocks of four portieken, eight homes behind each: additions, or numbers of their own."""
    quarter.way("Notenhof", "residential", [(WEST, 480.0), (190.0, 480.0), (ROAD, 480.0)])
    for block, (x0, side) in enumerate(((32.0, 1), (190.0, 1), (32.0, -1), (190.0, -1))):
        front, back = 480 + side * 10, 480 + side * 21
        pand_id = quarter.pand(
            (x0, min(front, back), x0 + 128, max(front, back)), use="apartments", built=1964
        )
        for porch in range(4):
            x = x0 + 16 + porch * 32
            base = 2 * (block * 4 + porch) + (2 if side == 1 else 1) if block < 2 else 0
            for home in range(8):
                number, addition = base, str(home + 1)
                if block >= 2:
                    number, addition = 100 * block - 99 + 2 * (porch * 8 + home), ""
                quarter.addresses.append(
                    Address(
                        street="Notenhof", number=number,
                        addition=addition, at=(x + (home % 2) * 2, 480 + side * 12),
                        pand_id=pand_id, area=72,
                    )
                )  # fmt: skip


def _gallery(quarter: Quarter) -> None:
    """A gallery flat of 120 homes on eight floors, with one entrance."""
    quarter.way("Torenlaan", "residential", [(ROAD, 480.0), (540.0, 480.0), (EAST, 480.0)])
    quarter.way("", "service", [(540.0, 480.0), (540.0, 500.0)], service="parking_aisle")
    pand_id = quarter.pand((470.0, 500.0, 610.0, 513.0), use="apartments", built=1971)
    for floor in range(8):
        for home in range(15):
            quarter.addresses.append(
                Address(
                    street="Torenlaan", number=100 * (floor + 1) + 2 * home + 2,
                    at=(539.0, 502.0), pand_id=pand_id, area=84,
                )
            )  # fmt: skip


def _shops(quarter: Quarter) -> None:
    """A shopping street: shops below, homes above some of them, and a school."""
    quarter.way("Winkelplein", "pedestrian", [(ROAD, 400.0), (540.0, 400.0), (EAST, 400.0)])
    quarter.way("", "steps", [(540.0, 400.0), (540.0, 424.0)])
    quarter.way("", "footway", [(540.0, 424.0), (540.0, 480.0)])
    for k in range(24):
        side = 1 if k % 2 == 0 else -1
        x = ROAD + 24 + (k // 2) * 26
        front, back = 400 + side * 8, 400 + side * 22
        pand_id = quarter.pand(
            (x, min(front, back), x + 13, max(front, back)), use="retail", built=1966
        )
        at = (x + 6, 400 + side * 10)
        quarter.addresses.append(
            Address(
                street="Winkelplein", number=k + 1, at=at, pand_id=pand_id,
                uses=("winkelfunctie", "woonfunctie") if k == 1 else ("winkelfunctie",),
            )
        )  # fmt: skip
        if k % 3:
            for letter in ("A", "B"):
                quarter.addresses.append(
                    Address(
                        street="Winkelplein", number=k + 1, letter=letter, at=at, pand_id=pand_id,
                        area=66,
                    )
                )  # fmt: skip
    school = quarter.pand((60.0, 350.0, 130.0, 385.0), use="school", built=1975)
    quarter.addresses.append(
        Address(
            street="Schoolpad", number=1, at=(95.0, 383.0), pand_id=school,
            uses=("onderwijsfunctie", "sportfunctie"), area=1800,
        )
    )  # fmt: skip
    quarter.way("Schoolpad", "footway", [(WEST, 400.0), (95.0, 400.0), (ROAD, 400.0)])


def _courts(quarter: Quarter) -> None:
    """Cul-de-sacs off the garden streets and a court with a tricky name."""
    courts = (
        ("'t Hofje", 95.0, 150.0, 1), ("Hazelaarhof", 270.0, 150.0, 1),
        ("Sleedoornhof", 450.0, 150.0, 1), ("Egelantierhof", 630.0, 150.0, 1),
    )  # fmt: skip
    for name, x, y, up in courts:
        quarter.way(name, "residential", [(x, y), (x, y + up * 50)])
        for k in range(4):
            for side in (1, -1):
                near, far = x + side * 7, x + side * 15
                low = y + 24 + k * 6.5
                pand_id = quarter.pand(
                    (min(near, far), low, max(near, far), low + 6.5), use="house", built=1988
                )
                quarter.addresses.append(
                    Address(
                        street=name, number=1 + k, letter="" if side == 1 else "A",
                        addition="bis" if k == 3 and side == -1 else "",
                        at=(x + side * 9, low + 3.2), pand_id=pand_id,
                    )
                )  # fmt: skip


def _water_and_wagons(quarter: Quarter) -> None:
    """Houseboats along the canal and a few caravans on their own ground."""
    quarter.way("Kanaalkade", "residential", [(WEST, 324.0), (180.0, 330.0), (ROAD, 324.0)])
    for k in range(12):
        x = 40 + k * 25
        quarter.addresses.append(
            Address(
                street="Kanaalkade", number=2 * k + 1, at=(x + 8.0, 315.0), kind="ligplaats",
                status="Plaats aangewezen", uses=(), addition="B" if k == 4 else "",
            )
        )  # fmt: skip
    quarter.way("Wagenpad", "service", [(EAST, 560.0), (748.0, 560.0)])
    for k in range(6):
        quarter.addresses.append(
            Address(
                street="Wagenpad", number=k + 1, at=(718.0 + k * 5, 552.0), kind="standplaats",
                status="Plaats aangewezen", uses=(),
            )
        )  # fmt: skip


def _oddities(quarter: Quarter) -> None:
    """What real registers hold too: forming, rebuilding, out of use, a double, strays."""
    changes = (
        (3, "Verblijfsobject gevormd"),
        (41, "Verblijfsobject buiten gebruik"),
        (77, "Verbouwing verblijfsobject"),
        (160, "Verblijfsobject in gebruik (niet ingemeten)"),
    )
    for at, status in changes:
        old = quarter.addresses[at]
        quarter.addresses[at] = Address(
            street=old.street, number=old.number, at=old.at, pand_id=old.pand_id, status=status
        )
    annex = Pand(
        pand_id=f"999910{len(quarter.panden) + 1:010d}", corners=quarter.panden[9].corners,
        use="house", built=1990,
    )  # fmt: skip
    double = quarter.addresses[9]
    quarter.addresses.append(
        Address(street=double.street, number=double.number, at=double.at, pand_id=annex.pand_id)
    )
    for number, x in ((901, -120.0), (903, -135.0)):
        quarter.addresses.append(Address(street="Westerlaan", number=number, at=(x, 700.0)))
