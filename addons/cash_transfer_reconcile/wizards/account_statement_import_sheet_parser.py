import hashlib
from collections import Counter

from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.remediation_base.tools import sheets


class AccountStatementImportSheetParser(models.TransientModel):
    """OCA's reader of bank statements, fed by our reader of sheets: encodings, wrong
    sizes and bounds are settled before it; an amount that does not fit its mapping is
    refused, never read times a hundred (R58); the same statement adds nothing (R69)."""

    _inherit = "account.statement.import.sheet.parser"

    @api.model
    def parse(self, data_file, mapping, filename):
        try:
            sheets.tables(data_file)
        except sheets.SheetError as error:
            raise UserError(sheets.explain(self.env, error)) from error
        currency, account, statements = super().parse(data_file, mapping, filename)
        for statement in statements:
            self._name_transactions(statement["transactions"])
        return currency, account, statements

    def _get_sheet_type(self, data_file):
        # what the content is: the type that the system guesses of a CSV file depends
        # on its encoding
        return "xlsx" if data_file[:4] == b"PK\x03\x04" else "csv"

    def _parse_lines_csv(self, mapping, data_file, currency_code):
        try:
            text = sheets.decode(data_file)
        except sheets.SheetError as error:
            raise UserError(sheets.explain(self.env, error)) from error
        # the mark says which encoding it is; nothing is left to guess
        return super()._parse_lines_csv(
            mapping, text.encode("utf-8-sig"), currency_code
        )

    def _parse_lines_xlsx(self, mapping, data_file, currency_code):
        """A sheet is read as the CSV file that its mapping describes."""
        table = sheets.tables(data_file)[0]
        _thousands, decimal = mapping._get_float_separators()
        day = mapping.timestamp_format
        rows = {}
        for number, cells in table.rows:
            rows[number] = [
                cell.strftime(day)
                if hasattr(cell, "strftime")
                else sheets.raw_text(cell).replace(".", decimal or ".")
                if isinstance(cell, float)
                else sheets.raw_text(cell)
                for cell in cells
            ]
        width = max(map(len, rows.values()))
        empty = [""] * width
        lines = [
            (rows.get(number, empty) + empty)[:width]
            for number in range(1, max(rows) + 1)
        ]
        content = sheets.write_csv(
            lines[0],
            lines[1:],
            mapping._get_column_delimiter_character() or ",",
            exact=range(width),
        )
        # OCA's own reading of the CSV file: ours guesses an encoding, and here is none
        return super()._parse_lines_csv(  # pylint: disable=super-method-mismatch
            mapping, content, currency_code
        )

    def _get_column_indexes(self, header, column_name, mapping):
        try:
            return super()._get_column_indexes(header, column_name, mapping)
        except ValueError as error:
            raise UserError(
                self.env._(
                    "The file has no column “%(column)s”. It has: %(headers)s. Choose "
                    "another mapping.",
                    column=mapping[column_name],
                    headers=", ".join(name for name in header if name),
                )
            ) from error

    @api.model
    def _parse_decimal(self, value, mapping):
        thousands, decimal = mapping._get_float_separators()
        if not isinstance(value, str) or not value.strip() or not decimal:
            return super()._parse_decimal(value, mapping)
        other = "," if decimal == "." else "."
        journal = self.env["account.journal"].browse(self.env.context.get("journal_id"))
        currency = journal.currency_id or self.env.company.currency_id
        try:
            if other in value and thousands != other:
                raise sheets.SheetError("amount", value=value)
            return float(sheets.parse_amount(value, decimal, currency.name))
        except sheets.SheetError as error:
            raise UserError(
                self.env._(
                    "%(problem)s: the mapping writes decimals with “%(sign)s”. Nothing "
                    "was imported.",
                    problem=sheets.explain(self.env, error),
                    sign=decimal,
                )
            ) from error

    @api.model
    def _name_transactions(self, transactions):
        """Give each transaction a name that the next file gives it too: the bank's own
        and its amount (a charge often has the number of its payment), else all that is
        told of it and how often it was told."""
        told, facts_of, kept = Counter(), {}, []
        for one in transactions:
            facts = "|".join(
                str(one.get(key) or "")
                for key in ("date", "payment_ref", "ref", "partner_name")
            )
            digest = hashlib.sha256(facts.encode()).hexdigest()[:24]
            own = one.get("unique_import_id")
            name = f"{own or digest}:{one['amount']}"
            if not own:
                told[name] += 1
                name = f"{name}:{told[name]}"
            elif facts_of.setdefault(name, facts) != facts:
                # a tax as high as its charge, both with the number of the payment
                name = f"{name}:{digest}"
                facts_of[name] = facts
            one["unique_import_id"] = name
            # pages overlap: what the bank numbers is told once
            if not own or name not in told:
                kept.append(one)
            told[name] += 1
        transactions[:] = kept
