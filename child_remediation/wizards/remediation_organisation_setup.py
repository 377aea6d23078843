import pytz
from babel.languages import get_official_languages

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import email_normalize

from odoo.addons.base.models.res_partner import _tz_get

#: What core calls the first company.
UNNAMED = ("My Company", "YourCompany")
#: Languages that the apps speak: the last three on the portal and its papers alone.
SPOKEN = ("en", "fr", "sw", "pt", "es")
#: Of these a country has its own way to write numbers and dates.
PLACED = ("pt", "es")


class OrganisationSetup(models.TransientModel):
    """The organisation on one page: its name, its country, and what follows from it.

    For administrators. Choosing the country proposes currency, time zone and languages,
    and says which legal framework applies; all of it can be changed before it is saved.
    """

    _name = "remediation.organisation.setup"
    _description = "Set Up the Organisation"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    name = fields.Char(
        required=True,
        default=lambda self: (
            self.env.company.name if self.env.company.name not in UNNAMED else False
        ),
    )
    email = fields.Char(
        string="E-mail",
        required=True,
        default=lambda self: self.env.company.email,
        help="Invitations and alerts are sent from it.",
    )
    logo = fields.Binary(default=lambda self: self._default_logo())
    country_id = fields.Many2one(
        "res.country",
        required=True,
        # Core writes a country of its own into the first company.
        default=lambda self: (
            self.env.company.country_id
            if self.env.company.name not in UNNAMED
            else False
        ),
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_proposal",
        store=True,
        precompute=True,
        readonly=False,
        context={"active_test": False},
        help="The books are kept in it.",
    )
    tz = fields.Selection(
        _tz_get,
        string="Time Zone",
        required=True,
        compute="_compute_proposal",
        store=True,
        precompute=True,
        readonly=False,
        help="Where a day ends: it holds for every due date.",
    )
    lang_ids = fields.Many2many(
        "res.lang",
        string="Languages",
        compute="_compute_lang_ids",
        store=True,
        readonly=False,
        context={"active_test": False},
    )
    framework_id = fields.Many2one(
        "remediation.legal.framework",
        compute="_compute_framework_id",
        help="A coordinator reads and accepts it in a later step.",
    )

    @api.model
    def _default_logo(self):
        company = self.env.company
        return False if company.name in UNNAMED else company.logo

    @api.depends("country_id")
    def _compute_proposal(self):
        for setup in self:
            company, country = setup.company_id, setup.country_id
            same = country == company.country_id and company.partner_id.tz
            zones = pytz.country_timezones.get(country.code or "", [])
            setup.currency_id = (
                company.currency_id if same else country.currency_id
            ) or company.currency_id
            setup.tz = company.partner_id.tz if same else zones and zones[0]

    @api.depends("country_id")
    def _compute_lang_ids(self):
        for setup in self:
            setup.lang_ids = setup._languages()

    @api.depends("country_id")
    def _compute_framework_id(self):
        # sudo: an administrator has no right to the case work's settings, and is told
        # one name.
        frameworks = self.env["remediation.legal.framework"].sudo()
        for setup in self:
            setup.framework_id = frameworks._for_country(
                setup.country_id, setup.company_id
            )

    def _languages(self):
        """Those in use, and those of the country that the apps speak."""
        self.ensure_one()
        langs = self.env["res.lang"].with_context(active_test=False)
        langs = langs.search([("active", "in", (True, False))])
        country = self.country_id.code or ""
        official = get_official_languages(country, regional=True)
        found = langs.filtered("active")
        for code in sorted({*official} & {*SPOKEN}):
            names = (f"{code}_{country}", code) if code in PLACED else (code,)
            for name in names:
                own = langs.filtered(
                    lambda lang, name=name: name in (lang.code, lang.iso_code)
                )
                if own:
                    found |= own[0]
                    break
        return found

    def action_save(self):
        """Write it to the organisation. For administrators.

        :raises AccessError: somebody else calls it
        """
        self.ensure_one()
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(
                self.env._("Ask the administrator: they set up the organisation.")
            )
        self._save()
        # The desk below reads itself anew when this closes; a second reload beside it
        # could leave the dialog open.
        return {"type": "ir.actions.act_window_close"}

    def _sender(self):
        email = email_normalize(self.email)
        if not email:
            raise UserError(self.env._("Write one e-mail address."))
        return email

    def _save(self):
        """Hook: languages first, so that what is written later has its words."""
        new = self.lang_ids.filtered(lambda lang: not lang.active)
        if new:
            self.env["base.language.install"].create(
                {"lang_ids": [Command.set(new.ids)]}
            ).lang_install()
        company = self.company_id
        company.write(
            {
                "name": self.name,
                "email": self._sender(),
                "country_id": self.country_id.id,
            }
        )
        if self.logo:
            company.logo = self.logo
        company.partner_id.tz = self.tz
        self.env.registry.clear_cache()
        if not self.env.user.tz:
            self.env.user.tz = self.tz
        if company.currency_id != self.currency_id:
            company.currency_id = self.currency_id
