import re

from odoo import fields, models
from odoo.fields import Command

from odoo.addons.case_exchange.tools.htcds import EVENTS, INDUSTRIES

from .remediation_export import CONTACT, DECIDERS, REFERRAL, STATUSES

#: Several codes of one column, by field and the kind of value they are of.
CODES = {
    "vic_MethodOfRecruitment": ("recruitment_ids", "recruitment"),
    "vic_TypeOfExploitation": ("type_ids", "exploitation"),
    "vic_TypeOfSexExploitation": ("sexual_type_ids", "sexual"),
}
PLACES = {
    "vic_LocationOfRecruitment": "recruitment_place",
    "vic_LocationOfExploitation": "exploitation_place",
}
_EVENT = re.compile(
    r"^(Recruitment|Transit|Exploitation)(?: (\d{4}-\d{2}-\d{2}))?(?: ([A-Z]{2}))?$"
)


class ImportJob(models.Model):
    """The places of a survivor's page that values of the data standard go to."""

    _inherit = "remediation.import.job"

    def _take_standard(self, records, case, values):
        values = super()._take_standard(records, case, values)
        self._take_status(records, case, values)
        self._take_exploitation(records, case, values)
        self._take_contact(records, case, values)
        self._take_referrals(records, case, values)
        self._take_events(records, case, values)
        return values

    def _take_status(self, records, case, values):
        """A decision of elsewhere is a fact of the former system. Without a decider
        it is none: it stands as a draft, and nobody is filled in (R54)."""
        ours = {label: key for key, label in STATUSES.items()}
        kinds = {label: key for key, label in DECIDERS.items()}
        status = ours.get(values.get("vic_TraffickingStatus"))
        if not status:
            return
        kind = kinds.get(values.pop("vic_TraffickingStatusDecisionMakingOrg", None))
        del values["vic_TraffickingStatus"]
        records["remediation.survivor.status"]._unprotected().create(
            {
                "case_id": case.id,
                "status": status,
                "decided_by_kind": kind or False,
                "basis": self.env._("Taken over from the former system"),
                "state": "decided" if kind else "draft",
            }
        )

    def _take_exploitation(self, records, case, values):
        vals = {}
        for column, (name, kind) in CODES.items():
            model = records["remediation.exploitation.value"]
            known = self._codes(model, values, column, [("kind", "=", kind)])
            if known:
                vals[name] = [Command.set(known.ids)]
        model = records["remediation.control.means"]
        known = self._codes(model, values, "vic_MethodsOfControl")
        if known:
            vals["control_ids"] = [Command.set(known.ids)]
        letters = {label: letter for letter, label in INDUSTRIES.items()}
        if values.get("vic_ForcedLabourIndustry") in letters:
            vals["industry"] = letters[values.pop("vic_ForcedLabourIndustry")]
        for column, name in PLACES.items():
            if values.get(column):
                vals[name] = values.pop(column)
        if vals:
            records["remediation.exploitation"].create({"case_id": case.id, **vals})

    @staticmethod
    def _codes(model, values, column, domain=()):
        """The records whose code stands in the column; other codes stay in it."""
        codes = values.pop(column, None) or []
        known = model.search([*domain, ("code", "in", codes)])
        rest = [code for code in codes if code not in known.mapped("code")]
        if rest:
            values[column] = rest
        return known

    def _take_contact(self, records, case, values):
        vals = {
            name: values.pop(column)
            for column, name in CONTACT.items()
            if values.get(column)
        }
        genders = records["remediation.survivor.contact"]._fields["gender"]
        if values.get("prs_Gender") in dict(genders.selection):
            vals["gender"] = values.pop("prs_Gender")
        countries = self._codes(records["res.country"], values, "prs_Citizenship")
        if countries:
            vals["citizenship_ids"] = [Command.set(countries.ids)]
        country = self._country(records, values, "prs_MailingCountry")
        if country:
            vals["country_id"] = country.id
        if vals:
            records["remediation.survivor.contact"].create({"case_id": case.id, **vals})

    def _country(self, records, values, column):
        code = values.get(column)
        country = code and records["res.country"].search([("code", "=", code)], limit=1)
        if country:
            del values[column]
        return country

    def _take_referrals(self, records, case, values):
        outside = records["remediation.outside.referral"]
        reasons = dict(outside._fields["reason"].selection)
        for direction, columns in REFERRAL.items():
            vals = {}
            for column, name in columns.items():
                value = values.get(column)
                if value and (name != "reason" or value in reasons):
                    vals[name] = values.pop(column)
            if vals:
                outside.create({"case_id": case.id, "direction": direction, **vals})

    def _take_events(self, records, case, values):
        """The events of the description, the gravest with what its columns say."""
        events = [
            _EVENT.match(part.strip())
            for part in (values.get("hte_Description") or "").split(";")
        ]
        kinds = {label: key for key, label in EVENTS.items()}
        kind = kinds.get(values.get("hte_Type"))
        rows = []
        if events and all(events):
            rows = [
                {"kind": kinds[label], "date_from": day, "country": country}
                for label, day, country in (event.groups() for event in events)
            ]
            del values["hte_Description"]
        elif kind:
            rows = [
                {
                    "kind": kind,
                    "date_from": values.get("hte_Date"),
                    "country": values.get("hte_Country"),
                }
            ]
        if not kind or not rows:
            return
        main = next((row for row in rows if row["kind"] == kind), rows[-1])
        main["place"] = values.pop("hte_City", None) or False
        for column in ("hte_Type", "hte_Date", "hte_Country"):
            values.pop(column, None)
        codes = [row["country"] for row in rows if row["country"]]
        countries = {
            country.code: country.id
            for country in records["res.country"].search([("code", "in", codes)])
        }
        records["remediation.movement"].create(
            [
                {
                    "case_id": case.id,
                    "kind": row["kind"],
                    "date_from": fields.Date.to_date(row["date_from"]),
                    "country_id": countries.get(row["country"]),
                    "place": row.get("place") or False,
                }
                for row in rows
            ]
        )
