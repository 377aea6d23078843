from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.remediation_base.tools.steps import EVERYTHING, Ask, step

#: Least score, of 100, that makes a pair likely.
THRESHOLD = 75
#: Pairs queued for one child at a time, the likeliest first.
PER_CHILD = 5
#: Up to so many children at once the index is the shorter way to their keys.
FEW = 50

_KEYS = """
    SELECT id, company_id, unnest(string_to_array(match_keys, ' ')) AS key
    FROM remediation_beneficiary WHERE match_keys IS NOT NULL AND %s
"""

# Score of rows f and b: what agrees, as a share of what both sides know. An equal
# identity number decides alone.
_SCORE = """
    CASE WHEN f.national_id IS NOT NULL AND lower(f.national_id) = lower(b.national_id)
    THEN 100 ELSE round(100.0 * (
        40 * COALESCE(similarity(f.match_name, b.match_name), 0)
        + 10 * COALESCE(f.sex = b.sex, FALSE)::int
        + CASE WHEN f.match_year > 0 AND b.match_year > 0 THEN
              15 * CASE abs(f.match_year - b.match_year)
                   WHEN 0 THEN 1 WHEN 1 THEN 1 WHEN 2 THEN 0.7 WHEN 3 THEN 0.4
                   ELSE 0 END ELSE 0 END
        + CASE WHEN f.birth_date IS NOT NULL AND b.birth_date IS NOT NULL THEN
              10 * (f.birth_date = b.birth_date)::int ELSE 0 END
        + CASE WHEN f.match_family IS NOT NULL AND b.match_family IS NOT NULL THEN
              15 * (string_to_array(f.match_family, ' ')
                    && string_to_array(b.match_family, ' '))::int ELSE 0 END
        + CASE WHEN f.area_id IS NOT NULL AND b.area_id IS NOT NULL THEN
              10 * (f.area_id = b.area_id)::int ELSE 0 END
    ) / (50
        + CASE WHEN f.match_year > 0 AND b.match_year > 0 THEN 15 ELSE 0 END
        + CASE WHEN f.birth_date IS NOT NULL AND b.birth_date IS NOT NULL
               THEN 10 ELSE 0 END
        + CASE WHEN f.match_family IS NOT NULL AND b.match_family IS NOT NULL
               THEN 15 ELSE 0 END
        + CASE WHEN f.area_id IS NOT NULL AND b.area_id IS NOT NULL
               THEN 10 ELSE 0 END
    )) END
"""


