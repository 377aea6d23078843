import hashlib
import json

from odoo import models

from odoo.addons.case_referral.forms import FORMS
from odoo.addons.remediation_base.tools.forms import words

#: What is written on a phone about a case that it took along, in this order.
TAKEN = (
    "contact",
    "visit",
    "child",
    "family",
    "work",
    "consent",
    "assessment",
    "plan",
    "refer",
    "emergency",
    "urgent",
    "placement",
    "delivery",
    "attendance",
    "note",
    "document",
)
#: Of these a text stands there already: who writes late reads both first.
DRAFTS = ("child", "assessment", "plan")
#: Shorter lists of choices stand with their question.
SHORT = 4


def digest(value):
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class RemediationCase(models.Model):
    """What a phone takes along of a case: the questions of the portal's own pages."""

    _inherit = "remediation.case"

    def _offline_version(self, section, values=None):
        """What a text looked like, in a few letters; empty where there is none."""
        if section not in DRAFTS:
            return ""
        values = self._portal_prefill(section) if values is None else values
        return digest({name: value for name, value in values.items() if value})

    def _offline_forms(self, shared, partners):
        """The forms of this case for whoever holds it, without what was withheld.

        :param dict shared: what many forms have in common, by a digest; is filled
        :param dict partners: ``{service: choices}``, of all cases of one answer
        :return: ``{section: {title, fields, values, version}}``
        """
        hidden = self._disclosure_hidden(self.env.user.partner_id)[self.id]
        result = {}
        for section in TAKEN:
            values = self._portal_prefill(section)
            result[section] = {
                **taken_form(
                    self.env, shared, FORMS[section], self, hidden, values, partners
                ),
                "version": self._offline_version(section, values),
            }
        return result

    def _offline_new(self, shared):
        """The forms of a case without a file yet: nothing is known or hidden."""
        partners = self._offline_partners()
        return {
            section: taken_form(
                self.env, shared, FORMS[section], self.browse(), {}, {}, partners
            )
            for section in TAKEN
        }

    def _offline_partners(self):
        """``{service: choices}`` of the accredited partners of the user's company."""
        found = self.env["referral.matching"]._live_accreditations(
            self.env.company, ("service", "both")
        )
        offered = {}
        for service in found.service_type_ids:
            live = found.filtered(lambda one, s=service: s in one.service_type_ids)
            offered[str(service.id)] = [
                [partner.id, partner.name] for partner in live.partner_id
            ]
        return offered


def taken_form(env, shared, form, case=None, hidden=None, values=None, partners=None):
    """One form as a phone draws it: title, fields, values and version.

    :param dict partners: ``{service: choices}`` where it refers to a partner
    """
    values = values or {}
    drawn = form.page_fields(env, case, hidden, values)
    for field in drawn:
        if field["name"] == "to_organisation_id":
            field["by"] = ["service_type_id", _share(shared, partners or {})]
    return {
        "title": words(env, form.title),
        "fields": _share(shared, [_lighter(shared, one) for one in drawn]),
        "values": {name: value for name, value in values.items() if value},
        "version": "",
    }


def _share(shared, value):
    """Keep a value once for all cases, and return what stands for it."""
    key = digest(value)
    shared[key] = value
    return key


def _lighter(shared, field):
    """A question of a page without what is empty; long lists of choices once."""
    light = {name: value for name, value in field.items() if value}
    if len(field["choices"]) > SHORT:
        light["choices"] = _share(shared, field["choices"])
    return light
