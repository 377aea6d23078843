from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL


class SavingsMember(models.Model):
    """A person in a group's register.

    Not a contact: names of caregivers must not be readable by every internal user.
    Who may what: the group's field agent and the savings manager read and write;
    nobody deletes, a member who left is archived. ``display_name`` is group and
    number, because labels of linked records are read as superuser.
    """

    _name = "savings.member"
    _description = "Member of a Savings Group"
    _inherit = ["savings.owned"]
    _zero_is_unknown = frozenset({"birth_year"})
    _order = "group_id, number, id"
    _rec_names_search = ["full_name", "number"]

    _protected_fields = frozenset({"number", "active"})

    number = fields.Integer(readonly=True, copy=False)
    full_name = fields.Char(string="Name", required=True, index="trigram")
    sex = fields.Selection(
        [("female", "Female"), ("male", "Male"), ("other", "Other")],
        required=True,
        default="female",
    )
    birth_year = fields.Integer()
    phone = fields.Char()
    active = fields.Boolean(default=True, readonly=True)
    # duties
    officer_role = fields.Selection(
        [
            ("chair", "Chair"),
            ("record_keeper", "Record Keeper"),
            ("box_keeper", "Box Keeper"),
            ("counter", "Money Counter"),
        ],
        string="Office",
    )
    is_key_holder = fields.Boolean(string="Holds a Key")
    membership_ids = fields.One2many("savings.membership", "member_id")
    in_other_group = fields.Boolean(
        compute="_compute_in_other_group",
        search="_search_in_other_group",
        groups="savings_group.group_savings_manager",
        help="The same name or phone is in the register of another group.",
    )

    _number_unique = models.UniqueIndex(
        "(group_id, number)", "Two members of a group cannot share a number."
    )
    _birth_year_range = models.Constraint(
        "CHECK (birth_year IS NULL OR birth_year = 0 OR birth_year > 1900)",
        "Give the year of birth with four digits, or leave it empty.",
    )

    @api.depends("group_id.name", "number")
    def _compute_display_name(self):
        for member in self:
            member.display_name = f"{member.group_id.name}/{member.number:02d}"

    def _twins_sql(self):
        return SQL(
            """
            SELECT this.id
              FROM savings_member AS this
              JOIN savings_member AS other
                ON other.company_id = this.company_id
               AND other.group_id <> this.group_id
               AND other.active
               AND (lower(other.full_name) = lower(this.full_name)
                    OR (other.phone <> '' AND other.phone = this.phone))
             WHERE this.active
            """
        )

    @api.depends("full_name", "phone", "active")
    def _compute_in_other_group(self):
        self.env["savings.member"].flush_model()
        self.env.cr.execute(
            SQL("%s AND this.id IN %s", self._twins_sql(), tuple(self.ids) or (0,))
        )
        twins = {row[0] for row in self.env.cr.fetchall()}
        for member in self:
            member.in_other_group = member.id in twins

    def _search_in_other_group(self, operator, value):
        # Core asks for the right to a field where it is stored; this one is not.
        self._check_field_access(self._fields["in_other_group"], "read")
        if operator != "in":
            return NotImplemented
        self.env["savings.member"].flush_model()
        return [("id", "in" if True in value else "not in", self._twins_sql())]

    @api.constrains("officer_role", "active")
    def _check_single_offices(self):
        single = ("chair", "record_keeper", "box_keeper")
        for group, members in self.group_id._members_with_office().items():
            roles = [member.officer_role for member in members]
            for role in single:
                if roles.count(role) > 1:
                    raise ValidationError(
                        self.env._(
                            "%(group)s has two members in the same office: take it "
                            "from one of them first.",
                            group=group.display_name,
                        )
                    )

    @api.model
    def _add_protected_values(self, vals_list):
        vals_list = super()._add_protected_values(vals_list)
        groups = {vals.get("group_id") for vals in vals_list if vals.get("group_id")}
        # Archived members keep their number.
        highest = {
            group.id: number
            for group, number in self.with_context(active_test=False)._read_group(
                [("group_id", "in", list(groups))], ["group_id"], ["number:max"]
            )
        }
        filled = []
        for vals in vals_list:
            vals = dict(vals)
            group_id = vals.get("group_id")
            if not vals.get("number"):
                highest[group_id] = highest.get(group_id, 0) + 1
                vals["number"] = highest[group_id]
            filled.append(vals)
        return filled

    @api.model_create_multi
    def create(self, vals_list):
        # One register is numbered by one person at a time.
        groups = self.env["savings.group"].browse(
            {vals["group_id"] for vals in vals_list if vals.get("group_id")}
        )
        groups.check_access("read")
        # sudo: locking asks for write access, which a case role enrolling a caregiver
        # through its named method does not have on the group.
        groups.sudo().lock_for_update()
        if groups.filtered(lambda group: group.state != "running"):
            raise UserError(self.env._("A dissolved group takes no new members."))
        members = super().create(vals_list)
        members._join_running_cycles()
        return members

    def _join_running_cycles(self):
        """Enter new members in the cycle that is forming or running."""
        # sudo: the creator's right on the group was checked; the cycle is the group's.
        cycles = (
            self.env["savings.cycle"]
            .sudo()
            .search(
                [
                    ("group_id", "in", self.group_id.ids),
                    ("state", "in", ("forming", "active")),
                ]
            )
        )
        by_group = {cycle.group_id: cycle for cycle in cycles}
        # sudo: whoever enters a member need not make memberships
        self.env["savings.membership"].sudo()._unprotected().create(
            [
                {"cycle_id": by_group[member.group_id].id, "member_id": member.id}
                for member in self
                if member.group_id in by_group
            ]
        )

    def action_archive(self):
        """Refused: members leave through a meeting, so that they are paid out."""
        raise UserError(
            self.env._("A member leaves through a meeting: use the button Leave.")
        )
