from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, Ask, step

_lt = LazyTranslate(__name__)

#: Members that a group has before somebody is enrolled from a case.
FEWEST = 4


class SavingsEnrolment(models.Model):
    """A caregiver's savings group, as an action of a child's plan (R51).

    Kept with the case alone: it belongs to whoever holds the case, and nothing in the
    group's books leads here. The member it stands for is readable by no interface; the
    case sees whether she is enrolled, how often she attends, whether she dropped out
    or completed a cycle.

    Who may what: as the plan's actions. Savings and finance roles have no access.
    """

    _name = "savings.enrolment"
    _description = "Enrolment of a Caregiver in a Savings Group"
    _inherit = ["remediation.case.owned"]
    _unknown_without = {"attendance_rate": "meetings_held"}
    _order = "case_id, id"

    _protected_fields = frozenset({"member_id", "enrolled_on", "support_id"})
    _frozen_fields = frozenset({"action_id"})
    # Another caregiver or group is another action.
    _state_field = "enrolled_on"
    _open_fields = {False: EVERYTHING}

    action_id = fields.Many2one(
        "remediation.plan.action", required=True, index=True, ondelete="restrict"
    )
    case_id = fields.Many2one(
        related="action_id.case_id", store=True, required=False, precompute=True
    )
    household_id = fields.Many2one(related="case_id.household_id")
    caregiver_id = fields.Many2one(
        "remediation.household.member",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('household_id', '=', household_id), ('is_caregiver', '=', True)]",
    )
    area_id = fields.Many2one(related="household_id.area_id")
    group_id = fields.Many2one(
        "savings.group",
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('room', '>', 0), ('state', '=', 'running')]",
    )
    is_near = fields.Boolean(
        string="In the Family's Area", compute="_compute_is_near", compute_sudo=True
    )
    room = fields.Integer(related="group_id.room", string="Free Places")
    enrolled_on = fields.Date(readonly=True, copy=False)
    # what the case sees of the membership
    member_id = fields.Many2one(
        "savings.member", groups=NO_ACCESS, index=True, copy=False, ondelete="restrict"
    )
    support_id = fields.Many2one(
        "savings.support", groups=NO_ACCESS, copy=False, ondelete="restrict"
    )
    support_state = fields.Selection(
        [("none", "None"), ("asked", "Asked For"), ("posted", "Given")],
        string="Support Given",
        compute="_compute_course",
        compute_sudo=True,
    )
    status = fields.Selection(
        [
            ("planned", "Planned"),
            ("enrolled", "Enrolled"),
            ("dropped_out", "Dropped Out"),
        ],
        compute="_compute_course",
        compute_sudo=True,
    )
    is_cycle_completed = fields.Boolean(
        string="Cycle Completed", compute="_compute_course", compute_sudo=True
    )
    meetings_held = fields.Integer(compute="_compute_course", compute_sudo=True)
    attendance_rate = fields.Float(
        string="Attending", compute="_compute_course", compute_sudo=True
    )

    _one_per_action = models.UniqueIndex(
        "(action_id, caregiver_id)", "This caregiver is on the action already."
    )

    @api.depends("action_id.display_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for enrolment in self:
            enrolment.display_name = enrolment.action_id.display_name

    @api.depends("group_id.area_id", "household_id.area_id")
    def _compute_is_near(self):
        for enrolment in self:
            family, group = enrolment.household_id.area_id, enrolment.group_id.area_id
            enrolment.is_near = bool(
                family
                and group
                and (
                    family.parent_path.startswith(group.parent_path)
                    or group.parent_path.startswith(family.parent_path)
                )
            )

    # compute_sudo: the case sees these five facts of the membership and no more; its
    # worker has no right on the group's books.
    @api.depends("member_id", "support_id")
    def _compute_course(self):
        memberships = self.member_id.membership_ids.grouped("member_id")
        none = self.env["savings.membership"]
        for enrolment in self:
            own = memberships.get(enrolment.member_id, none)
            held = sum(own.mapped("meetings_held"))
            enrolment.meetings_held = held
            enrolment.attendance_rate = (
                sum(own.mapped("attended")) / held if held else 0.0
            )
            enrolment.is_cycle_completed = bool(
                own.filtered(
                    lambda m: m.state == "active" and m.cycle_id.state == "closed"
                )
            )
            if not enrolment.member_id:
                enrolment.status = "planned"
            elif enrolment.member_id.active:
                enrolment.status = "enrolled"
            else:
                enrolment.status = "dropped_out"
            support = enrolment.support_id
            enrolment.support_state = (
                "none"
                if not support
                else "posted"
                if support.state == "posted"
                else "asked"
            )

    def _status_text(self):
        """Return what the plan shows: status, attendance, cycle completed."""
        self.ensure_one()
        labels = dict(self._fields["status"]._description_selection(self.env))
        parts = [labels[self.status]]
        if self.enrolled_on:
            parts.append(
                self.env._(
                    "attending %(percent)s %%",
                    percent=round(self.attendance_rate * 100),
                )
            )
        if self.is_cycle_completed:
            parts.append(self.env._("has completed a cycle"))
        return ", ".join(parts)

    @api.constrains("action_id", "caregiver_id")
    def _check_caregiver_id(self):
        for enrolment in self:
            if enrolment.action_id.domain != "savings_group":
                raise UserError(
                    self.env._("Enrol from an action of the kind savings group.")
                )
            if enrolment.caregiver_id.household_id != enrolment.case_id.household_id:
                raise UserError(
                    self.env._("The caregiver belongs to another child's family.")
                )

    @step()
    def action_enrol(self):
        """Enrol the caregiver in the chosen group, as an ordinary member (R51).

        For the holder of the case. The membership is written by the system user, as
        every membership is.

        :raises UserError: no room, the plan not active, not an adult caregiver, or
            enrolled before.
        """
        self.ensure_one()
        self._check_can_enrol()
        if not self.group_id:
            raise UserError(self.env._("Choose a group, or start one."))
        self._check_is_one_of_many()
        self._write_member()
        if self.action_id.state == "planned":
            self.action_id.action_start()

    @step(asks={"label": Ask(label=_lt("Name"))}, title=_lt("Start a Group"))
    def action_start_group(self, label):
        """Start a group where there is none near, and choose it for the caregiver.

        For the holder of the case. The new group is a field agent's like any other:
        who works in the area, or has the fewest groups. The caregiver is enrolled
        when others have joined, so that she is none of the first (R51).

        :param str label: a name for the group; required.
        :raises UserError: no field agent works for the company
        """
        self.ensure_one()
        self._check_can_enrol()
        if self.group_id:
            raise UserError(
                self.env._("A group is chosen: enrol there, or take it out first.")
            )
        # sudo: case roles only read the register of groups; starting one from a plan
        # is this method's purpose, with these three values alone.
        group = (
            self.env["savings.group"]
            .sudo()
            .create(
                {
                    "label": label,
                    "area_id": self.household_id.area_id.id,
                    "company_id": self.company_id.id,
                    "agent_id": self._nearest_agent().id,
                }
            )
        )
        self.group_id = group.id

    def _nearest_agent(self):
        # Whoever is named one: managers hold the group too, and visit no meetings.
        # sudo: case roles list neither field agents nor their groups.
        agents = self.env.ref("savings_group.group_field_agent").sudo().user_ids
        agents = agents.filtered(
            lambda user: user.active and self.company_id in user.company_ids
        )
        if not agents:
            raise UserError(
                self.env._(
                    "No field agent works here: ask the savings manager to name one."
                )
            )
        groups = (
            self.env["savings.group"]
            .sudo()  # sudo: as above
            .search([("agent_id", "in", agents.ids)])
        )
        near = groups.filtered(
            lambda group: group.area_id and group.area_id == self.household_id.area_id
        ).agent_id
        number = {
            agent: len(
                groups.filtered(lambda group, agent=agent: group.agent_id == agent)
            )
            for agent in agents
        }
        return min(near or agents, key=lambda agent: (number[agent], agent.id))

    @step()
    def action_ask_support(self, kind, amount):
        """Ask finance for what the organisation gives with an enrolment.

        For the holder of the case. Finance sees the group, the kind and the amount,
        nothing of the case or the caregiver; it adds the supplier and the grant.

        :param str kind: kit or training.
        :param float amount: the expected cost, above zero.
        :raises UserError: not enrolled, asked before, or another kind.
        """
        self.ensure_one()
        if kind not in ("kit", "training"):
            raise UserError(self.env._("Ask for a kit or for training."))
        # sudo: the link to the support is hidden from everybody.
        hidden = self.sudo()
        if not hidden.member_id:
            raise UserError(self.env._("Enrol the caregiver first."))
        if hidden.support_id:
            raise UserError(self.env._("Support was asked for before."))
        # sudo: case roles have no access to what finance pays; group, kind and amount
        # are all that goes there.
        support = (
            self.env["savings.support"]
            .sudo()
            .create({"group_id": self.group_id.id, "kind": kind, "amount": amount})
        )
        hidden._unprotected().support_id = support

    def _check_is_one_of_many(self):
        """She must not be one of the first: of a group so small, or one that began
        with her, everybody would know who stands for a case (R51)."""
        # sudo: case roles do not read the register; its size alone is looked at.
        members = self.env["savings.member"].sudo()
        if members.search_count([("group_id", "=", self.group_id.id)]) < FEWEST:
            raise UserError(
                self.env._(
                    "Enrol the caregiver when %(count)s others have joined: in a "
                    "smaller group everybody would know who came from a case.",
                    count=FEWEST,
                )
            )

    def _check_can_enrol(self):
        self.ensure_one()
        caregiver = self.caregiver_id
        if self.enrolled_on:
            raise UserError(self.env._("The caregiver is enrolled already."))
        if self.action_id.state not in ("planned", "in_progress"):
            raise UserError(self.env._("This action of the plan is finished."))
        if not self.action_id._may_run():
            raise UserError(
                self.env._("The plan is not approved yet: submit it first.")
            )
        if not caregiver.is_caregiver or caregiver.is_deceased:
            raise UserError(self.env._("Choose a caregiver of the family."))
        if not caregiver._is_adult(self._place_today()):
            raise UserError(
                self.env._("The caregiver is enrolled, never a child: choose an adult.")
            )

    def _write_member(self):
        """Find or write the member, and keep the link on the case side."""
        self.ensure_one()
        # sudo: case roles have no right on the group's books; exactly one ordinary
        # member is written, from values of the caregiver on the own case.
        members = self.env["savings.member"].sudo()
        caregiver, group = self.caregiver_id.sudo(), self.group_id.sudo()
        if not caregiver.full_name:
            raise UserError(
                self.env._("Enter the caregiver's name on the family first.")
            )
        member = members.search(
            [
                ("group_id", "=", group.id),
                ("full_name", "=ilike", caregiver.full_name.replace("%", r"\%")),
                ("phone", "in", (caregiver.phone or False, False, "")),
            ],
            limit=1,
        )
        if not member:
            if not group.room:
                raise UserError(
                    self.env._("The group is full: choose another, or start one.")
                )
            member = members.create(
                {
                    "group_id": group.id,
                    "full_name": caregiver.full_name,
                    "sex": caregiver.sex or "female",
                    "phone": caregiver.phone,
                }
            )
        # sudo: the secret link, which no role reads or writes (R51)
        self.sudo()._unprotected().write(
            {
                "member_id": member.id,
                "enrolled_on": self._place_today(),
            }
        )
