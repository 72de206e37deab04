"""The two equalities that decide nearly every 401: the issuer, and the audience, across all places they live in."""

from dataclasses import dataclass

from services.diagnosis.difference import Span, differing_spans, likeness, remark_on

_VALUES = 20  # how many of an audience's values are looked through for the nearest one


@dataclass(frozen=True, slots=True)
class Place:
    """One place a value lives in. `values` is None while it has not been read; an authorizer may list several."""

    name: str
    values: tuple[str, ...] | None = None
    problem: str = ""  # why the place could not be read


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A place that does not hold the reference value."""

    place: str
    expected: str
    actual: str
    spans: tuple[Span, ...]
    remark: str


@dataclass(frozen=True, slots=True)
class Strand:
    """One value through its places, in the order it travels. `wanted` is what the profile wants it to be, if known."""

    title: str
    places: tuple[Place, ...]
    wanted: str | None = None

    @property
    def reference(self) -> str | None:
        """The value every place is held against: the wanted one, or the first that was read; None without either."""
        return self.wanted or next((place.values[0] for place in self.places if place.values), None)

    @property
    def reference_name(self) -> str:
        """Where the reference stands: the first place that holds it, or "wanted" where none does."""
        return next((place.name for place in self.places if self.agrees(place)), "wanted")

    def agrees(self, place: Place) -> bool | None:
        """Whether a place holds the reference value; None while it has not been read."""
        if place.values is None:
            return False if place.problem else None
        return self.reference in place.values

    @property
    def disagreements(self) -> tuple[Disagreement, ...]:
        """Every place that was read and does not hold the reference, with the characters that differ."""
        expected = self.reference
        return tuple(
            _disagreement(place, expected)
            for place in self.places
            if expected is not None and place.values is not None and not self.agrees(place)
        )

    @property
    def holds(self) -> bool | None:
        """True when every place agrees, False when one does not, None while one is unread and none disagrees."""
        answers = [self.agrees(place) for place in self.places]
        if False in answers:
            return False
        return None if None in answers else True


@dataclass(frozen=True, slots=True)
class Agreement:
    """The issuer strand and the audience strand."""

    issuer: Strand
    audience: Strand

    @property
    def holds(self) -> bool | None:
        """True when both hold, False when one does not, None otherwise."""
        answers = (self.issuer.holds, self.audience.holds)
        if False in answers:
            return False
        return None if None in answers else True


def agreement(
    *,
    tenant: Place | None = None,
    discovery: Place | None = None,
    token_issuer: Place | None = None,
    authorizer_issuer: Place | None = None,
    application: Place | None = None,
    token_audience: Place | None = None,
    authorizer_audience: Place | None = None,
    wanted_issuer: str | None = None,
    wanted_audience: str | None = None,
) -> Agreement:
    """Put readings in their order; a place left out has not been read."""
    return Agreement(
        issuer=Strand(
            "ISSUER",
            (
                tenant or Place("tenant"),
                discovery or Place("discovery"),
                token_issuer or Place("token"),
                authorizer_issuer or Place("authorizer"),
            ),
            wanted_issuer,
        ),
        audience=Strand(
            "AUDIENCE",
            (
                application or Place("application"),
                token_audience or Place("token"),
                authorizer_audience or Place("authorizer"),
            ),
            wanted_audience,
        ),
    )


def _disagreement(place: Place, expected: str) -> Disagreement:
    values = (place.values or ("",))[:_VALUES]
    nearest = max(values, key=lambda value: likeness(expected, value))
    return Disagreement(place.name, expected, nearest, differing_spans(expected, nearest), remark_on(expected, nearest))
