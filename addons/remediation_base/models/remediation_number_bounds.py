import math
import re

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

_NUMBERS = ("integer", "float", "monetary")
_NUMBER = r"(-?\d+(?:\.\d+)?)(?![\w.])"
_BETWEEN = re.compile(rf"\b(\w+) BETWEEN {_NUMBER} AND {_NUMBER}")
_COMPARED = re.compile(rf"(?<![-+*/] )\b(\w+) (>=|<=|>|<) {_NUMBER}")
_SIGNS = {
    "between": lambda number, low, high: low <= number <= high,
    ">=": lambda number, low, high: number >= low,
    "<=": lambda number, low, high: number <= low,
    ">": lambda number, low, high: number > low,
    "<": lambda number, low, high: number < low,
}


class NumberBounds(models.AbstractModel):
    """Impossible numbers are refused before they reach PostgreSQL (R78), by the bounds
    that the model's own table declares."""

    _name = "remediation.number.bounds"
    _description = "Numbers within the Bounds of Their Table"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_impossible_numbers(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_impossible_numbers(vals)
        return super().write(vals)

    @api.model
    @ormcache("self._name")
    def _number_bounds(self):
        """``{field: [(constraint, lowest, highest, open)]}``: the bounds of single
        columns that the table's own constraints declare."""
        bounds = {}
        for name, constraint in self._table_objects.items():
            text = getattr(constraint, "_definition", "")
            if not isinstance(text, str) or not text.startswith("CHECK"):
                continue
            # "x IS NULL OR x …" is a bound as well: an empty value is not compared.
            terms = re.sub(r"(\w+) IS NULL OR (?=\1\b)", "", text)
            if re.search(r"\bOR\b|\bNOT\b|\bIN\b", terms):
                continue
            for column, low, high in _BETWEEN.findall(terms):
                bounds.setdefault(column, []).append((name, "between", low, high))
            for column, sign, limit in _COMPARED.findall(terms):
                bounds.setdefault(column, []).append((name, sign, limit, limit))
        return {
            column: [
                (name, sign, float(low), float(high)) for name, sign, low, high in rows
            ]
            for column, rows in bounds.items()
            if column in self._fields and self._fields[column].type in _NUMBERS
        }

    @api.model
    def _refuse_impossible_numbers(self, vals):
        """Refuse in Python what the table would refuse: PostgreSQL's answer repeats
        the whole row, names included, in the logs (R78)."""
        bounds = self._number_bounds()
        for name, value in vals.items():
            field = self._fields.get(name)
            if field is None or field.type not in _NUMBERS or value in (None, False):
                continue
            try:
                number = float(value)
            except (TypeError, ValueError):
                number = math.nan
            largest = 2**31 if field.type == "integer" else 1e15
            if not abs(number) < largest:  # nor what is no number at all
                raise ValidationError(
                    self.env._(
                        "Enter a plain number for %(field)s.",
                        field=field._description_string(self.env),
                    )
                )
            for constraint, sign, low, high in bounds.get(name, ()):
                if not _SIGNS[sign](number, low, high):
                    raise ValidationError(self._bound_message(constraint))

    @api.model
    def _bound_message(self, constraint):
        # sudo: the sentence of a constraint, in the user's language
        record = self.env["ir.model.constraint"].sudo()
        record = record.search_fetch(
            [("name", "=", constraint), ("model.model", "=", self._name)],
            ["message"],
            limit=1,
        )
        return record.message or self._table_objects[constraint].get_error_message(self)
