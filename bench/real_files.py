"""Every real file in ``../shared/data`` by its official route: rows, homes, what was left out."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from zds_geo.core.texts import say
from zds_geo.sources import AddressData, LimitedReader

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
FILES = (
    "bag/amsterdam_1013_bag_adressen.gpkg",
    "bag/bag2_extract_doesburg_klein",
    "bag/nlextract_bagadres_amsterdam_99.csv",
    "bag/nlextract_bagadres-full_amsterdam_99.csv",
    "bag/nlextract_bagadresplus_amsterdam_99.csv",
    "kampen/kampen_adressen_osm.csv",
    "kampen/kampen.osm.pbf",
    "kampen/kampen_zuid_klein_adressen_osm.csv",
    "kampen/kampen_zuid_klein.osm.pbf",
)
COMPARED = ("straat", "huisnummer", "huisletter", "toevoeging", "postcode")


def show(name: str, found: AddressData) -> None:
    """Print the account of one file."""
    fates = Counter(found.left_out["reason"]) if len(found.left_out) else Counter[str]()
    print(f"{name}: {found.n_rows} rows, {len(found.addresses)} addresses, {found.credit.format}")
    for reason, n in sorted(fates.items()):
        print(f"  {n:6}  {say(reason, lang='en')}")
    for key, n in sorted(found.counts.items()):
        print(f"  {n:6}  {say(key, lang='en')}")


def main() -> int:
    """Read all."""
    if not DATA.is_dir():
        print("real_files: ../shared/data is not here; nothing read")
        return 0
    read: dict[str, AddressData] = {}
    with LimitedReader() as reader:
        for name in FILES:
            read[name] = reader.read_addresses(DATA / name)
            show(name, read[name])
    wrong = 0
    for small in ("", "_zuid_klein"):
        csv, pbf = (
            read[f"kampen/kampen{small}{ending}"].addresses
            for ending in ("_adressen_osm.csv", ".osm.pbf")
        )
        both = csv.index.intersection(pbf.index)
        columns = [
            int((csv.loc[both, c].to_numpy() != pbf.loc[both, c].to_numpy()).sum())
            for c in COMPARED
        ]
        far = csv.loc[both].distance(pbf.loc[both])
        print(
            f"Kampen{small}: {len(csv)} from CSV, {len(pbf)} from pbf, {len(both)} of the same id;"
            f" {sum(columns)} fields differ; furthest apart {far.max():.2f} m"
        )
        wrong += len(csv) - len(both) + len(pbf) - len(both) + sum(columns)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
