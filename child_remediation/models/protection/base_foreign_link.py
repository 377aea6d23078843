from odoo import api, models
from odoo.exceptions import AccessError

#: Fields that lead to one record.
ONE = ("many2one", "many2one_reference")
#: Commands of a list that name an existing record, and the one that names several.
NAMES_ONE, NAMES_SEVERAL = (1, 2, 3, 4), 6


class Base(models.AbstractModel):
    """What a caller sends may lead only to sensitive records that they may read.

    A form that is not saved yet computes labels and related values as superuser, and
    so does the answer to saving: a forged link, in the values or by
    ``default_<field>``, would show the code of any case. Whether the record exists
    makes no difference to the answer.
    """

    _inherit = "base"

    def onchange(self, values, field_names, fields_spec):
        self._refuse_foreign_links(values, self._defaults_sent())
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def default_get(self, fields):
        self._refuse_foreign_links(self._defaults_sent())
        return super().default_get(fields)

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_foreign_links(*vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_foreign_links(vals)
        return super().write(vals)

    @api.model
    def _defaults_sent(self):
        """The values that the caller's context proposes for a new record."""
        return {
            key.removeprefix("default_"): value
            for key, value in self.env.context.items()
            if key.startswith("default_")
        }

    def _refuse_foreign_links(self, *values):
        """Refuse values that link to a sensitive record the user may not read, unless
        these records link to it already.

        :param values: dicts as a form sends them
        :raises AccessError: the same sentence whether the record exists or not
        """
        if self.env.su or not (self._transient or self._is_guarded()):
            return
        sent = {}
        for vals in values:
            for name, ids in self._links_sent(vals).items():
                sent.setdefault(name, set()).update(ids)
        for name, ids in sent.items():
            if not self.env["ir.attachment"]._is_sensitive_model(name):
                continue
            linked = self.env[name].browse(ids)
            # sudo: links that are there already are no news.
            foreign = linked - self.sudo()._links_to(name)
            if foreign and foreign.exists()._filtered_access("read") != foreign:
                raise AccessError(
                    self.env._(
                        "You cannot use this record: it does not exist, or it is not "
                        "yours to see. Choose another one."
                    )
                )

    @api.model
    def _is_guarded(self):
        """Whether this is a model of the application's own, and no code holds the
        right to write what it decides."""
        return hasattr(self, "_is_unprotected") and not self._is_unprotected()

    @api.model
    def _links_sent(self, values):
        """``{model: ids}`` of the records that a form's values name, lines included."""
        links = {}
        for key, value in values.items():
            field = self._fields.get(key)
            if field is None or not value:
                continue
            if field.type in ONE:
                model = field.comodel_name or values.get(field.model_field)
                self._add_link(links, model, value)
            elif field.type in ("one2many", "many2many"):
                self._add_lines(links, field, value)
        return links

    @api.model
    def _add_link(self, links, model, value):
        if isinstance(value, dict):  # the form that a line belongs to
            if model in self.env:
                for name, ids in self.env[model]._links_sent(value).items():
                    links.setdefault(name, set()).update(ids)
            value = value.get("id")
        if isinstance(value, int) and not isinstance(value, bool) and model:
            links.setdefault(model, set()).add(value)

    @api.model
    def _add_lines(self, links, field, commands):
        lines = self.env[field.comodel_name]
        for command in commands:
            if isinstance(command, int):
                self._add_link(links, lines._name, command)
                continue
            if command[0] in NAMES_ONE:
                self._add_link(links, lines._name, command[1])
            elif command[0] == NAMES_SEVERAL:
                for line_id in command[2]:
                    self._add_link(links, lines._name, line_id)
            if command[0] in (0, 1) and isinstance(command[2], dict):
                for name, ids in lines._links_sent(command[2]).items():
                    links.setdefault(name, set()).update(ids)

    def _links_to(self, model):
        """The records of a model that these lead to already, lines included."""
        known = self.env[model]
        for field in self._fields.values():
            if field.relational and field.comodel_name == model and field.store:
                known |= self[field.name]
        return known
