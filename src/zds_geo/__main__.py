"""``python -m zds_geo`` is the same as ``zds``."""

from zds_geo.cli import main

if __name__ == "__main__":
    main()
