from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    referral_view_days = fields.Integer(
        string="Days a Receiver Keeps Its View",
        default=14,
        help="After a referral is done or taken back in order. A withdrawn consent "
        "closes the view at once, whatever is set here.",
    )
    referral_public_form = fields.Boolean(
        string="Public Form for Concerns",
        default=True,
        help="Anybody can report a concern without an account.",
    )
    referral_public_hourly = fields.Integer(
        string="Public Reports per Sender and Hour", default=5
    )
    referral_exit_url = fields.Char(
        string="Where Quick Exit Leads",
        default="https://www.wikipedia.org/",
    )

    _view_days_plausible = models.Constraint(
        "CHECK (referral_view_days BETWEEN 0 AND 90)",
        "A receiver keeps its view for 0 to 90 days.",
    )
    _public_hourly_positive = models.Constraint(
        "CHECK (referral_public_hourly > 0)",
        "Allow at least one public report per hour, or switch the form off.",
    )

    def _portal_brand(self):
        """What the pages of the portal show of the organisation, to everybody."""
        self.ensure_one()
        company = self.sudo()  # sudo: its name, its logo's address and one setting
        return {
            "organisation_name": company.name,
            "organisation_logo": not company.uses_default_logo
            and f"/web/binary/company_logo?company={company.id}",
            "exit_url": company.referral_exit_url,
        }
