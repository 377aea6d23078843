from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from odoo.addons.remediation_base.tools.batches import each_batch
from odoo.addons.remediation_base.tools.phonetic import match_keys, match_name
from odoo.addons.remediation_base.tools.steps import step

DUTY = "case_survivor.group_person_of_interest"
#: What is known of a person, and goes when the last file goes.
KNOWN = (
    "full_name",
    "aliases",
    "phone",
    "email",
    "online_accounts",
    "country_id",
    "sex",
)
#: Persons that are shown as possibly the same.
MOST_ALIKE = 10


class PersonOfInterest(models.Model):
    """A recruiter, exploiter, creditor or network behind one or several cases.

    The duty of its own reads and writes them; no rung of case work does. The label is
    a code (R1), and every look is logged (R29).
    """

    _name = "remediation.person.of.interest"
    _description = "Person of Interest"
    _inherit = ["remediation.coded.mixin", "remediation.access.logged"]
    _rules_of = "remediation.in.company"
    _order = "id desc"
    _check_company_auto = True

    _code_prefix = "PI"
    _remediation_sensitive = True
    _not_in_file = True
    #: What is 0 where nobody knows it: shown as a dash.
    _zero_is_unknown = frozenset({"birth_year"})
    _protected_fields = frozenset(
        {"merged_into_id", "match_name", "match_keys", "forgotten_on"}
    )
    _frozen_fields = frozenset({"company_id"})

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [
            ("person", "Person"),
            ("business", "Business"),
            ("network", "Network"),
        ],
        required=True,
        default="person",
    )
    full_name = fields.Char()
    aliases = fields.Text(
        string="Other Names", help="One on each line, as different survivors say it."
    )
    sex = fields.Selection([("male", "Male"), ("female", "Female")])
    birth_year = fields.Integer(help="0 if unknown.")
    country_id = fields.Many2one("res.country", string="Nationality")
    phone = fields.Char()
    email = fields.Char()
    online_accounts = fields.Text(help="Names in social networks and on sites.")
    description = fields.Text(help="What they look like, what they do, where.")
    network_id = fields.Many2one(
        "remediation.person.of.interest",
        domain=[("kind", "=", "network")],
        index="btree_not_null",
        check_company=True,
    )
    member_ids = fields.One2many(
        "remediation.person.of.interest", "network_id", string="Members"
    )
    household_member_id = fields.Many2one(
        "remediation.household.member",
        string="Same as of a Family",
        index="btree_not_null",
        check_company=True,
        help="Where the person lives in a survivor's family. The family's page never "
        "shows it.",
    )
    role_ids = fields.One2many(
        "remediation.person.of.interest.role", "person_id", string="Cases"
    )
    same_as_id = fields.Many2one(
        "remediation.person.of.interest",
        string="Same Person As",
        domain="[('id', '!=', id), ('merged_into_id', '=', False)]",
        index="btree_not_null",
        check_company=True,
    )
    merged_into_id = fields.Many2one(
        "remediation.person.of.interest",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    forgotten_on = fields.Date(
        readonly=True, copy=False, help="Day on which what was known was erased."
    )
    match_name = fields.Char(compute="_compute_match", store=True)
    match_keys = fields.Char(compute="_compute_match", store=True)
    alike_ids = fields.Many2many(
        "remediation.person.of.interest",
        compute="_compute_alike_ids",
        string="May Be the Same",
    )

    _birth_year_possible = models.Constraint(
        "CHECK (birth_year = 0 OR birth_year BETWEEN 1900 AND 2100)",
        "A year of birth lies between 1900 and 2100, or is unknown.",
    )
    _match_keys_index = models.Index(
        "USING gin (string_to_array(match_keys, ' ')) WITH (fastupdate = off)"
    )

    @api.depends("full_name", "aliases", "phone")
    def _compute_match(self):
        """The keys by which children are compared too (R4): each name by itself."""
        for person in self:
            names = [person.full_name, *(person.aliases or "").splitlines()]
            keys = set(match_keys((), (), [person.phone]))
            for name in filter(None, names):
                keys.update(match_keys([name]))
            person.match_name = match_name(*filter(None, names)) or False
            person.match_keys = " ".join(sorted(keys)) or False

    @api.depends("match_keys")
    def _compute_alike_ids(self):
        """Persons of the company that share a key, the likeliest first."""
        self.alike_ids = False
        ids = [id_ for id_ in self._origin.ids if id_]
        if not ids:
            return
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT mine.id, array_agg(other.id ORDER BY
                       similarity(mine.match_name, other.match_name) DESC, other.id)
                FROM remediation_person_of_interest mine
                JOIN remediation_person_of_interest other
                  ON string_to_array(other.match_keys, ' ')
                     && string_to_array(mine.match_keys, ' ')
                 AND other.company_id = mine.company_id
                 AND other.id <> mine.id AND other.active
                WHERE mine.id = ANY(%s) GROUP BY mine.id
                """,
                ids,
            )
        )
        found = dict(rows)
        for person in self:
            person.alike_ids = self.browse(
                found.get(person._origin.id, [])[:MOST_ALIKE]
            )

    @api.constrains("kind", "full_name", "aliases", "phone", "email", "description")
    def _check_something_known(self):
        for person in self:
            if not any(
                (person[name] or "").strip()
                for name in ("full_name", "aliases", "phone", "email", "description")
            ):
                raise ValidationError(
                    self.env._(
                        "Enter what is known of the person: a name, a number or a "
                        "description."
                    )
                )

    # -- retention (R56) -----------------------------------------------------------
    @api.model
    def _cron_forget(self):
        """Erase what is known of persons of whom every survivor's file was erased.
        Monthly."""
        # sudo: the scheduler has no duty; nothing is shown to anybody.
        persons = self.sudo().with_context(active_test=False)
        kept = [("case_id.beneficiary_id.pseudonymised_on", "=", False)]
        over = persons.search(
            [
                ("forgotten_on", "=", False),
                ("role_ids", "!=", False),
                "!",
                ("role_ids", "any", kept),
            ]
        )
        each_batch(over, lambda batch: batch._forget())

    def _forget(self):
        for person in self:
            person._unprotected().write(
                {
                    **dict.fromkeys(KNOWN, False),
                    "birth_year": 0,
                    "household_member_id": False,
                    "description": person.env._("Erased with the last file."),
                    "forgotten_on": fields.Date.context_today(person),
                    "active": False,
                }
            )
        self.role_ids.write({"known_as": False, "note": False})

    def _missing_to_merge(self):
        self.ensure_one()
        if not self.same_as_id:
            return [self.env._("Choose first who it is the same as.")]
        if self.merged_into_id or self.same_as_id.merged_into_id:
            return [self.env._("One of the two was merged already.")]
        return []

    @step(group=DUTY, check="_missing_to_merge")
    def action_merge(self):
        """Make one person of two: the cases and names go to the one that is kept."""
        for person in self:
            kept = person.same_as_id
            # sudo: the duty writes the roles of the cases that it holds alone.
            person.sudo().role_ids.write({"person_id": kept.id})
            names = [kept.aliases, person.full_name, person.aliases]
            kept.aliases = "\n".join(filter(None, names))
            person.member_ids.write({"network_id": kept.id})
            person._unprotected().write({"merged_into_id": kept.id, "active": False})
