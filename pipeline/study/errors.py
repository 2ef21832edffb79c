"""What can stop a study, as sentences a user can act on."""

from pipeline.errors import UsageError


class MissingKey(UsageError):
    """The environment variable that should hold an endpoint's key is not set."""


class MissingPackages(UsageError):
    """A package that local weights need is not installed."""


class EndpointRefused(UsageError):
    """An endpoint refuses every request of this kind; sending more would be pointless."""

    def __init__(self, sentence: str, *, answered: int | None = None) -> None:
        super().__init__(sentence)
        self.answered = answered
        """The status that the endpoint answered with, where it did."""


class BudgetReached(UsageError):
    """The next request would exceed the study's budget; nothing more is sent."""


class FolderConflict(UsageError):
    """The folder holds results that the study file no longer describes, or is in use."""
