from odoo import fields

from odoo.addons.child_remediation.tests.common import RemediationCommon
from odoo.addons.remediation_base.tests.worlds import made_once


class ExchangeCommon(RemediationCommon):
    """``exporter`` is a monitor who exports; ``namer`` a coordinator who exports and
    sees names; ``worker_exporter`` a worker of ``team`` who exports; ``importer`` a
    coordinator who imports."""

    @classmethod
    @made_once
    def setUpClass(cls):
        super().setUpClass()
        cls.worker_exporter = cls.worker

    @classmethod
    def _people(cls):
        return {
            **super()._people(),
            "worker_2": "group_case_worker,group_export",
            "exporter": "group_monitoring,group_export",
            "namer": "group_coordinator,group_export",
            "namer_company_b": ("group_coordinator,group_export", cls.company_b),
            "importer": "group_coordinator,case_exchange.group_import",
            "only_export": "group_export",
        }

    @classmethod
    def _reportable(cls, manager=None, **vals):
        """A case whose family agreed to reporting."""
        case = cls._new_case(manager, **vals)
        cls._new_consent(case, "reporting")
        return case

    def _export(self, user, **vals):
        wizard = (
            self.env["remediation.export.wizard"]
            .with_user(user)
            .with_context(lang=user.lang)
            .create({"layout": "table", "file_format": "csv", **vals})
        )
        action = wizard.action_export()
        return self.env[action["res_model"]].with_user(user).browse(action["res_id"])

    def _columns(self, *keys):
        columns = self.env["remediation.export.column"].search([("key", "in", keys)])
        self.assertEqual(len(columns), len(keys))
        return [fields.Command.set(columns.ids)]

    def _content(self, export):
        self.env.flush_all()
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", export._name),
                    ("res_field", "=", "file"),
                    ("res_id", "=", export.id),
                ]
            )
        )
        self.assertEqual(len(attachment), 1)
        return attachment.raw

    def _log_rows(self, export):
        return self.env["remediation.export.log"].search([("code", "=", export.name)])
