from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from odoo.addons.remediation_base.tools.small_cells import (
    THRESHOLD,
    differences,
    suppress,
)
from odoo.addons.remediation_base.tools.steps import EVERYTHING, step

DEFINITION_VERSION = "1"
DIMENSIONS = ("site_id", "commodity", "programme_id")
MEASURES = ("identified", "in_support", "out_of_child_labour")
#: Counts of who is there, not of what happened: two periods that do not overlap count
#: the same children, and their difference is whoever came or left.
STANDING = frozenset({"in_support"})


class ReferralTotal(models.Model):
    """Totals by site, commodity and programme, frozen when they are released.

    Who may what: coordinators prepare and release; monitoring reads. Observers on the
    portal (buyers, donors, alliance members) see released totals of their own sites
    through :meth:`portal_totals`: no record, no name, no code, no cell under 11, no
    complement and no difference between released tables, whether their periods overlap
    or follow each other, from which one could be worked out (R10). A released row never
    changes (R52).
    """

    _name = "referral.total"
    _description = "Totals for Observers"
    _inherit = ["remediation.protected.mixin"]
    _rules_of = "remediation.in.company"
    _order = "date_from desc, id desc"
    _protected_fields = frozenset(
        {
            "state",
            "values",
            "funder_values",
            "definition_version",
            "released_by_id",
            "released_on",
        }
    )
    _frozen_fields = frozenset({"company_id"})
    _open_fields = {"draft": EVERYTHING}

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    date_from = fields.Date(required=True)
    date_to = fields.Date(required=True)
    definition_version = fields.Char(readonly=True, copy=False)
    state = fields.Selection(
        selection=[("draft", "Draft"), ("released", "Released")],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
    )
    values = fields.Json(readonly=True, copy=False)
    funder_values = fields.Json(
        readonly=True,
        copy=False,
        help="By funder: each child counts with the funder's share of the case, all "
        "funders of a child add up to one child.",
    )
    shown = fields.Html(compute="_compute_shown")
    released_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    released_on = fields.Datetime(readonly=True, copy=False)

    _dates_ordered = models.Constraint(
        "CHECK (date_to >= date_from)", "The period must end after it begins."
    )

    @api.depends("values", "funder_values")
    @api.depends_context("lang")
    def _compute_shown(self):
        for total in self:
            total.shown = self.env["ir.qweb"]._render(
                "case_referral.totals_tables",
                {
                    "rows": total._worded(total.values or []),
                    "funders": total._worded_funders(total.funder_values or []),
                    "threshold": THRESHOLD,
                },
            )

    @api.constrains("date_to")
    def _check_period_is_over(self):
        for total in self:
            if total.date_to > self._place_today():
                raise ValidationError(
                    self.env._("Totals are released for a period that is over.")
                )

    @step(
        frm="draft",
        to=("released",),
        group="child_remediation.group_coordinator",
        stamp="released",
    )
    def action_release(self):
        """Compute, suppress, freeze and show to observers. Coordinators only."""
        for total in self:
            total._unprotected().write(
                {
                    "values": total._suppressed(total._computed()),
                    "funder_values": total._suppressed_by_funder(),
                    "definition_version": DEFINITION_VERSION,
                    "state": "released",
                }
            )

    def _computed(self):
        """Return one row per site, commodity and programme with whole counts."""
        self.ensure_one()
        rows = {}

        def add(measure, domain):
            # sudo: counts over all cases of the company, whoever releases.
            groups = (
                self.env["remediation.case"]
                .sudo()
                ._read_group(
                    [("company_id", "=", self.company_id.id), *domain],
                    ["site_id", "programme_id"],
                    ["beneficiary_id:count_distinct"],
                )
            )
            for site, programme, count in groups:
                key = (site.id, site.commodity or "", programme.id)
                row = rows.setdefault(key, dict.fromkeys(MEASURES, 0))
                row[measure] += count

        for measure, domain in self._domains().items():
            add(measure, domain)
        return [
            dict(zip(DIMENSIONS, key, strict=True), **row)
            for key, row in sorted(rows.items())
        ]

    def _domains(self):
        """Return the cases that each measure counts."""
        start, end = self._moments()
        return {
            "identified": [("received_at", ">=", start), ("received_at", "<", end)],
            "in_support": [
                ("opened_at", "<", end),
                "|",
                ("closed_on", "=", False),
                ("closed_on", ">=", start),
            ],
            "out_of_child_labour": [
                ("closed_on", ">=", start),
                ("closed_on", "<", end),
                ("closure_outcome", "=", "out_of_child_labour"),
            ],
        }

    def _by_funder(self):
        """Return ``{funder id: {measure: {child id: share}}}`` on the last day of the
        period: a child counts once, with the share of its funder (R53)."""
        self.ensure_one()
        # sudo: shares of all cases of the company, whoever releases.
        fundings = self.env["remediation.funding"].sudo()
        found = {}
        for measure, domain in self._domains().items():
            rows = fundings.search_fetch(
                [
                    ("company_id", "=", self.company_id.id),
                    ("case_id", "any", domain),
                    ("date_from", "<=", self.date_to),
                    "|",
                    ("date_to", "=", False),
                    ("date_to", ">=", self.date_to),
                ],
                ["funder_id", "case_id", "share"],
            )
            for row in rows:
                children = found.setdefault(row.funder_id.id, {}).setdefault(
                    measure, {}
                )
                child = row.case_id.beneficiary_id.id
                children[child] = max(children.get(child, 0.0), row.share)
        return found

    def _suppressed_by_funder(self):
        """Return one row per funder; small numbers of children, their complements and
        differences between overlapping releases hidden (R10)."""
        found = self._by_funder()
        rows = [
            dict(
                {measure: len(found[funder].get(measure, ())) for measure in MEASURES},
                funder_id=funder,
            )
            for funder in sorted(found)
        ]
        hidden = self._suppressed(rows, ("funder_id",), "funder_values", "_children")
        for row in hidden:
            for measure in MEASURES:
                children = row.pop(measure)
                row[f"{measure}_children"] = children
                shares = found.get(row["funder_id"], {}).get(measure, {}).values()
                row[measure] = (
                    None if children is None else round(sum(shares) / 100.0, 1)
                )
        return hidden

    def _moments(self):
        """Return the first moment of the period and the first after it, in UTC."""
        return self.company_id._place_moments(self.date_from, self.date_to)

    def _suppressed(
        self, rows, dimensions=DIMENSIONS, published_in="values", suffix=""
    ):
        """Return the rows with small cells, complements and differences hidden.

        :param published_in: field that holds the same table of earlier releases, and
        :param suffix: what its names of counts end in
        """
        self.ensure_one()
        earlier = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "released"),
                ("id", "!=", self.id),
            ]
        )
        rows = self._with_noughts(rows, dimensions, earlier, published_in)
        result = [{name: row[name] for name in dimensions} for row in rows]
        for measure in MEASURES:
            table = [
                {**{name: row[name] for name in dimensions}, measure: row[measure]}
                for row in rows
            ]
            releases = [
                (
                    former,
                    {
                        tuple(old[name] for name in dimensions): old.get(
                            f"{measure}{suffix}"
                        )
                        for old in former[published_in] or []
                    },
                )
                for former in earlier
            ]
            for row, shown in zip(table, result, strict=True):
                key = tuple(row[name] for name in dimensions)
                released = [
                    (former, values.get(key, 0))
                    for former, values in releases
                    if values.get(key, 0) is not None
                ]
                told = self._told_by(row[measure], measure, released)
                # What one measure leaves of another tells as much as a cell.
                told += [row[measure] - shown[m] for m in MEASURES if shown.get(m)]
                if any(0 < abs(count) < THRESHOLD for count in told):
                    row[measure] = 1  # small enough for suppress() to hide it
            for target, row in zip(
                result, suppress(table, dimensions, measure), strict=True
            ):
                target[measure] = row[measure]
        return result

    @api.model
    def _with_noughts(self, rows, dimensions, earlier, published_in):
        """Return the rows and, as nought, those that only an earlier release has: what
        was released once and counts nobody today tells by being nought."""
        known = {tuple(row[name] for name in dimensions) for row in rows}
        rows = list(rows)
        for old in (old for former in earlier for old in former[published_in] or []):
            key = tuple(old[name] for name in dimensions)
            if key not in known:
                known.add(key)
                rows.append(
                    {
                        **dict(zip(dimensions, key, strict=True)),
                        **dict.fromkeys(MEASURES, 0),
                    }
                )
        return rows

    def _told_by(self, count, measure, released):
        """What a cell tells beside itself, together with what was released of it.

        :param released: ``[(release, count)]`` in which the cell is shown
        """
        pairs = [
            count - old
            for former, old in released
            if measure in STANDING
            or (former.date_from <= self.date_to and former.date_to >= self.date_from)
        ]
        if measure in STANDING:
            return pairs
        periods = [
            (former.date_from, former.date_to + timedelta(days=1), old)
            for former, old in released
        ]
        return pairs + [
            count + before + after
            for _a, _b, before, after in differences(
                periods, self.date_from, self.date_to + timedelta(days=1)
            )
        ]

    def _worded(self, rows):
        sites = {
            site.id: site.name
            # sudo: observers read no sites; the name of the place is what is shown.
            for site in self.env["remediation.site"]
            .sudo()
            .browse([row["site_id"] for row in rows if row["site_id"]])
            .exists()
        }
        programmes = {
            programme.id: programme.name
            for programme in self.env["remediation.programme"]
            .sudo()  # sudo: as above
            .browse([row["programme_id"] for row in rows if row["programme_id"]])
            .exists()
        }
        return [
            dict(
                {measure: row.get(measure) for measure in MEASURES},
                site=sites.get(row["site_id"], ""),
                commodity=row["commodity"] or "",
                programme=programmes.get(row["programme_id"], ""),
            )
            for row in rows
        ]

    def _worded_funders(self, rows):
        names = {
            partner.id: partner.name
            # sudo: observers read no contacts; the funder's name is what is shown.
            for partner in self.env["res.partner"]
            .sudo()
            .browse([row["funder_id"] for row in rows])
            .exists()
        }
        return [
            dict(
                {measure: row.get(measure) for measure in MEASURES},
                funder=names.get(row["funder_id"], ""),
            )
            for row in rows
        ]

    @api.model
    def portal_totals(self):
        """Return the released totals of the observer's own sites, newest first.

        For portal observers (AccessError otherwise). Each release is a dict of name,
        date_from, date_to, definition_version, rows (site, commodity, programme and
        the measures; None where a cell is hidden) and funders: the observer's own
        grant, or all for an alliance, with the measures by share.
        """
        user = self.env.user
        if not user.has_group("child_remediation.group_portal_observer"):
            raise AccessError(self.env._("Only observers read totals here."))
        # sudo: observers have no right on any record; what they get are frozen
        # numbers of the sites their organisation buys from.
        partner = user.sudo().partner_id.commercial_partner_id
        totals = self.sudo().search(
            [
                ("company_id", "in", user.company_ids.ids),
                ("state", "=", "released"),
            ],
            limit=12,
        )
        if not partner.remediation_sees_all_totals:
            # sudo: as above.
            sites = set(
                self.env["remediation.site"]
                .sudo()
                .search([("buyer_ids", "in", partner.ids)])
                .ids
            )
        else:
            sites = None
        return [
            {
                "name": total.name,
                "date_from": total.date_from,
                "date_to": total.date_to,
                "definition_version": total.definition_version,
                "rows": total._worded(
                    [
                        row
                        for row in total.values or []
                        if sites is None or row["site_id"] in sites
                    ]
                ),
                "funders": total._worded_funders(
                    [
                        row
                        for row in total.funder_values or []
                        if sites is None or row["funder_id"] == partner.id
                    ]
                ),
            }
            for total in totals
        ]
