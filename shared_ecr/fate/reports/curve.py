"""The picture of a forecast: how many images are stored, day by day, and how many expire on each."""

from collections.abc import Iterator

from shared_ecr.fate.costs import Prices
from shared_ecr.fate.forecast import Forecast
from shared_ecr.fate.reports.axis import Axis
from shared_ecr.fate.reports.rows import cost
from shared_ecr.text import counted, size

WIDTH, LEFT, RIGHT, TOP, HEIGHT, FOOT = 1180, 270, 24, 12, 150, 34
_ENOUGH = 2


def curve(forecast: Forecast, prices: Prices) -> str:
    """Draw *forecast* as SVG; nothing where it is shorter than two days."""
    if len(forecast.days) < _ENOUGH:
        return ""
    axis = Axis(forecast.days[0].at, forecast.days[-1].at, LEFT, WIDTH - RIGHT)
    parts = [f'<svg viewBox="0 0 {WIDTH} {TOP + HEIGHT + FOOT}" role="img" aria-label="images stored, day by day">']
    return "\n".join([*parts, *_axes(axis), *_drawn(forecast, axis, prices), "</svg>"])


def _axes(axis: Axis) -> Iterator[str]:
    bottom = TOP + HEIGHT
    yield f'<line class="base" x1="{LEFT}" y1="{bottom}" x2="{WIDTH - RIGHT}" y2="{bottom}"/>'
    for x, label in axis.marks():
        yield f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{bottom}"/>'
        yield f'<text class="tick" x="{x:.1f}" y="{bottom + 18}">{label}</text>'


def _drawn(forecast: Forecast, axis: Axis, prices: Prices) -> Iterator[str]:
    days, bottom = forecast.days, TOP + HEIGHT
    most = max(1, *(max(day.stored.images, day.expired) for day in days))
    for day in days:
        if day.expired:
            height, x = HEIGHT * day.expired / most, axis.x(day.at)
            yield (
                f'<rect class="bar expire" x="{x - 2:.1f}" y="{bottom - height:.1f}" width="4" height="{height:.1f}">'
                f"<title>{day.at:%Y-%m-%d}: {day.expired} expire</title></rect>"
            )
    points = " ".join(f"{axis.x(day.at):.1f},{bottom - HEIGHT * day.stored.images / most:.1f}" for day in days)
    yield f'<polyline class="curve" points="{points}"/>'
    for number, line in enumerate(
        (
            "images stored",
            f"first: {days[0].stored.images}, {size(days[0].stored.bytes)}",
            f"last: {days[-1].stored.images}, {size(days[-1].stored.bytes)}",
            f"{cost(days[0].stored, prices)} -> {cost(days[-1].stored, prices)} a month",
            f"{len(forecast.expired_at)} of today's images no longer exist",
        )
    ):
        yield f'<text class="{"words" if number else "rule"}" x="0" y="{TOP + 18 + 17 * number}">{line}</text>'
    highest = counted(most, "image")
    yield f'<text class="scale" x="{LEFT + 4}" y="{TOP + 10}">{highest}</text>'
