"""Who has to agree before a change is written to the codebook: one other person, of another group where there are two."""

from collections.abc import Collection, Sequence

from pipeline.decisions.accounts import Member
from pipeline.errors import ReviewError


def who_can_agree(members: Sequence[Member], proposer: str) -> frozenset[str]:
    """Return whose word is enough for a change: people of other groups than the proposer's, or all others in a single group.

    Nobody where the proposer reviews alone; whoever can no longer sign in does not count.
    """
    others = [member for member in members if member.name != proposer and not member.closed]
    own = next((member.group.casefold() for member in members if member.name == proposer), "")
    elsewhere = [member for member in others if member.group.casefold() != own]
    return frozenset(member.name for member in elsewhere or others)


def is_agreed(members: Sequence[Member], proposer: str, agreed: Collection[str]) -> bool:
    """Return whether somebody agrees whose word is enough; who reviews alone decides alone."""
    wanted = who_can_agree(members, proposer)
    return not wanted or any(name in wanted for name in agreed)


def check_agreed(members: Sequence[Member], proposer: str, agreed: Collection[str]) -> None:
    """Refuse what nobody agrees to whose word is enough, with a ReviewError that says whom to ask."""
    if is_agreed(members, proposer, agreed):
        return
    group_of = {member.name: member.group.casefold() for member in members}
    elsewhere = any(group_of[name] != group_of.get(proposer) for name in who_can_agree(members, proposer))
    who = "Somebody of another group" if elsewhere else "One other person"
    raise ReviewError(f"{who} has to agree before this is written to the codebook. Ask them to open this page and say so.")
