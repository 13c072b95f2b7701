"""Statistical disclosure control: which counts of people may be shown, so that no hidden one can be worked out.

Small counts are hidden first, then those from which a hidden one could be narrowed down, then the rest is rounded.
After the rules of OpenSAFELY (redact 7 or fewer, round to 5) and the SDC handbook (fewer than 10).
"""

from pipeline.methods.disclosure.cross_tables import hide_crossing
from pipeline.methods.disclosure.profiles import PROFILES, Profile, disclose, nearly_all


__all__ = ["PROFILES", "Profile", "disclose", "hide_crossing", "nearly_all"]
