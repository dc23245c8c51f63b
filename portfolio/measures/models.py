"""Success measures with their definitions and observations; output and outcome indicators with their targets."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.db import Base, Exact, Moment, QuarterOfYear, is_quarter, one_of
from portfolio.decisions.models import Award
from portfolio.funding_years.models import PoliceArea, Programme
from portfolio.measures.rules import IndicatorKind
from portfolio.quarters import Quarter


class Measure(Base):
    """A success measure that a programme's funder asks a police area for."""

    __tablename__ = "measure"
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    police_area_id: Mapped[int] = mapped_column(ForeignKey("police_area.id"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(Text)
    abandoned_because: Mapped[str | None] = mapped_column(Text)

    programme: Mapped[Programme] = relationship()
    police_area: Mapped[PoliceArea] = relationship()
    definitions: Mapped[list["MeasureDefinition"]] = relationship(
        back_populates="measure", order_by="MeasureDefinition.version"
    )

    __table_args__ = (UniqueConstraint("programme_id", "police_area_id", "code"),)


class MeasureDefinition(Base):
    """One version of what a measure counts, where, and from which source."""

    __tablename__ = "measure_definition"
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    geography: Mapped[str] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(Text)
    because: Mapped[str | None] = mapped_column(Text)
    """Why it took the place of the version before: the series breaks there."""

    measure: Mapped[Measure] = relationship(back_populates="definitions")

    __table_args__ = (UniqueConstraint("measure_id", "version"),)


class Observation(Base):
    """A measure's figure in a quarter, or why there is none; a later one supersedes, none is changed."""

    __tablename__ = "observation"
    definition_id: Mapped[int] = mapped_column(ForeignKey("measure_definition.id"))
    quarter: Mapped[Quarter] = mapped_column(QuarterOfYear)
    value: Mapped[Decimal | None] = mapped_column(Exact)
    unavailable: Mapped[str | None] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("observation.id"))

    definition: Mapped[MeasureDefinition] = relationship()

    __table_args__ = (
        is_quarter(),
        CheckConstraint("value IS NULL OR unavailable IS NULL", name="is_a_value_or_a_reason"),
        UniqueConstraint("supersedes_id"),
        Index(None, "definition_id", "quarter"),
    )


class Indicator(Base):
    """An output or outcome that an award promised, with its target."""

    __tablename__ = "indicator"
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    kind: Mapped[IndicatorKind] = mapped_column(one_of(IndicatorKind, "kind"))
    name: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(Text)
    target: Mapped[Decimal | None] = mapped_column(Exact)
    target_because: Mapped[str | None] = mapped_column(Text)
    """Why the target is not the one that was first agreed, and who agreed to that."""

    award: Mapped[Award] = relationship()
    results: Mapped[list["IndicatorResult"]] = relationship(
        back_populates="indicator", order_by="IndicatorResult.quarter"
    )

    __table_args__ = (UniqueConstraint("award_id", "name"),)


class IndicatorResult(Base):
    """What an indicator came to in a quarter."""

    __tablename__ = "indicator_result"
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    quarter: Mapped[Quarter] = mapped_column(QuarterOfYear)
    value: Mapped[Decimal] = mapped_column(Exact)

    indicator: Mapped[Indicator] = relationship(back_populates="results")

    __table_args__ = (UniqueConstraint("indicator_id", "quarter"), is_quarter())
