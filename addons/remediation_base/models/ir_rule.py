from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, ormcache


class IrRule(models.Model):
    """The rules of an owner are those of what it owns.

    A model names its owner in ``_rules_of``. Whatever rule the owner has for a group
    holds for the model too, on columns of the same names, and so do the rules of the
    owner's owner; its own rules are added to them, for where it differs. A group's rule
    opens a row only for what the group itself has a right to: a duty to read
    everything, given to somebody who may write their own, opens nothing else for
    writing.

    What belongs to one company, and to no owner, names ``remediation.in.company``: its
    rule is for everybody, and opens nothing by itself.
    """

    _inherit = "ir.rule"

    @api.model
    def _get_rules(self, model_name, mode="read"):
        rules = super()._get_rules(model_name, mode)
        owners = self._owners_of(model_name)
        if not owners or self.env.su:
            return rules
        for owner in owners:
            if owner != model_name:
                rules |= super()._get_rules(owner, mode)
        if not self._has_owner(model_name):
            return rules
        able = self._groups_with_right(model_name, mode)
        # sudo: whom a rule is for, whoever asks.
        return rules.filtered(
            lambda rule: (
                not rule.sudo().groups or not able.isdisjoint(rule.sudo().groups.ids)
            )
        )

    @api.model
    def _owners_of(self, model_name):
        """The models whose rules hold for this one, the nearest first."""
        owners = []
        while (
            owner := getattr(self.env.registry[model_name], "_rules_of", None)
        ) and owner not in owners:
            owners.append(owner)
            model_name = owner
        return owners

    @api.model
    def _has_owner(self, model_name):
        """Whether records own it, and not a company alone."""
        return any(
            not self.env.registry[owner]._abstract
            for owner in self._owners_of(model_name)
        )

    @api.model
    @ormcache("model_name", "mode")
    def _groups_with_right(self, model_name, mode):
        """Ids of the groups that have a right to a model, by themselves or by a group
        that they imply."""
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT a.group_id FROM ir_model_access a "
                "JOIN ir_model m ON m.id = a.model_id "
                "WHERE m.model = %s AND a.active AND %s",
                model_name,
                SQL.identifier("a", f"perm_{mode}"),
            )
        )
        # sudo: which group implies which is no secret.
        groups = self.env["res.groups"].sudo()
        if (None,) in rows:
            # pylint: disable=no-search-all
            return frozenset(groups.search([]).ids)
        given = groups.browse(row[0] for row in rows)
        return frozenset((given | given.all_implied_by_ids).ids)

    @api.model
    def _compute_domain(self, model_name, mode="read"):
        domain = super()._compute_domain(model_name, mode)
        owned = not self.env.su and self._has_owner(model_name)
        if owned and not self._has_group_rule(model_name, mode):
            # Without a rule of a group core opens everything to whoever has the right.
            return Domain.FALSE
        return domain

    @api.model
    @ormcache("self.env.uid", "model_name", "mode")
    def _has_group_rule(self, model_name, mode):
        # sudo: whom a rule is for, whoever asks.
        return any(rule.groups for rule in self._get_rules(model_name, mode).sudo())

    def _make_access_error(self, operation, records):
        """Say what to do. Whoever looks for the rule turns on the developer mode."""
        error = super()._make_access_error(operation, records)
        if self.env.user.has_group("base.group_no_one"):
            return error
        what = self.env["ir.model"]._get(records._name).name
        if company := (getattr(error, "context", None) or {}).get("suggested_company"):
            sentence = self.env._(
                "%(what)s: this one belongs to %(company)s. Choose that organisation "
                "first.",
                what=what,
                company=company["display_name"],
            )
        else:
            sentences = {
                "read": self.env._("%(what)s: you may not read this one.", what=what),
                "write": self.env._(
                    "%(what)s: you may not change this one.", what=what
                ),
                "create": self.env._("%(what)s: you may not add this one.", what=what),
                "unlink": self.env._(
                    "%(what)s: you may not delete this one.", what=what
                ),
            }
            ask = self.env._("Ask whoever is in charge of it.")
            sentence = f"{sentences[operation]} {ask}"
        error.args = (sentence, *error.args[1:])
        return error
