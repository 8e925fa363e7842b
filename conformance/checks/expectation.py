"""What a suite says about a requirement, as a type: the fixture ``expect`` of the pytest plugin."""

from typing import Protocol


class Expect(Protocol):
    """Decide a requirement inside a case; every call is one finding, the worst one is the verdict."""

    def __call__(
        self, requirement: str, condition: bool, *, where: str = "", expected: str = "", actual: str = ""
    ) -> None:
        """Say that ``requirement`` is met or missed; ``expected`` and ``actual`` are quoted where it is missed."""

    def see(self, requirement: str, *, where: str = "", actual: str) -> None:
        """Record behaviour that no requirement judges."""

    def code(self, requirement: str, codes: tuple[str, ...]) -> None:
        """Compare the codes of an error with those that the requirement names, at their own level."""
