"""Voorbeeldwijk: an invented Dutch quarter in the layouts of BAG, CBS and OpenStreetMap.

Everything in it is made up, lies in the water of the IJsselmeer, and says that it is invented.
"""

from zds_geo.sources.example.write import ExampleFiles, write_example

EXAMPLE_MEETING_ADDRESS = "Winkelplein 2"

__all__ = ["EXAMPLE_MEETING_ADDRESS", "ExampleFiles", "write_example"]
