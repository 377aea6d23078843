import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .cash_transfer_provider import INSTRUCTION_COLUMNS

#: Words by which a provider takes a column for the amount, or for the account …
AMOUNT_WORDS = frozenset({"amount", "amt", "montant", "somme", "importe"})
NUMBER_WORDS = frozenset(
    {
        "wallet",
        "portefeuille",
        "phone",
        "msisdn",
        "mobile",
        "telephone",
        "téléphone",
        "account",
        "compte",
        "iban",
        "rib",
    }
)
#: … and words that make something else of it.
OTHER_WORDS = frozenset(
    {
        "name",
        "nom",
        "holder",
        "titulaire",
        "type",
        "date",
        "bank",
        "banque",
        "operator",
        "provider",
        "currency",
        "devise",
        "reference",
        "référence",
    }
)


class CashTransferProviderColumn(models.Model):
    """One column of a provider's instruction file."""

    _name = "cash.transfer.provider.column"
    _description = "Column of a Provider's File"
    _inherit = ["cash.transfer.steered.line"]
    _rules_of = "remediation.in.company"
    _order = "sequence, id"

    _steering_parent = "provider_id"

    provider_id = fields.Many2one(
        "cash.transfer.provider", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="provider_id.company_id", store=True, index=True
    )
    sequence = fields.Integer(default=10)
    content = fields.Selection(INSTRUCTION_COLUMNS, required=True)
    header = fields.Char(required=True, help="Exactly as the provider writes it.")
    constant = fields.Char(string="Fixed Text")

    _instruction_once = models.UniqueIndex(
        "(provider_id, content) WHERE content <> 'constant'",
        "Each kind of column of the instruction file can be named once.",
    )

    @api.depends("header")
    def _compute_display_name(self):
        for column in self:
            column.display_name = column.header

    def _steering_line(self):
        self.ensure_one()
        cells = [self.sequence, self.content, self.header]
        if self.content == "constant":
            cells.append(self.constant or "")
        return " ".join(str(cell) for cell in cells)

    @api.constrains("content", "header", "constant", "provider_id")
    def _check_money_columns(self):
        """A wallet and an amount come from the locked payments alone (R63): no fixed
        text that could be read as one, no other column under their names, no name
        twice."""
        for column in self:
            header = column.header.strip().casefold()
            names = [
                other.header.strip().casefold()
                for other in column.provider_id.instruction_column_ids
            ]
            if names.count(header) > 1:
                raise ValidationError(
                    self.env._(
                        "Two columns are called “%(header)s”: name each once.",
                        header=column.header,
                    )
                )
            words = set(re.findall(r"[^\W\d_]+", header))
            if column.content == "constant":
                text = (column.constant or "").strip()
                if len(re.sub(r"\D", "", text)) > 3 or re.search(r"\d[.,]\d", text):
                    raise ValidationError(
                        self.env._(
                            "The fixed text “%(text)s” could be read as an amount or a "
                            "number: those come from the payments.",
                            text=text,
                        )
                    )
            wanted = column._meaning_of(words)
            if wanted and column.content not in wanted:
                raise ValidationError(
                    self.env._(
                        "The column “%(header)s” is read as money: choose the amount "
                        "or the account for it, or name it otherwise.",
                        header=column.header,
                    )
                )

    @api.model
    def _meaning_of(self, words):
        """Return the contents that a header with these words may have; none: any."""
        if words & OTHER_WORDS:
            return ()
        if words & AMOUNT_WORDS:
            return ("amount",)
        if words & NUMBER_WORDS:
            return ("number", "id_number")
        return ()
