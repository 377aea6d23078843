"""Odoo's own exports, whose cells no program may take for formulas (R30).

Text that people typed is in them, such as the name of a partner organisation.
"""

import json

from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import UnprocessableEntity

from odoo.http import request, route

from odoo.addons.web.controllers.export import CSVExport, ExcelExport
from odoo.addons.web.controllers.pivot import TableExporter

from ..tools.sheets import neutral


def _neutral_row(row):
    return [neutral(cell) for cell in row]


def _neutral_rows(rows):
    return [_neutral_row(row) for row in rows]


def _neutral_groups(node):
    """Make the labels and rows below a group neutral, where they stand."""
    node.data = _neutral_rows(node.data)
    node.children = {
        (key[0], *map(neutral, key[1:])) if isinstance(key, tuple) else neutral(key): (
            _neutral_groups(child)
        )
        for key, child in node.children.items()
    }
    return node


class NeutralCSV(CSVExport):
    def from_data(self, fields, columns_headers, rows):
        return super().from_data(
            fields, _neutral_row(columns_headers), _neutral_rows(rows)
        )


class NeutralExcel(ExcelExport):
    def from_data(self, fields, columns_headers, rows):
        return super().from_data(
            fields, _neutral_row(columns_headers), _neutral_rows(rows)
        )

    def from_group_data(self, fields, columns_headers, groups):
        return super().from_group_data(
            fields, _neutral_row(columns_headers), _neutral_groups(groups)
        )


class NeutralPivot(TableExporter):
    @route()
    def export_xlsx(self, data="", **kw):
        try:
            table = (
                json.load(data) if isinstance(data, FileStorage) else json.loads(data)
            )
            headers = [
                *table["measure_headers"],
                *table["rows"],
                *(header for row in table["col_group_headers"] for header in row),
            ]
            for header in headers:
                header["title"] = neutral(header["title"])
            return super().export_xlsx(json.dumps(table), **kw)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise UnprocessableEntity(
                request.env._("This table cannot be read: open it and export it again.")
            ) from error