class Duplicate(models.Model):
    """Two records that may be one child (R4): the supervisors' queue.

    A supervisor sees a pair only if both children are of their teams; coordinators
    see the rest. They decide: two children, or one.

    open → distinct | merged
    """

    _name = "remediation.duplicate"
    _description = "Possible Duplicate"
    #: What is 0 where nobody knows it: shown as a dash.
    _zero_is_unknown = frozenset({"age", "other_age"})
    _inherit = ["remediation.protected.mixin"]
    _rules_of = "remediation.in.company"
    _order = "score desc, id desc"
    _rec_name = "beneficiary_id"

    _remediation_sensitive = True
    _protected_fields = frozenset(
        {
            "beneficiary_id",
            "other_id",
            "company_id",
            "team_id",
            "other_team_id",
            "score",
            "state",
            "decided_by_id",
            "decided_on",
            "decision_reason",
            "kept_id",
        }
    )
    _open_fields = {"open": EVERYTHING}

    beneficiary_id = fields.Many2one(
        "remediation.beneficiary",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        string="Child",
    )
    other_id = fields.Many2one(
        "remediation.beneficiary",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        string="Other Child",
    )
    company_id = fields.Many2one(
        related="beneficiary_id.company_id", store=True, index=True
    )
    team_id = fields.Many2one(related="beneficiary_id.team_id", store=True, index=True)
    other_team_id = fields.Many2one(
        related="other_id.team_id", store=True, index=True, string="Other Team"
    )
    score = fields.Integer(readonly=True, aggregator="avg")
    state = fields.Selection(
        [("open", "To Decide"), ("distinct", "Two Children"), ("merged", "One Child")],
        required=True,
        default="open",
        readonly=True,
        index=True,
    )
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_on = fields.Datetime(readonly=True)
    decision_reason = fields.Char(readonly=True)
    kept_id = fields.Many2one("remediation.beneficiary", readonly=True)
    note = fields.Text(help="What speaks for and against one child.")
    # Side by side
    full_name = fields.Char(
        compute="_compute_side", groups="child_remediation.group_identity"
    )
    other_full_name = fields.Char(
        compute="_compute_side",
        groups="child_remediation.group_identity",
    )
    sex = fields.Selection(related="beneficiary_id.sex")
    other_sex = fields.Selection(related="other_id.sex", string="Other Sex")
    age = fields.Integer(related="beneficiary_id.age")
    other_age = fields.Integer(related="other_id.age", string="Other Age")
    case_id = fields.Many2one(related="beneficiary_id.current_case_id", string="Case")
    other_case_id = fields.Many2one(
        related="other_id.current_case_id", string="Other Case"
    )

    _pair_unique = models.UniqueIndex(
        "(beneficiary_id, other_id)", "This pair is in the queue already."
    )
    _pair_ordered = models.Constraint(
        "CHECK (beneficiary_id < other_id)", "The older record of a pair comes first."
    )

    @api.depends("beneficiary_id", "other_id")
    def _compute_side(self):
        for pair in self:
            for child, name in (
                (pair.beneficiary_id, "full_name"),
                (pair.other_id, "other_full_name"),
            ):
                pair[name] = " ".join(
                    part
                    for part in (child.first_name, child.last_name, child.nickname)
                    if part
                )

    @api.depends("beneficiary_id.name", "other_id.name")
    def _compute_display_name(self):
        for pair in self:
            pair.display_name = f"{pair.beneficiary_id.name} / {pair.other_id.name}"

    # -- finding ---------------------------------------------------------------
    @api.model
    def _queue(self, ids):
        """Compare these children with all others of their company; one statement.

        Pairs decided or queued before stay as they are.
        """
        self.env["remediation.beneficiary"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH likely AS (
                    SELECT f.id AS fresh, LEAST(f.id, b.id) AS low,
                           GREATEST(f.id, b.id) AS high, f.company_id,
                           %(score)s AS score
                    FROM (SELECT DISTINCT fresh.id AS one, known.id AS two
                          FROM (%(fresh)s) fresh JOIN (%(known)s) known
                            ON known.key = fresh.key
                           AND known.company_id = fresh.company_id
                           AND known.id <> fresh.id) candidates
                    JOIN remediation_beneficiary f ON f.id = candidates.one
                    JOIN remediation_beneficiary b ON b.id = candidates.two
                    WHERE (f.household_id = b.household_id
                           AND f.first_name <> b.first_name) IS NOT TRUE
                ), best AS (
                    SELECT *, row_number() OVER (
                        PARTITION BY fresh ORDER BY score DESC, low, high) AS place
                    FROM likely WHERE score >= %(threshold)s
                )
                INSERT INTO remediation_duplicate (beneficiary_id, other_id, company_id,
                    team_id, other_team_id, score, state, create_uid, create_date,
                    write_uid, write_date)
                SELECT DISTINCT ON (best.low, best.high) best.low, best.high,
                       best.company_id, one.team_id, two.team_id, best.score, 'open',
                       1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
                FROM best
                JOIN remediation_beneficiary one ON one.id = best.low
                JOIN remediation_beneficiary two ON two.id = best.high
                WHERE best.place <= %(most)s
                ON CONFLICT DO NOTHING
                """,
                score=SQL(_SCORE),
                fresh=SQL(_KEYS, SQL("id = ANY(%s)", list(ids))),
                known=SQL(_KEYS, self._sharing_a_key(ids)),
                threshold=THRESHOLD,
                most=PER_CHILD,
            )
        )
        self.invalidate_model()

    @api.model
    def _sharing_a_key(self, ids):
        """Condition on the other children: the index finds a few, a batch reads all."""
        if len(ids) > FEW:
            return SQL("TRUE")
        return SQL(
            "string_to_array(match_keys, ' ') && ARRAY(SELECT unnest("
            "string_to_array(match_keys, ' ')) FROM remediation_beneficiary "
            "WHERE id = ANY(%s))",
            list(ids),
        )

    @api.model
    def _matches_of_values(self, child):
        """Ids of the likeliest matches of a child that is not saved yet."""
        self.env["remediation.beneficiary"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM (
                    SELECT b.id, %(score)s AS score
                    FROM remediation_beneficiary b, (SELECT
                        %(name)s::varchar AS match_name,
                        %(year)s::integer AS match_year,
                        %(family)s::varchar AS match_family, %(sex)s::varchar AS sex,
                        %(national)s::varchar AS national_id,
                        %(birth)s::date AS birth_date, %(area)s::integer AS area_id) f
                    WHERE string_to_array(b.match_keys, ' ')
                          && string_to_array(%(keys)s, ' ')
                      AND b.company_id = %(company)s
                ) scored WHERE score >= %(threshold)s
                ORDER BY score DESC, id LIMIT %(most)s
                """,
                score=SQL(_SCORE),
                name=child.match_name or "",
                year=child.match_year,
                family=child.match_family or None,
                sex=child.sex or None,
                national=child.national_id or None,
                birth=child.birth_date or None,
                area=child.area_id._origin.id or None,
                keys=child.match_keys,
                company=child.company_id._origin.id or self.env.company.id,
                threshold=THRESHOLD,
                most=PER_CHILD,
            )
        )
        return [row[0] for row in rows]

    # -- deciding --------------------------------------------------------------
    @step(
        frm="open",
        to="distinct",
        group="child_remediation.group_supervisor",
        stamp="decided",
        asks={"reason": Ask("decision_reason", required=False)},
    )
    def action_distinct(self, reason=None):
        """Keep both as two children, with a reason. For supervisors."""
        if not reason:
            self._unprotected().write({"decision_reason": self.env._("Two Children")})

    @step(
        frm="open",
        to=("merged",),
        group="child_remediation.group_supervisor",
    )
    def action_merge(self, kept_id, open_case_id=None, shares=None, reason=None):
        """Make one child of two (R4). For supervisors who see both.

        All cases go to the kept child; the other code stays searchable. Each consent
        stays with its case. Where both children have an open case, one remains and the
        other is closed as a duplicate.

        :param int kept_id: which of the two children is kept
        :param int open_case_id: the case that stays open, where both have one
        :param dict shares: ``{partner id: percentage}`` for the open case, adding up to
            100, where the two open cases are funded differently
        :raises UserError: money waits for a decision, or a choice is missing
        """
        self.ensure_one()
        children = self.beneficiary_id | self.other_id
        kept = children.filtered(lambda child: child.id == kept_id)
        if not kept:
            raise UserError(self.env._("Choose which of the two children is kept."))
        gone = children - kept
        # Two supervisors at two pairs with a child in common lock in one order.
        children.sorted("id").lock_for_update()
        if children.filtered("merged_into_id"):
            raise UserError(
                self.env._("One of the two was merged already: open the kept child.")
            )
        problems = self._problems_to_merge(kept, gone)
        if problems:
            raise UserError("\n".join(problems))
        # sudo: former cases may belong to other teams; both children were checked.
        cases = children.sudo().case_ids
        still_open = cases.filtered(lambda case: not case.closed_on)
        remaining = self._remaining_case(still_open, open_case_id, shares)
        self._close_as_duplicate(still_open - remaining)
        gone.sudo().case_ids._unprotected().write({"beneficiary_id": kept.id})
        self._move_to_kept(kept, gone)
        if shares:
            remaining.with_env(self.env).action_set_funding(self._place_today(), shares)
        self._settle(kept, gone, reason)
        cases._message_log_batch(
            bodies={
                case.id: self.env._(
                    "%(gone)s was merged into %(kept)s.", gone=gone.name, kept=kept.name
                )
                for case in cases
            }
        )
        kept._compare_later()

    def _remaining_case(self, still_open, open_case_id, shares):
        """Return the case that stays open; the others can be closed.

        :raises UserError: a choice is missing, or something in them is undecided
        """
        if len(still_open) < 2:
            return still_open
        remaining = still_open.filtered(lambda case: case.id == open_case_id)
        if not remaining:
            raise UserError(self.env._("Choose which of the two open cases remains."))
        today = self._place_today()
        splits = [
            {share.funder_id.id: share.share for share in case._funding_on(today)}
            for case in still_open
        ]
        if splits[0] != splits[1] and not shares:
            raise UserError(
                self.env._(
                    "The two open cases have different funders: choose the shares "
                    "of the remaining case, adding up to 100 %."
                )
            )
        undecided = [
            sentence
            for case in still_open - remaining
            for sentence in self.env["remediation.closure"]._undecided(case)
        ]
        if undecided:
            raise UserError("\n".join(undecided))
        return remaining

    def _close_as_duplicate(self, cases):
        cases._unprotected().write(
            {
                "closed_on": fields.Datetime.now(),
                "closure_reason": "duplicate",
                "closure_outcome": "unknown",
            }
        )
        cases.deadline_ids.filtered(
            lambda deadline: not deadline.done_on
        )._unprotected().write({"done_on": fields.Datetime.now()})

    def _settle(self, kept, gone, reason):
        """Keep the codes of the child that is gone, and the decision on this pair and
        on the others with that child."""
        codes = [kept.former_codes, gone.name, gone.former_codes]
        # sudo: protected facts of both children, checked above.
        kept.sudo()._unprotected().write(
            {"former_codes": " ".join(code for code in codes if code)}
        )
        gone.sudo()._unprotected().write({"merged_into_id": kept.id})
        now = fields.Datetime.now()
        decision = {
            "state": "merged",
            "decided_by_id": self.env.uid,
            "decided_on": now,
            "kept_id": kept.id,
            "decision_reason": reason or False,
        }
        self._unprotected().write(decision)
        # sudo: other pairs with the child that is gone are settled by this one.
        self.sudo().search(
            [
                ("state", "=", "open"),
                "|",
                ("beneficiary_id", "=", gone.id),
                ("other_id", "=", gone.id),
            ]
        )._unprotected().write(decision)

    def _move_to_kept(self, kept, gone):
        """Hook: what names the child itself, beside the cases, goes to the kept one."""

    def _problems_to_merge(self, kept, gone):
        """Hook: sentences on what to settle first, for instance money lines."""
        return []
