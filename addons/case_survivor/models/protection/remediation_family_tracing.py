from odoo import api, fields, models
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step
from odoo.addons.remediation_base.tools.words import say_pair

_lt = LazyTranslate(__name__)

WORKER = "child_remediation.group_case_worker"


class FamilyTracing(models.Model):
    """The search for somebody's family, and what came of it.

    The holder of the case records it. Nobody is brought back to a family before a
    best-interest decision on it was taken; an adult decides alone.

    open → found → reunified; or ended where it stops.
    """

    _name = "remediation.family.tracing"
    _description = "Family Tracing"
    _inherit = ["remediation.case.owned"]
    _order = "date desc, id desc"

    _about_others = frozenset({"sought"})
    _open_fields = {
        "open": EVERYTHING,
        "found": {"best_interest_id", "place", "country_id", "note"},
        "reunified": {"followed_up_on"},
    }
    _protected_fields = frozenset(
        {"state", "found_on", "reunified_on", "end_reason", "ended_on"}
    )

    date = fields.Date(
        string="Asked On", required=True, default=fields.Date.context_today
    )
    asked_id = fields.Many2one("res.partner", string="Asked Of", index="btree_not_null")
    sought = fields.Selection(
        [
            ("mother", "Mother"),
            ("father", "Father"),
            ("both", "Both Parents"),
            ("sibling", "Brother or Sister"),
            ("child", "Own Child"),
            ("other", "Other Relative"),
        ],
        string="Who Is Looked For",
        required=True,
    )
    place = fields.Char(help="Last place that is known.")
    country_id = fields.Many2one("res.country")
    note = fields.Text()
    found_on = fields.Date(readonly=True, copy=False)
    best_interest_id = fields.Many2one(
        "remediation.best.interest.decision",
        string="Best-Interest Decision",
        domain="[('case_id', '=', case_id), ('trigger', '=', 'reunification')]",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    reunified_on = fields.Date(readonly=True, copy=False)
    followed_up_on = fields.Date(
        copy=False, help="Day on which somebody saw how the return went."
    )
    end_reason = fields.Selection(
        [
            ("not_found", "Not Found"),
            ("refused", "The Person Does Not Want It"),
            ("danger", "Return Is Not Safe"),
            ("family_refused", "The Family Refuses"),
            ("died", "Relatives Died"),
        ],
        readonly=True,
        copy=False,
    )
    ended_on = fields.Datetime(readonly=True, copy=False)
    state = fields.Selection(
        [
            ("open", "Searching"),
            ("found", "Found"),
            ("reunified", "Reunified"),
            ("ended", "Ended"),
        ],
        default="open",
        required=True,
        readonly=True,
        copy=False,
    )

    @api.depends("case_id.name", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for tracing in self:
            day = tracing._say_day(tracing.date)
            tracing.display_name = say_pair(self.env, tracing.case_id.name, day)

    @step(
        frm="open",
        to="found",
        group=WORKER,
        asks={"date": "found_on"},
        title=_lt("Family Found"),
    )
    def action_found(self, date):
        """Record that the family was found.

        :param date: day on which somebody spoke with them
        """

    def _missing_to_reunify(self):
        self.ensure_one()
        if self.case_id._is_adult():
            return []
        decision = self.best_interest_id
        if decision.state != "decided" or decision.trigger != "reunification":
            return [
                self.env._(
                    "Choose the best-interest decision on the reunification; it has to "
                    "be decided."
                )
            ]
        return []

    @step(
        frm="found",
        to="reunified",
        group=WORKER,
        asks={"date": "reunified_on"},
        check="_missing_to_reunify",
        title=_lt("Back with the Family"),
    )
    def action_reunify(self, date):
        """Record the return; for a child it needs a best-interest decision.

        :param date: day of the return
        """

    @step(
        frm=("open", "found"),
        to="ended",
        group=WORKER,
        stamp="ended",
        asks={"reason": "end_reason"},
        title=_lt("End the Search"),
    )
    def action_end(self, reason):
        """End the search, with the reason.

        :param str reason: why nobody is looked for any more
        """
