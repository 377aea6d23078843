from copy import deepcopy

from odoo import api, models
from odoo.tools.translate import TRANSLATED_ATTRS

from ..tools.other_words import KEY, KINDS, say


class IrQweb(models.AbstractModel):
    """Templates speak in other words where the context asks for them."""

    _inherit = "ir.qweb"

    def _get_template_cache_keys(self):
        return [*super()._get_template_cache_keys(), KEY]

    @api.model
    def _get_template(self, template):
        element, document, ref = super()._get_template(template)
        if self.env.context.get(KEY) in KINDS:
            # Core keeps the tree for the other words.
            element = deepcopy(element)
            for node in element.iter():
                self._say_otherwise(node)
        return element, document, ref

    def _say_otherwise(self, node):
        """The words of one node of a template. What it computes stays."""
        if isinstance(node.tag, str) and node.tag not in ("script", "style"):
            node.text = say(self.env, node.text)
            for name in TRANSLATED_ATTRS.intersection(node.attrib):
                if not name.startswith("t-"):
                    node.set(name, say(self.env, node.get(name)))
        node.tail = say(self.env, node.tail)
