"""What people's corrections teach: what would change, how good suggestions are, when to stop, what to look at next."""

from pipeline.methods.learning.audit import Audit, estimate
from pipeline.methods.learning.changes import Changes, compare
from pipeline.methods.learning.intervals import Interval
from pipeline.methods.learning.orders import ORDERS, Order, next_to_review
from pipeline.methods.learning.slips import Slip, find_slips
from pipeline.methods.learning.stopping import Advice, advice


__all__ = [
    "ORDERS",
    "Advice",
    "Audit",
    "Changes",
    "Interval",
    "Order",
    "Slip",
    "advice",
    "compare",
    "estimate",
    "find_slips",
    "next_to_review",
]
