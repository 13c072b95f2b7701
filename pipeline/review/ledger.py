"""What people have said, kept in memory and brought up to date by reading only what was added to the store since."""

from dataclasses import dataclass

from pipeline.review.store import Decision


@dataclass
class Ledger:
    """Every decision by excerpt and person, as it stands and as it was given at first."""

    def standing(self, segment_id: str) -> tuple[Decision, ...]:
        """Return the decision that stands of each person on an excerpt, in the order they were made."""
        raise NotImplementedError

    def of(self, reviewer: str, segment_id: str) -> Decision | None:
        """Return what a person says of an excerpt as things stand."""
        raise NotImplementedError

    def blind(self, segment_id: str) -> tuple[Decision, ...]:
        """Return each person's last standing answer to an excerpt that was given before the suggestion was shown."""
        raise NotImplementedError
