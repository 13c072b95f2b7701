"""What people's corrections teach: what would change, how good suggestions are, when to stop, what to look at next."""

from pipeline.methods.active_learning.audit import Audit, estimate
from pipeline.methods.active_learning.changes import Changes, compare
from pipeline.methods.active_learning.intervals import Interval
from pipeline.methods.active_learning.label_errors import Slip, find_slips
from pipeline.methods.active_learning.query_strategies import ORDERS, Order, next_to_review
from pipeline.methods.active_learning.stopping import Advice, advice


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
