"""A reliability diagram as SVG, drawn by hand: no library, no script, readable in print and without colour."""

from __future__ import annotations

import math

from geo.backtest.calibration import Reliability
from i18n.translator import Translator
from layers.formats.writers.escape import html

WIDTH, HEIGHT, LEFT, BOTTOM, EDGE = 320, 300, 46, 40, 12
TICKS = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0)


def reliability_svg(found: Reliability, _: Translator) -> str:
    """What was said against what came, on axes of square roots so that small rates can be told apart.

    Parameters
    ----------
    found
        Shares said, shares that came with their intervals, and cases, by bin.
    _
        Speaks the reader's language.
    """
    out = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" xmlns="http://www.w3.org/2000/svg" '
        f'font-family="sans-serif" font-size="10"><title>{html(_("Reliability diagram"))}</title>'
    ]
    for tick in TICKS:
        x, y, text = _x(tick), _y(tick), _.number(tick * 100)
        out.append(
            f'<path d="M{x} {_y(0)}V{_y(1)}M{_x(0)} {y}H{_x(1)}" stroke="#e3e6e9" fill="none"/>'
            f'<text x="{x}" y="{HEIGHT - BOTTOM + 14}" text-anchor="middle">{text}</text>'
            f'<text x="{LEFT - 6}" y="{y + 3}" text-anchor="end">{text}</text>'
        )
    out.append(f'<path d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}" stroke="#767676" stroke-dasharray="4 3" fill="none"/>')
    for i, (stated, came, low, high, n) in enumerate(
        zip(found.stated, found.came, found.low, found.high, found.n, strict=True)
    ):
        x, y = _x(float(stated)), _y(float(came))
        radius = round(2.5 + 1.2 * math.log10(max(int(n), 1)), 1)
        out.append(
            f'<path d="M{x} {_y(float(low))}V{_y(float(high))}" stroke="#0072B2" stroke-width="1.5"/>'
            f'<circle cx="{x}" cy="{y}" r="{radius}" fill="#0072B2"/>'
            f'<text x="{x}" y="{_y(float(high)) - 3 - 10 * (i % 2)}" text-anchor="middle" fill="#333">'
            f"{html(_.number(int(n)))}</text>"
        )
    across, up = _("said by earlier dates [%]"), _("came [%]")
    middle = (_y(0) + _y(1)) / 2
    out.append(
        f'<text x="{(_x(0) + _x(1)) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{html(across)}</text>'
        f'<text transform="translate(12 {middle}) rotate(-90)" text-anchor="middle">{html(up)}</text></svg>'
    )
    return "".join(out)


def _x(share: float) -> float:
    return round(LEFT + math.sqrt(share) * (WIDTH - LEFT - EDGE), 1)


def _y(share: float) -> float:
    return round(HEIGHT - BOTTOM - math.sqrt(share) * (HEIGHT - BOTTOM - EDGE), 1)
