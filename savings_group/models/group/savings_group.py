from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command, Domain
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import step

_lt = LazyTranslate(__name__)


class SavingsGroup(models.Model):
    """A self-selected group that saves, lends and shares out.

    Who may what: the group's field agent keeps its books; the savings manager sees
    and keeps all groups of the company; case roles read the register of groups (name,
    place, room) to choose one, nothing of its members or money. Nobody deletes.
    The money is the group's, never the NGO's (R50).
    """

    _name = "savings.group"
    _description = "Savings Group"
    _inherit = [
        "savings.system.mixin",
        "remediation.coded.mixin",
        "savings.constitution",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _rules_of = "remediation.in.company"
    _order = "name"
    _rec_names_search = ["label", "name"]
    _check_company_auto = True

    _remediation_sensitive = True
    _code_prefix = "SG"
    _protected_fields = frozenset(
        {"state", "dissolved_on", "dissolved_reason", "partner_id"}
    )
    _frozen_fields = frozenset({"company_id", "currency_id"})

    # identity
    label = fields.Char(string="Name", required=True, index="trigram")
    formed_on = fields.Date(default=fields.Date.context_today)
    phase = fields.Selection(
        [
            ("preparatory", "Preparatory"),
            ("intensive", "Intensive"),
            ("development", "Development"),
            ("maturity", "Maturity"),
            ("graduated", "Graduated"),
        ],
        required=True,
        default="preparatory",
        tracking=True,
        group_expand=True,
    )
    state = fields.Selection(
        [("running", "Running"), ("dissolved", "Dissolved")],
        default="running",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    dissolved_on = fields.Date(readonly=True, copy=False)
    dissolved_reason = fields.Char(readonly=True, copy=False)
    # links
    company_id = fields.Many2one("res.company", required=True, index=True)
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    partner_id = fields.Many2one(
        "res.partner",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The group in the books, made when finance first holds money of it.",
    )
    agent_id = fields.Many2one(
        "res.users",
        string="Field Agent",
        index=True,
        tracking=True,
        domain="[('share', '=', False)]",
    )
    site_id = fields.Many2one(
        "remediation.site", index="btree_not_null", check_company=True
    )
    area_id = fields.Many2one("remediation.area", index=True, check_company=True)
    meeting_place = fields.Char()
    members_max = fields.Integer(string="Most Members", default=25, required=True)
    member_ids = fields.One2many(
        "savings.member", "group_id", groups="savings_group.group_field_agent"
    )
    cycle_ids = fields.One2many(
        "savings.cycle", "group_id", groups="savings_group.group_field_agent"
    )
    current_cycle_id = fields.Many2one(
        "savings.cycle",
        compute="_compute_current_cycle_id",
        groups="savings_group.group_field_agent",
    )
    constitution = fields.Html(
        string="Written Constitution", groups="savings_group.group_field_agent"
    )
    # figures
    member_count = fields.Integer(
        compute="_compute_member_count", store=True, compute_sudo=True
    )
    room = fields.Integer(
        string="Free Places",
        compute="_compute_member_count",
        store=True,
        compute_sudo=True,
    )
    officer_warning = fields.Text(
        compute="_compute_officer_warning", groups="savings_group.group_field_agent"
    )

    _members_max_positive = models.Constraint(
        "CHECK (members_max > 0)", "A group has room for at least one member."
    )
    _list_by_agent = models.Index("(company_id, agent_id, name)")

    @api.depends("name", "label")
    def _compute_display_name(self):
        for group in self:
            group.display_name = f"{group.name} {group.label or ''}".strip()

    @api.depends("cycle_ids.state", "cycle_ids.number")
    def _compute_current_cycle_id(self):
        for group in self:
            group.current_cycle_id = group.cycle_ids.sorted("number")[-1:]

    @api.depends("member_ids.active", "members_max")
    def _compute_member_count(self):
        counts = dict(
            self.env["savings.member"]._read_group(
                [("group_id", "in", self.ids), ("active", "=", True)],
                ["group_id"],
                ["__count"],
            )
        )
        for group in self:
            group.member_count = counts.get(group, 0)
            group.room = max(group.members_max - group.member_count, 0)

    @api.depends(
        "member_ids.officer_role",
        "member_ids.is_key_holder",
        "member_ids.sex",
        "member_ids.active",
        "keys_outside_committee",
    )
    def _compute_officer_warning(self):
        for group in self:
            group.officer_warning = "\n".join(group._officer_warnings()) or False

    def _officer_warnings(self):
        """Return the sentences of R47; they warn and never block."""
        self.ensure_one()
        members = self.member_ids.filtered("active")
        officers = members.filtered("officer_role")
        sentences = []
        both = officers.filtered("is_key_holder")
        if both and self.keys_outside_committee:
            sentences.append(
                self.env._(
                    "Members number %(numbers)s hold a key and sit on the committee: "
                    "keys are safer with three members who are not officers.",
                    numbers=", ".join(str(member.number) for member in both),
                )
            )
        women = officers.filtered(lambda member: member.sex == "female")
        if len(officers) >= 5 and len(women) < 3:
            sentences.append(
                self.env._(
                    "%(women)s of %(officers)s officers are women: at least three of "
                    "five should be.",
                    women=len(women),
                    officers=len(officers),
                )
            )
        return sentences

    def _members_with_office(self):
        """Return the active officers of each group, in one query."""
        members = self.env["savings.member"].search(
            [("group_id", "in", self.ids), ("officer_role", "!=", False)]
        )
        return members.grouped("group_id")

    @api.model_create_multi
    def create(self, vals_list):
        # Read before the system user takes over: his company is another one.
        company = self.env.company
        filled = []
        for vals in vals_list:
            vals = dict(vals)
            vals.setdefault("company_id", company.id)
            if not vals.get("currency_id"):
                owner = self.env["res.company"].browse(vals["company_id"])
                # sudo: the currency of a company is no secret, its record may be.
                vals["currency_id"] = owner.sudo().currency_id.id
            if "agent_id" not in vals and not self.env.su and self._is_plain_agent():
                vals["agent_id"] = self.env.uid
            filled.append(vals)
        groups = super().create(filled)
        groups._check_keeper()
        return groups

    def _get_partner(self):
        """Return the group's partner in the books, made at its first use: its code and
        no member's name. Called after the check for finance."""
        self.ensure_one()
        # sudo: finance books for a group whose members it does not read
        group = self.sudo()
        if not group.partner_id:
            group._unprotected().partner_id = group.env["res.partner"].create(
                {
                    "name": group.name,
                    "is_company": True,
                    "company_id": group.company_id.id,
                }
            )
        return group.partner_id.with_env(self.env)

    def write(self, vals):
        self._check_keeper()
        return super().write(vals)

    def _check_keeper(self):
        """The register that case roles and finance read is not theirs to keep, not
        even for somebody who is a field agent of other groups as well."""
        if self.env.su or self.env.user.has_group(
            "savings_group.group_savings_manager"
        ):
            return
        # sudo: whose group it is decides, whatever the user may read of it.
        if self.sudo().filtered(lambda group: group.agent_id.id != self.env.uid):
            raise AccessError(
                self.env._(
                    "This group is kept by another field agent: ask the savings "
                    "manager to hand it over."
                )
            )

    def _is_plain_agent(self):
        user = self.env.user
        return user.has_group("savings_group.group_field_agent") and not user.has_group(
            "savings_group.group_savings_manager"
        )

    def _missing_to_begin(self):
        last = self.env["savings.cycle"].search(
            [("group_id", "=", self.id)], order="number desc", limit=1
        )
        if last and last.state != "closed":
            return [
                self.env._(
                    "%(cycle)s is not closed: share it out and close it first.",
                    cycle=last.display_name,
                )
            ]
        return []

    @step(frm="running", check="_missing_to_begin")
    def action_new_cycle(self):
        """Begin the next cycle with the group's present rules and members.

        For the group's agent or a savings manager. What the last share-out left in
        the box, and the shares that members left in, open the new cycle.

        :returns: action that shows the new cycle.
        :raises UserError: the last cycle is not closed, or the group is dissolved.
        """
        self.ensure_one()
        last = self.env["savings.cycle"].search(
            [("group_id", "=", self.id)], order="number desc", limit=1
        )
        left_in = last._shares_left_in() if last else {}
        cycle = (
            self.env["savings.cycle"]
            ._unprotected("savings.membership")
            .create(
                dict(
                    self._prepare_constitution(),
                    group_id=self.id,
                    number=last.number + 1 if last else 1,
                    **(last._prepare_carry_over() if last else {}),
                    membership_ids=[
                        Command.create(
                            {
                                "member_id": member.id,
                                "opening_shares": left_in.get(member.id, 0),
                            }
                        )
                        for member in self.member_ids.filtered("active")
                    ],
                )
            )
        )
        return cycle._action_form()

    def _missing_to_dissolve(self):
        running = self.env["savings.cycle"].search_count(
            Domain("group_id", "in", self.ids)
            & Domain("state", "in", ("active", "share_out"))
        )
        if running:
            return [self.env._("A cycle is running: share it out and close it first.")]
        return []

    @step(
        frm="running",
        to="dissolved",
        stamp="dissolved",
        asks={"reason": "dissolved_reason"},
        check="_missing_to_dissolve",
        title=_lt("Dissolve the Group"),
    )
    def action_dissolve(self, reason):
        """End the group for good, between two cycles.

        For the group's agent or a savings manager.

        :param str reason: why the members end the group; required.
        :raises UserError: a cycle is running, or no reason was given.
        """
        self._message_log_batch(
            bodies={group.id: self.env._("Group dissolved.") for group in self}
        )

    def action_view_members(self):
        """Show the members' register; for whoever may read the group's books."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Members"),
            "res_model": "savings.member",
            "view_mode": "list,form",
            "domain": [("group_id", "=", self.id)],
            "context": {"default_group_id": self.id},
        }

    def action_view_cycles(self):
        """Show the group's cycles; for whoever may read the group's books."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cycles"),
            "res_model": "savings.cycle",
            "view_mode": "list,form",
            "domain": [("group_id", "=", self.id)],
        }
