from odoo import api, models

from odoo.addons.remediation_base.tools.other_words import KEY, say, say_choices

from ..tools.person import ADULT


class CaseWords(models.AbstractModel):
    """The words for the person of a case, on the case and all that is below it.

    A field tells the web client its words for an adult too, so that a form changes with
    the record that it shows.
    """

    _name = "remediation.case.words"
    _description = "Words for the Person of a Case"

    #: Fields about other people, who may be children in an adult's file.
    _about_others = frozenset()

    def _words_of(self):
        return ADULT if self[:1].is_adult else None

    def _in_words(self):
        """The same records, with the context in which pages use these words."""
        return self.with_context(**{KEY: self._words_of()})

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        described = super().fields_get(allfields, attributes)
        for name, field in described.items():
            others = {} if name in self._about_others else self._other_words(field)
            if others:
                field["adult"] = others
        return described

    def _other_words(self, field):
        """What of a field's description reads otherwise in an adult's file."""
        others = {
            part: words
            for part in ("string", "help")
            if (words := say(self.env, field.get(part), ADULT)) != field.get(part)
        }
        choices = field.get("selection") or []
        words = say_choices(self.env, choices, ADULT)
        if words != [tuple(choice) for choice in choices]:
            others["selection"] = words
        return others

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Every form knows whose words it uses."""
        arch, view = super()._get_view(view_id, view_type, **options)
        known = arch.xpath("//field[@name='is_adult'][not(ancestor::field)]")
        if view_type == "form" and not known:
            arch.append(arch.makeelement("field", name="is_adult", invisible="1"))
        return arch, view
