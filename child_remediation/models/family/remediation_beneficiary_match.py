from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.remediation_base.tools.at_commit import noted_until_commit
from odoo.addons.remediation_base.tools.phonetic import (
    match_keys,
    match_name,
    skeleton,
    tokens,
)

from .remediation_beneficiary import IDENTITY_GROUPS

#: Writing one of these makes a child look different to the comparison.
_COMPARED = frozenset(
    {
        "first_name",
        "last_name",
        "nickname",
        "sex",
        "birth_date",
        "age_estimated",
        "national_id",
        "household_id",
        "area_id",
    }
)


class Beneficiary(models.Model):
    """Stored keys by which the same child is found again (R4).

    Each transaction that enters children compares all of them in one statement at its
    end and queues likely pairs for the supervisors (``remediation.duplicate``). The
    form alone asks for a reason first, and only where the user can open the match;
    portal, synchronisation and import are neither blocked nor told.
    """

    _inherit = "remediation.beneficiary"

    _protected_fields = frozenset(
        {
            "match_name",
            "match_keys",
            "match_family",
            "match_year",
            "merged_into_id",
            "former_codes",
        }
    )

    match_name = fields.Char(
        compute="_compute_match", store=True, compute_sudo=True, groups=IDENTITY_GROUPS
    )
    match_keys = fields.Char(
        compute="_compute_match", store=True, compute_sudo=True, groups=IDENTITY_GROUPS
    )
    match_family = fields.Char(
        compute="_compute_match", store=True, compute_sudo=True, groups=IDENTITY_GROUPS
    )
    match_year = fields.Integer(
        compute="_compute_match", store=True, compute_sudo=True, groups=IDENTITY_GROUPS
    )
    duplicate_reason = fields.Char(
        string="Why This Is Another Child",
        copy=False,
        help="Asked for where a child who looks the same exists.",
    )
    merged_into_id = fields.Many2one(
        "remediation.beneficiary",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    former_codes = fields.Char(readonly=True, copy=False, index="trigram")

    # Without a list of pending entries, which a search would have to read through.
    _match_keys_index = models.Index(
        "USING gin (string_to_array(match_keys, ' ')) WITH (fastupdate = off)"
    )

    @api.depends(
        "first_name",
        "last_name",
        "nickname",
        "national_id",
        "birth_date",
        "age_estimated",
        "age_recorded_on",
        "household_id.member_ids.full_name",
        "household_id.member_ids.is_caregiver",
        "merged_into_id",
    )
    def _compute_match(self):
        for child in self:
            caregivers = [
                member.full_name
                for member in child.household_id.member_ids
                if member.is_caregiver and member.full_name
            ]
            names = (child.first_name, child.last_name, child.nickname)
            keys = (
                []
                if child.merged_into_id
                else match_keys(names, caregivers, [child.national_id])
            )
            child.match_name = match_name(*names) or False
            child.match_keys = " ".join(keys) or False
            child.match_family = (
                " ".join(sorted({skeleton(word) for word in tokens(*caregivers)}))
                or False
            )
            if child.birth_date:
                child.match_year = child.birth_date.year
            elif child.age_estimated and child.age_recorded_on:
                child.match_year = child.age_recorded_on.year - child.age_estimated
            else:
                child.match_year = 0

    # A merged child has no case: who sees it follows the child it was merged into.
    @api.depends(
        "merged_into_id.user_id",
        "merged_into_id.team_id",
        "merged_into_id.organisation_id",
    )
    def _compute_holder(self):
        merged = self.filtered("merged_into_id")
        for child in merged:
            kept = child.merged_into_id
            child.user_id = kept.user_id
            child.team_id = kept.team_id
            child.organisation_id = kept.organisation_id
        return super(Beneficiary, self - merged)._compute_holder()

    @api.model
    def _search_display_name(self, operator, value):
        """Find a child by the codes it had before a merge, too."""
        domain = super()._search_display_name(operator, value)
        if isinstance(value, str) and operator in ("ilike", "like", "=ilike"):
            domain = Domain(domain) | Domain("former_codes", operator, value)
        return domain

    # -- when to compare -------------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        children = super().create(vals_list)
        children._compare_later()
        return children

    def write(self, vals):
        result = super().write(vals)
        if _COMPARED & vals.keys():
            self._compare_later()
        return result

    def web_save(self, vals, specification, next_id=None):
        """Ask the back office, before a new child is made of a known one."""
        if not self and not (vals.get("duplicate_reason") or "").strip():
            self._ask_before_doubling(vals)
        return super().web_save(vals, specification, next_id=next_id)

    def _compare_later(self):
        noted_until_commit(self, "_compare_pending", set).update(self.ids)

    def _compare_pending(self, pending):
        self.env["remediation.duplicate"]._queue(sorted(pending))

    @api.model
    def _ask_before_doubling(self, vals):
        """Name the likely matches that the user can open, and ask for a reason.

        :raises UserError: such a match exists and no reason was given
        """
        candidate = self.new(
            {name: value for name, value in vals.items() if name in self._fields}
        )
        # sudo: keys are computed from identity fields that the user just typed.
        candidate.sudo()._compute_match()
        values = candidate.sudo()  # sudo: same
        if not values.match_keys:
            return
        matches = self.env["remediation.duplicate"]._matches_of_values(values)
        # Who cannot open a match is not told that it exists.
        visible = self.browse(matches)._filtered_access("read")
        if visible:
            raise UserError(
                self.env._(
                    "This child may be known already as %(codes)s. Open that file; if "
                    "this is another child, say why in the field Why This Is Another "
                    "Child.",
                    codes=", ".join(visible.mapped("name")),
                )
            )

    def _undecided_duplicates(self):
        """Return the children of these that are in an open pair, with the others of the
        pairs: until decided, both of a pair are not paid for (R4)."""
        # sudo: pairs are the supervisors'; only the children concerned come back.
        pairs = (
            self.env["remediation.duplicate"]
            .sudo()
            .search(
                [
                    ("state", "=", "open"),
                    "|",
                    ("beneficiary_id", "in", self.ids),
                    ("other_id", "in", self.ids),
                ]
            )
        )
        return (pairs.beneficiary_id | pairs.other_id).with_env(self.env)


class HouseholdMember(models.Model):
    _inherit = "remediation.household.member"

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        members._compare_children_later()
        return members

    def write(self, vals):
        result = super().write(vals)
        if {"full_name", "is_caregiver"} & vals.keys():
            self._compare_children_later()
        return result

    def _compare_children_later(self):
        # sudo: a caregiver's name changes what is known of all children of the family.
        self.sudo().filtered(
            "is_caregiver"
        ).household_id.beneficiary_ids._compare_later()
