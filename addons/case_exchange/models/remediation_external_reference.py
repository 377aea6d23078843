from odoo import api, fields, models


class ExternalReference(models.Model):
    """The number that a record had in a former system.

    Written by imports alone; whoever sees the case sees its old numbers and finds the
    case by them. One number of one system leads to one record for good: that is what
    keeps a second import from doubling anything.
    """

    _name = "remediation.external.reference"
    _description = "Number in a Former System"
    _inherit = ["remediation.case.owned"]
    _order = "system, external_id"
    # Which system, what it calls its rows, and its number for this one.
    _open_texts = frozenset({"system", "kind", "external_id"})
    _rec_name = "external_id"

    _protected_fields = frozenset({"system", "kind", "external_id", "res_id"})
    #: A number says nothing about a person and leads back to the paper file.
    _kept_when_nameless = frozenset({"system", "kind", "external_id"})

    system = fields.Char(required=True, readonly=True)
    kind = fields.Char(
        required=True, readonly=True, help="What it was there: a model's name here."
    )
    external_id = fields.Char(
        string="Old Number", required=True, readonly=True, index="trigram"
    )
    res_id = fields.Many2oneReference(
        model_field="kind", string="Record", required=True, readonly=True
    )

    _once = models.UniqueIndex(
        "(company_id, system, kind, external_id)",
        "This was imported before.",
    )

    @api.depends("system", "external_id")
    def _compute_display_name(self):
        for reference in self:
            reference.display_name = f"{reference.system} {reference.external_id}"

    @api.model
    def _known(self, company, system, kind, numbers):
        """``{old number: id of the record}`` of those imported before."""
        # sudo: a number is taken whoever holds that record; only this is used.
        found = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("system", "=", system),
                ("kind", "=", kind),
                ("external_id", "in", list(numbers)),
            ]
        )
        return {reference.external_id: reference.res_id for reference in found}

    @api.model
    def _keep(self, system, rows):
        """Keep old numbers: ``rows`` are ``(case, record, old number)``."""
        # sudo: nobody has the right to write them; imports do.
        self.sudo()._unprotected().create(
            [
                {
                    "case_id": case.id,
                    "system": system,
                    "kind": record._name,
                    "external_id": number,
                    "res_id": record.id,
                }
                for case, record, number in rows
                if number
            ]
        )
