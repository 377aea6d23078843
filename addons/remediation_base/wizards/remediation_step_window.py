import json

from lxml import etree

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.steps import steps_of

#: Types of answers and the places that the window has for each.
PLACES = {
    "char": ("text_1", "text_2", "text_3"),
    "text": ("long_1", "long_2"),
    "date": ("date_1", "date_2"),
    "datetime": ("moment_1",),
    "selection": ("choice_1", "choice_2"),
    # of the few records that the field's domain leaves
    "many2one": ("choice_1", "choice_2"),
    "boolean": ("yes_1", "yes_2"),
    "integer": ("number_1", "number_2"),
    "float": ("amount_1", "amount_2"),
    "monetary": ("amount_1", "amount_2"),
}


#: ``model,method`` of the step. Of a context, the web client asks for a view with the
#: language and with what ends like this, and with nothing else.
CONTEXT_KEY = "step_view_ref"


class StepWindow(models.TransientModel):
    """The one window that asks for what a step needs: why, until when, which.

    A step that a button called without answers opens it. What it asks for is in the
    step's declaration; it has rights to nothing, and calls the step as the user.
    """

    _name = "remediation.step.window"
    _description = "Question before a Step"

    step = fields.Char(
        required=True, default=lambda self: self.env.context.get(CONTEXT_KEY)
    )
    res_ids = fields.Char(
        required=True, default=lambda self: self._default_res_ids(), string="Records"
    )
    text_1 = fields.Char()
    text_2 = fields.Char()
    text_3 = fields.Char()
    long_1 = fields.Text()
    long_2 = fields.Text()
    date_1 = fields.Date()
    date_2 = fields.Date()
    moment_1 = fields.Datetime()
    choice_1 = fields.Selection(selection=lambda self: self._selection_of("choice_1"))
    choice_2 = fields.Selection(selection=lambda self: self._selection_of("choice_2"))
    yes_1 = fields.Boolean()
    yes_2 = fields.Boolean()
    number_1 = fields.Integer()
    number_2 = fields.Integer()
    amount_1 = fields.Float()
    amount_2 = fields.Float()

    @api.model
    def _default_res_ids(self):
        return json.dumps(self.env.context.get("step_ids") or [])

    @api.model
    def _asked(self, step=None):
        """The model and the step that the window is about, and ``{argument: name of
        its place}``.

        :raises UserError: no step asks for anything there
        """
        step = step or self.env.context.get(CONTEXT_KEY)
        name, _comma, method = str(step).partition(",")
        model = self.env[name] if name in self.env else self
        declared = steps_of(model).get(method)
        if declared is None or not declared.asks:
            raise UserError(
                self.env._("This window opens by a button: go back and press it.")
            )
        free = {kind: list(names) for kind, names in PLACES.items()}
        free["monetary"] = free["float"]
        free["many2one"] = free["selection"]
        places = {
            name: free[ask.type_in(model)].pop(0) for name, ask in declared.asks.items()
        }
        return model, declared, places

    @api.model
    def _selection_of(self, place):
        if CONTEXT_KEY not in self.env.context:
            return []
        model, declared, places = self._asked()
        for name, where in places.items():
            if where == place:
                field = model._fields[declared.asks[name].field]
                if field.type == "selection":
                    return field._description_selection(self.env)
                domain = Domain(field.get_comodel_domain(model))
                if field.check_company:  # the web client does not say which records
                    domain &= Domain("company_id", "in", self.env.companies.ids)
                found = model.env[field.comodel_name].search(domain)
                return [(str(record.id), record.display_name) for record in found]
        return []

    @staticmethod
    def _is_link(model, declared, name):
        return declared.asks[name].type_in(model) == "many2one"

    # -- the form ----------------------------------------------------------------
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self.env.context.get(CONTEXT_KEY))

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form" and CONTEXT_KEY in self.env.context:
            model, declared, places = self._asked()
            questions = arch.xpath("//group[@name='questions']")[0]
            if declared.hint:
                hint = etree.SubElement(questions, "div", colspan="2")
                hint.text = str(declared.hint)
            for name, place in places.items():
                ask = declared.asks[name]
                node = etree.SubElement(
                    questions, "field", name=place, string=model._label_of(ask)
                )
                if ask.required:
                    node.set("required", "1")
                if place.startswith("choice"):
                    node.set("widget", "radio")
            for button in arch.xpath("//button[@name='action_apply']"):
                button.set("string", str(declared.title or button.get("string")))
        return arch, view

    def action_apply(self):
        """Take the step with the answers, as the user, who needs the right to it.

        :return: what the step returns where that is an action, else the end of the
            window
        :raises UserError: see the step
        """
        self.ensure_one()
        model, declared, places = self._asked(self.step)
        records = model.browse(json.loads(self.res_ids))
        # The step asks no second time.
        context = {
            key: value
            for key, value in self.env.context.items()
            if not key.startswith("step_")
        }
        answers = {
            name: int(self[place])
            if self._is_link(model, declared, name)
            else self[place]
            for name, place in places.items()
        }
        records = records.with_context(context)  # pylint: disable=context-overridden
        result = getattr(records, declared.name)(**answers)
        if isinstance(result, dict) and result.get("type"):
            return result
        return {"type": "ir.actions.act_window_close"}
