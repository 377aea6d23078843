"""Workbooks as other programs write them, for tests of every door that reads one."""

import io
import re
import zipfile


def with_dimension(content, size):
    """The workbook ``content`` (bytes) whose first sheet says that it is ``size`` large
    (as ``"A1"``), whatever it holds."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as one,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as two,
    ):
        for part in one.namelist():
            data = one.read(part)
            if part.endswith("sheet1.xml"):
                tag = f'<dimension ref="{size}"'.encode()
                data, count = re.subn(rb'<dimension ref="[^"]+"', tag, data)
                assert count == 1, "the sheet says no size"
            two.writestr(part, data)
    return out.getvalue()
