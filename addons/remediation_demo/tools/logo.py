"""The logo of the invented organisation: a rising sun, drawn, not a file."""

import base64
import math
from io import BytesIO

from PIL import Image, ImageDraw

SIDE = 512
GROUND, SUN, RAY = "#1f4e79", "#f2b632", "#f7d57e"


def logo():
    """A picture as Odoo keeps it: PNG in base64."""
    image = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((8, 8, SIDE - 8, SIDE - 8), fill=GROUND)
    centre = (SIDE / 2, SIDE * 0.62)
    for step in range(9):
        angle = math.pi * (1 + step / 8)
        ends = [
            (
                centre[0] + reach * math.cos(angle),
                centre[1] + reach * math.sin(angle),
            )
            for reach in (130, 200)
        ]
        draw.line(ends, fill=RAY, width=18)
    draw.pieslice(
        (centre[0] - 105, centre[1] - 105, centre[0] + 105, centre[1] + 105),
        180,
        360,
        fill=SUN,
    )
    draw.rounded_rectangle((86, centre[1] + 14, SIDE - 86, centre[1] + 32), 9, fill=RAY)
    content = BytesIO()
    image.resize((256, 256), Image.LANCZOS).save(content, "PNG", optimize=True)
    return base64.b64encode(content.getvalue())
