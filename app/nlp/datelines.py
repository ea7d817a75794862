"""Datelines: where and by which agency a report was filed ("BEIRUT (Reuters) —"), before its first sentence."""

import re

# The town, and the agency in brackets if there is one.
DATELINE = re.compile(
    r"(?:^|(?<=[.!?] ))([A-Z][A-Z.'’ -]{1,30}[A-Z])(?:, [\w. ]{2,20}){0,3}"
    r"\s{0,3}(?:\(([A-Za-z /-]{1,40})\)\s{0,3})?(?:—|–|--\s|-\s)",
    re.MULTILINE,
)
