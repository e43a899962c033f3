"""QR codes as SVG, drawn here: an authenticator's seed is shown to no drawing service."""

from __future__ import annotations

import io

import segno


class SegnoQrCodes:
    """Implements ``QrCodes``."""

    def svg(self, text: str) -> str:
        """See ``QrCodes.svg``: black on white with the quiet zone of four modules, scaled by its place."""
        out = io.BytesIO()
        code = segno.make(text, micro=False, error="m")
        code.save(out, kind="svg", xmldecl=False, border=4, dark="#000", light="#fff", omitsize=True)
        return out.getvalue().decode()
