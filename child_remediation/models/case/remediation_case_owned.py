from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache


class CaseOwned(models.AbstractModel):
    """A record below a case: it is seen by whoever holds the case today (R27).

    The holder's columns are copied from the case and stored, so that record rules
    compare indexed columns of the row itself; reassigning writes the case alone.
    The rules of the case hold for each of them; a model has rules of its own only
    where it differs.
    """

    _name = "remediation.case.owned"
    _description = "Record Owned by a Case"
    _inherit = [
        "remediation.case.words",
        "remediation.protected.mixin",
        "remediation.identity.text",
    ]
    _check_company_auto = True

    _remediation_sensitive = True
    _rules_of = "remediation.case"
    _protected_fields = frozenset(
        {"company_id", "user_id", "team_id", "organisation_id"}
    )
    # A code, a label made of codes.
    _open_texts = frozenset({"name", "display_name", "res_model"})
    # Of evidence too, who holds the case today changes.
    _evidence_open = _protected_fields
    #: What the stage of the case follows from.
    _stage_facts = frozenset()
    # A record filed on the wrong child is hidden (R25), never moved.
    _frozen_fields = frozenset({"case_id"})

    # no check_company: the company is the case's, so that a new record has none yet and
    # the web client would offer no case
    case_id = fields.Many2one(
        "remediation.case", required=True, index=True, ondelete="restrict"
    )
    # precompute: known before the row is inserted, so it costs no second statement.
    company_id = fields.Many2one(
        related="case_id.company_id", store=True, index=True, precompute=True
    )
    user_id = fields.Many2one(
        related="case_id.user_id",
        store=True,
        index=True,
        precompute=True,
        string="Holder",
    )
    team_id = fields.Many2one(
        related="case_id.team_id", store=True, index=True, precompute=True
    )
    organisation_id = fields.Many2one(
        related="case_id.organisation_id", store=True, index=True, precompute=True
    )
    is_adult = fields.Boolean(related="case_id.is_adult", string="Adult's File")

    def _check_supervises(self):
        """The user supervises the case (or coordinates)."""
        self.case_id._check_supervises()

    def _shown_facts(self):
        """Whom a signature is about: what the case page says in its first line. For
        the back office, which signs."""
        if not self.env.user._is_internal():
            return False
        desk = self.env["remediation.desk"]
        case = self.case_id
        due = desk._when(case.next_due) if case.next_due else {}
        return {
            **desk._facts_of(case)[case.id],
            "case": case.id,
            "stage": desk._label(case, "stage"),
            "holder": case.user_id.name,
            "due": due.get("when"),
            "tone": due.get("tone"),
        }

    def modified(self, fnames, create=False, before=False):
        if not before and self._stage_facts.intersection(fnames):
            # A form that is still empty names no case.
            for record in self.filtered("case_id"):
                self.env["remediation.case.stage.log"]._note(record.case_id, record)
        return super().modified(fnames, create=create, before=before)

    @api.model
    def _add_protected_values(self, vals_list):
        vals_list = super()._add_protected_values(vals_list)
        if "properties" not in self._fields:
            return vals_list
        # Core reads a property's definition from the values at creation, where the
        # programme, which follows from the case, would not be yet.
        cases = self.env["remediation.case"].browse(
            [vals["case_id"] for vals in vals_list if vals.get("properties")]
        )
        programmes = {case.id: case.programme_id.id for case in cases}
        return [
            dict(vals, programme_id=programmes[vals["case_id"]])
            if vals.get("properties")
            else vals
            for vals in vals_list
        ]

    @api.model
    def _add_precomputed_values(self, vals_list):
        """Fill what follows from the case, or from another record linked, from all of
        them at once: core would make a record in memory of each row first."""
        sources = {}
        for name, field in self._fields.items():
            if field.precompute and (field.related or "").count(".") == 1:
                link, source = field.related.split(".")
                sources.setdefault(link, {})[name] = source
        for link, names in sources.items():
            linked = self.env[self._fields[link].comodel_name].browse(
                {vals[link] for vals in vals_list if vals.get(link)}
            )
            # sudo: as core reads related fields
            follow = {
                record.id: {
                    name: self._fields[name].convert_to_write(record[source], self)
                    for name, source in names.items()
                }
                for record in linked.sudo()
            }
            for vals in vals_list:
                for name, value in follow.get(vals.get(link), {}).items():
                    vals.setdefault(name, value)
        return super()._add_precomputed_values(vals_list)

    def _is_ahead(self, day):
        """Whether a day has begun neither where the case is worked on nor where the
        user is: what was done lies in the past."""
        self.ensure_one()
        here = fields.Date.context_today(self)
        return bool(day) and day > max(self.case_id._day(), here)

    @api.model
    @ormcache("self._name")
    def _links_within_case(self):
        """Names of the stored links to other records below a case."""
        return [
            name
            for name, field in self._fields.items()
            if field.type == "many2one"
            and field.store
            and "case_id" in self.env[field.comodel_name]._fields
            and self.env[field.comodel_name]._fields["case_id"].comodel_name
            == "remediation.case"
        ]

    @api.constrains(lambda self: ["case_id", *self._links_within_case()])
    def _check_same_case(self):
        """A record below a case hangs on records of the same case only: otherwise a
        score or an action could be slipped under somebody else's."""
        # sudo: the other case may be one that the user cannot see.
        records = self.sudo()
        none = records.case_id.browse()
        for name in self._links_within_case():
            if any(
                record[name].case_id not in (none, record.case_id)
                for record in records
                if record[name]
            ):
                raise ValidationError(
                    self.env._("The record chosen belongs to another case.")
                )
