import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import file_open

from ..tools import paper


class Company(models.Model):
    """The organisation's own template for donors' reports."""

    _inherit = "res.company"

    donor_template = fields.Binary(
        string="Template for Donors' Reports",
        attachment=True,
        help="A DOCX with the words in braces of the standard template. Empty: the "
        "standard one.",
    )

    @api.constrains("donor_template")
    def _check_donor_template(self):
        """A template is tried when it is chosen, not when the report is due."""
        values = self.env["remediation.donor.report"]._paper_example()
        for company in self.filtered("donor_template"):
            try:
                paper.fill(company._get_donor_template(), values)
            except (paper.PaperError, binascii.Error) as error:
                raise ValidationError(
                    self.env._(
                        "The template cannot be filled in: %(problem)s. Begin with the "
                        "standard template and change that.",
                        problem=error,
                    )
                ) from error

    def _get_donor_template(self):
        """The bytes of the template in use."""
        self.ensure_one()
        if self.donor_template:
            return base64.b64decode(self.donor_template)
        with file_open("case_indicator/static/donor_report.docx", "rb") as handle:
            return handle.read()
