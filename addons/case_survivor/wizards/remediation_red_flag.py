from odoo import api, fields, models

from odoo.addons.remediation_base.tools.small_cells import THRESHOLD, suppress

#: A sign that a bank or operator can see, as the accounts of survivors show it.
FLAGS = (
    ("in_name_of", ("exploiter", "family", "other")),
    ("card_held_by", ("exploiter", "other")),
    ("sim_held_by", ("exploiter", "other")),
    ("pin_known_by", ("exploiter", "other")),
)


class RedFlag(models.TransientModel):
    """How many survivors' accounts showed a sign that a bank can look for.

    For the duty of the financial trace. A count of survivors under eleven is hidden,
    and so is what would give it away (R10): no row names anybody or any provider.
    """

    _name = "remediation.red.flag"
    _description = "Red Flags for Banks"

    date_from = fields.Date(required=True, default=lambda self: self._first_day())
    date_to = fields.Date(required=True, default=fields.Date.context_today)
    shown = fields.Html(compute="_compute_shown")

    @api.model
    def _first_day(self):
        return fields.Date.context_today(self).replace(month=1, day=1)

    @api.depends("date_from", "date_to")
    @api.depends_context("lang")
    def _compute_shown(self):
        accounts = self.env["remediation.money.account"]
        kinds = accounts._fields["kind"]._description_selection(self.env)
        flags = {
            name: accounts._fields[name]._description_string(self.env)
            for name, _values in FLAGS
        }
        for totals in self:
            rows = totals._suppressed_rows()
            totals.shown = self.env["ir.qweb"]._render(
                "case_survivor.red_flag_table",
                {
                    "flags": flags,
                    "kinds": kinds,
                    "cells": {(row["flag"], row["kind"]): row for row in rows},
                    "small": self.env._(
                        "Survivors whose account was with somebody else. Counts under "
                        "%(number)s are hidden, and what would give them away.",
                        number=THRESHOLD,
                    ),
                },
            )

    def _suppressed_rows(self):
        """Survivors by sign and kind of account, small cells blank."""
        self.ensure_one()
        accounts = self.env["remediation.money.account"].search(
            [
                ("company_id", "=", self.env.company.id),
                ("create_date", ">=", self.date_from),
                ("create_date", "<", fields.Date.add(self.date_to, days=1)),
            ]
        )
        people = {
            (name, kind): set()
            for name, _values in FLAGS
            for kind in accounts._fields["kind"].get_values(self.env)
        }
        # sudo: one survivor is counted once; which one is shown to nobody.
        for account in accounts.sudo():
            for name, values in FLAGS:
                if account[name] in values:
                    people[name, account.kind].add(account.case_id.beneficiary_id.id)
        rows = [
            {"flag": flag, "kind": kind, "survivors": len(found)}
            for (flag, kind), found in people.items()
        ]
        return suppress(rows, ("flag", "kind"), "survivors")
