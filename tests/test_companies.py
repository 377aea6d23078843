"""A link that somebody chooses stays within one company: every one of every model that
has a company of its own, and the few others that the registry cannot tell."""

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

PREFIXES = ("remediation.", "referral.", "savings.", "cash.transfer.")
#: Their records belong to everybody, or to the whole system.
SHARED = ("res.users", "res.partner", "res.company", "res.currency")
#: Links that are not checked, and why.
EXCEPTIONS = {
    "remediation.site.analytic_account_id": "a site may be everybody's; the entry "
    "that uses the account is of one company, and is checked there",
}


@tagged("post_install", "-at_install")
class TestCompanies(TransactionCase):
    def _chosen_links(self):
        for name in sorted(self.env.registry):
            model = self.env[name]
            company = model._fields.get("company_id")
            if (
                not name.startswith(PREFIXES)
                or model._abstract
                or model._transient
                or not company
                or company.related
            ):
                continue
            for field in model._fields.values():
                if (
                    field.type in ("many2one", "many2many")
                    and field.store
                    and not field.related
                    and not field.readonly
                    and field.comodel_name not in SHARED
                    and "company_id" in self.env[field.comodel_name]._fields
                    and field.name not in self._protected(model)
                ):
                    yield model, field

    def _protected(self, model):
        read = getattr(model, "_get_protected_fields", None)
        return read() if read else ()

    def test_every_chosen_link_is_checked(self):
        unchecked = [
            f"{model._name}.{field.name}"
            for model, field in self._chosen_links()
            if not (field.check_company and model._check_company_auto)
        ]
        self.assertEqual(unchecked, sorted(EXCEPTIONS))

    def test_every_check_is_made(self):
        """A link that says so, on a model that does not look, checks nothing."""
        idle = [
            f"{name}.{field.name}"
            for name in sorted(self.env.registry)
            if name.startswith(PREFIXES) and not self.env[name]._abstract
            for field in self.env[name]._fields.values()
            if getattr(field, "check_company", False)
            and field.store
            and not field.related
            and not self.env[name]._check_company_auto
        ]
        self.assertEqual(idle, [])

    def test_links_to_another_company_are_refused(self):
        """An area of another organisation, on what names areas of its own."""
        other = self.env["res.company"].create({"name": "Other Organisation"})
        area = self.env["remediation.area"].create(
            {"name": "Elsewhere", "company_id": other.id}
        )
        mine = self.env["remediation.area"].create(
            {"name": "Here", "company_id": self.env.company.id}
        )
        with self.assertRaises(UserError):
            mine.parent_id = area
        accreditation = self.env["referral.accreditation"]
        with self.assertRaises(UserError):
            accreditation.create(
                {
                    "partner_id": self.env["res.partner"]
                    .create({"name": "Clinic", "is_company": True})
                    .id,
                    "area_ids": [(6, 0, area.ids)],
                }
            )
        shared = self.env["remediation.area"].create({"name": "Country"})
        mine.parent_id = shared
        self.assertEqual(mine.parent_id, shared)
