from odoo import api, fields, models

from odoo.addons.remediation_base.tools.small_cells import THRESHOLD, suppress

#: A sign that a bank or operator can see, as the accounts of survivors show it.
FLAGS = (
    ("in_name_of", ("exploiter", "family", "other")),
    ("card_held_by", ("exploiter", "other")),
    ("sim_held_by", ("exploiter", "other")),
    ("pin_known_by", ("exploiter", "other")),
)


#: Two choices of a record that are crossed: what it was, and how or for what.
CROSSED = (
    ("remediation.money.transfer", "direction", "means"),
    ("remediation.survivor.debt", "owed_to", "purpose"),
)


class RedFlag(models.TransientModel):
    """How many survivors' accounts, transfers and debts showed a sign that a bank can
    look for.

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
        for totals in self:
            totals.shown = self.env["ir.qweb"]._render(
                "case_survivor.red_flag_tables",
                {
                    "tables": totals._tables(),
                    "small": self.env._(
                        "Survivors whose account was with somebody else. Counts under "
                        "%(number)s are hidden, and what would give them away.",
                        number=THRESHOLD,
                    ),
                },
            )

    def _tables(self):
        """What is shown: a table of signs by kind of account, and one for each pair of
        choices in :data:`CROSSED`."""
        accounts = self.env["remediation.money.account"]
        tables = [
            {
                "title": self.env._("Accounts and Wallets"),
                "flags": [
                    (name, accounts._fields[name]._description_string(self.env))
                    for name, _values in FLAGS
                ],
                "kinds": accounts._fields["kind"]._description_selection(self.env),
                "rows": self._suppressed_rows(),
            }
        ]
        titles = {
            "remediation.money.transfer": self.env._("Transfers"),
            "remediation.survivor.debt": self.env._("Debts"),
        }
        for model, flag, kind in CROSSED:
            said = self.env[model]._fields
            tables.append(
                {
                    "title": titles[model],
                    "flags": said[flag]._description_selection(self.env),
                    "kinds": said[kind]._description_selection(self.env),
                    "rows": self._suppressed_crossed(model, flag, kind),
                }
            )
        for table in tables:
            table["cells"] = {(row["flag"], row["kind"]): row for row in table["rows"]}
        return tables

    def _entered(self, model):
        """What the company entered in the period. A row that was never entered, or of
        which nobody said what it was, counts nowhere: unknown is no sign."""
        start, end = self.env.company._place_moments(self.date_from, self.date_to)
        # sudo: one survivor is counted once; which one is shown to nobody.
        return (
            self.env[model]
            .search(
                [
                    ("company_id", "=", self.env.company.id),
                    ("create_date", ">=", start),
                    ("create_date", "<", end),
                ]
            )
            .sudo()
        )

    def _suppressed_crossed(self, model, flag, kind):
        """Survivors by two choices of a record, small cells blank."""
        self.ensure_one()
        found = self.env[model]._fields
        people = {
            (one, other): set()
            for one in found[flag].get_values(self.env)
            for other in found[kind].get_values(self.env)
        }
        for record in self._entered(model):
            if record[flag] and record[kind]:
                child = record.case_id.beneficiary_id.id
                people[record[flag], record[kind]].add(child)
        return self._counted(people)

    def _suppressed_rows(self):
        """Survivors by sign and kind of account, small cells blank."""
        self.ensure_one()
        kinds = self.env["remediation.money.account"]._fields["kind"]
        people = {
            (name, kind): set()
            for name, _values in FLAGS
            for kind in kinds.get_values(self.env)
        }
        for account in self._entered("remediation.money.account"):
            for name, values in FLAGS:
                if account[name] in values:
                    people[name, account.kind].add(account.case_id.beneficiary_id.id)
        return self._counted(people)

    @staticmethod
    def _counted(people):
        rows = [
            {"flag": flag, "kind": kind, "survivors": len(found)}
            for (flag, kind), found in people.items()
        ]
        return suppress(rows, ("flag", "kind"), "survivors")
