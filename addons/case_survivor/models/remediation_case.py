from odoo import api, fields, models

from .remediation_person_of_interest import DUTY as POI
from .remediation_survivor_status import STANDING, STATUSES

#: Who reads the decisions on the cases they see.
READERS = (
    "child_remediation.group_case_worker,child_remediation.group_monitoring,"
    "child_remediation.group_auditor,child_remediation.group_data_protection"
)


class Case(models.Model):
    _inherit = "remediation.case"

    _open_texts = frozenset({"survivor_standing"})  # the application's words

    survivor_status_ids = fields.One2many(
        "remediation.survivor.status", "case_id", string="Statuses", groups=READERS
    )
    # compute_sudo: all decisions count, whoever recorded the last one.
    survivor_status = fields.Selection(
        [*STATUSES, ("contradictory", "Decisions Contradict")],
        compute="_compute_survivor_status",
        store=True,
        compute_sudo=True,
        index="btree_not_null",
        copy=False,
        string="Status of the Survivor",
        groups=READERS,
        help="The strongest decision that stands.",
    )
    survivor_standing = fields.Char(
        compute="_compute_survivor_standing", string="What Stands", groups=READERS
    )
    person_of_interest_role_ids = fields.One2many(
        "remediation.person.of.interest.role",
        "case_id",
        string="Persons of Interest",
        groups=POI,
    )

    @api.depends("survivor_status_ids.state", "survivor_status_ids.status")
    def _compute_survivor_status(self):
        strength = [key for key, _label in STATUSES]
        for case in self:
            standing = case.survivor_status_ids.filtered(lambda s: s.state in STANDING)
            found = set(standing.mapped("status"))
            if "not_victim" in found and len(found) > 1:
                case.survivor_status = "contradictory"
            else:
                case.survivor_status = max(found, key=strength.index, default=False)

    @api.depends(
        "survivor_status_ids.state",
        "survivor_status_ids.status",
        "survivor_status_ids.decided_by_kind",
        "survivor_status_ids.date",
    )
    @api.depends_context("lang")
    def _compute_survivor_standing(self):
        """Every decision that stands, with who took it and when."""
        fields_ = self.env["remediation.survivor.status"]._fields
        labels = dict(fields_["status"]._description_selection(self.env))
        kinds = dict(fields_["decided_by_kind"]._description_selection(self.env))
        for case in self:
            standing = case.survivor_status_ids.filtered(lambda s: s.state in STANDING)
            case.survivor_standing = " · ".join(
                self.env._(
                    "%(status)s (%(who)s, %(day)s)",
                    status=labels[record.status],
                    who=kinds[record.decided_by_kind],
                    day=record._say_day(record.date),
                )
                for record in standing
            )
