from odoo import api, fields, models
from odoo.fields import Command

#: Columns of a grant's report: the fields of its budget lines.
COLUMNS = ("amount", "spent", "committed", "available")


class MisReportInstance(models.Model):
    """A grant's budget against actual against committed as a report of MIS Builder: one
    row for each line of the donor's budget, and their total."""

    _inherit = "mis.report.instance"

    grant_id = fields.Many2one(
        "cash.transfer.grant", index="btree_not_null", readonly=True, ondelete="cascade"
    )

    @api.model
    def _of_grant(self, grant):
        """Return the report of a grant, made again from its lines. Called with sudo:
        who opens it need not keep report definitions."""
        instance = self.search([("grant_id", "=", grant.id)], limit=1)
        before = instance.report_id
        values = {
            "name": grant.display_name,
            "report_id": self._grant_report(grant).id,
            "company_id": grant.company_id.id,
            "currency_id": grant.currency_id.id,
            "grant_id": grant.id,
            "period_ids": [
                Command.clear(),
                Command.create(
                    {
                        "name": grant.currency_id.name,
                        "mode": "fix",
                        "manual_date_from": grant.date_start,
                        "manual_date_to": grant.date_end,
                    }
                ),
            ],
        }
        if instance:
            instance.write(values)
            before.unlink()
        else:
            instance = self.create(values)
        return instance

    @api.model
    def _grant_report(self, grant):
        """Make the definition: a query and a row for each line, and the total."""
        lines = grant.budget_line_ids
        report = self.env["mis.report"].create(
            {
                "name": self.env._("Budget of %(grant)s", grant=grant.display_name),
                "subkpi_ids": [
                    Command.create(
                        {
                            "name": name,
                            "description": lines._fields[name]._description_string(
                                self.env
                            ),
                            "sequence": number,
                        }
                    )
                    for number, name in enumerate(COLUMNS, 1)
                ],
                "query_ids": [Command.create(query) for query in self._queries(lines)],
            }
        )
        rows = [
            {
                "name": f"line_{line.id}",
                "description": f"{line.heading}, {line.date_from} – {line.date_to}",
                "multi": True,
                "style_id": self.env.ref("cash_transfer_budget.mis_style_amount").id,
                "expression_ids": [
                    Command.create(
                        {
                            "subkpi_id": column.id,
                            "name": f"budget_{line.id}.{column.name}",
                        }
                    )
                    for column in report.subkpi_ids
                ],
            }
            for line in lines
        ]
        rows.append(
            {
                "name": "total",
                "description": self.env._("Total"),
                "style_id": self.env.ref("cash_transfer_budget.mis_style_total").id,
                "expression": " + ".join(row["name"] for row in rows),
            }
        )
        self.env["mis.report.kpi"].create(
            [
                {"report_id": report.id, "sequence": number, **row}
                for number, row in enumerate(rows, 1)
            ]
        )
        return report

    @api.model
    def _queries(self, lines):
        """Return the queries that fetch the figures of budget lines."""
        model = self.env["ir.model"]._get(lines._name)
        found = self.env["ir.model.fields"].search(
            [("model_id", "=", model.id), ("name", "in", [*COLUMNS, "date_from"])]
        )
        day = found.filtered(lambda field: field.name == "date_from")
        return [
            {
                "name": f"budget_{line.id}",
                "model_id": model.id,
                "field_ids": [Command.set((found - day).ids)],
                "date_field": day.id,
                "aggregate": "sum",
                "domain": f"[('id', '=', {line.id})]",
            }
            for line in lines
        ]
