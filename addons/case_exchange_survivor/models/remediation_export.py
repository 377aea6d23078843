from odoo import api, models

from odoo.addons.case_exchange.tools.htcds import EVENTS, INDUSTRIES
from odoo.addons.case_survivor.models.remediation_survivor_status import STANDING

#: What the standard calls who decided, by our kind of authority.
DECIDERS = {
    "police": "Police",
    "ngo": "NGO",
    "court": "CourtOrProsecution",
    "authority": "NonPoliceGovernmentalOrganization",
    "other": "Other",
}
STATUSES = {
    "confirmed": "ActualVictimOfTrafficking",
    "presumed": "PossibleVictimOfTrafficking",
    "possible": "PossibleVictimOfTrafficking",
    "not_victim": "NotAVictimOfTrafficking",
}
#: The strongest first.
STRENGTH = tuple(STATUSES)
#: Text of a contact by its column.
CONTACT = {
    "prs_Salutation": "salutation",
    "prs_Title": "title",
    "prs_Email": "email",
    "prs_HomePhone": "home_phone",
    "prs_MobilePhone": "mobile_phone",
    "prs_MailingCity": "city",
    "prs_MailingState": "state",
    "prs_MailingStreet": "street",
    "prs_MailingPostalCode": "postal_code",
}
#: Columns of a referral by its field, for both directions.
REFERRAL = {
    "in": {
        "cas_ReferringOrganisation": "organisation",
        "cas_IncomingReferralDate": "date",
        "cas_ReferringPrimaryCaseWorker": "worker",
        "cas_ReasonForIncomingReferral": "reason",
        "cas_IncomingReferralDetails": "details",
    },
    "out": {
        "cas_ReferredOrganisation": "organisation",
        "cas_ReferredPrimaryCaseWorker": "worker",
        "cas_ReasonForOutgoingReferral": "reason",
        "cas_OutgoingReferralDate": "date",
        "cas_OutgoingReferralDetails": "details",
    },
}
#: Models whose facts are in a file of the standard. What opens by a duty is never.
MODELS = (
    "remediation.survivor.status",
    "remediation.exploitation",
    "remediation.survivor.contact",
    "remediation.outside.referral",
    "remediation.movement",
    "remediation.referral",
)
#: Answers that say the same as a status or an exploitation.
_TOLD = frozenset({"is_trafficked", "is_bonded", "documents_retained"})
#: Fields that say nothing of who it is.
_NAMELESS = frozenset({"date", "reason"})


class Export(models.Model):
    """What a survivor's page adds to a row of the data standard."""

    _inherit = "remediation.export"

    def _more_models(self, layout):
        more = super()._more_models(layout)
        return [*more, *MODELS] if layout in ("htcds", "ctdc") else more

    def _standard_more(self, cases, withheld):
        rows = super()._standard_more(cases, withheld)
        found = {
            model: self.env[model]
            .search([("case_id", "in", cases.ids)])
            .grouped("case_id")
            for model in MODELS
        }
        for case in cases:
            left_out = self._left_out(withheld.get(case.id, {}))
            mine = {
                model: self.env[model]
                if model in left_out
                else found[model].get(case, self.env[model])
                for model in MODELS
            }
            row = {
                **self._standard_status(mine["remediation.survivor.status"]),
                **self._standard_exploitation(
                    mine["remediation.exploitation"], mine["remediation.movement"]
                ),
                **self._standard_contact(mine["remediation.survivor.contact"]),
                **self._standard_referrals(mine),
            }
            rows.setdefault(case.id, {}).update(row)
        return rows

    @api.model
    def _left_out(self, hidden):
        """The models of which nothing is told, by what a family withholds (R71)."""
        left_out = set(hidden)
        if _TOLD & set(hidden.get("remediation.work.situation", ())):
            left_out |= set(MODELS[:2]) | {"remediation.movement"}
        if "remediation.beneficiary" in hidden:
            left_out.add("remediation.survivor.contact")
        return left_out

    def _standard_status(self, statuses):
        """The strongest decision that stands, and who took it (R54)."""
        standing = statuses.filtered(lambda status: status.state in STANDING)
        kinds = set(standing.mapped("status"))
        if not standing:
            possible = statuses.filtered(
                lambda status: status.state == "draft" and status.status == "possible"
            )
            return {"vic_TraffickingStatus": STATUSES["possible"]} if possible else {}
        if "not_victim" in kinds and len(kinds) > 1:
            # Two authorities contradict each other: the file takes no side.
            return {"vic_TraffickingStatus": STATUSES["possible"]}
        first = min(standing, key=lambda status: STRENGTH.index(status.status))
        return {
            "vic_TraffickingStatus": STATUSES[first.status],
            "vic_TraffickingStatusDecisionMakingOrg": DECIDERS.get(
                first.decided_by_kind
            ),
        }

    def _standard_exploitation(self, exploitation, movements):
        row = {
            "vic_MethodOfRecruitment": exploitation.recruitment_ids.mapped("code"),
            "vic_MethodsOfControl": (
                exploitation.control_ids | movements.control_ids
            ).mapped("code"),
            "vic_TypeOfExploitation": exploitation.type_ids.mapped("code"),
            "vic_TypeOfSexExploitation": exploitation.sexual_type_ids.mapped("code"),
            "vic_ForcedLabourIndustry": next(
                (INDUSTRIES[one.industry] for one in exploitation if one.industry),
                None,
            ),
        }
        if self.is_identified:
            row |= {
                "vic_LocationOfRecruitment": self._first(
                    exploitation, "recruitment_place"
                )
                or self._first(
                    movements.filtered(lambda step: step.kind == "recruitment"), "place"
                ),
                "vic_LocationOfExploitation": self._first(
                    exploitation, "exploitation_place"
                ),
                "hte_City": self._first(self._gravest(movements), "place"),
            }
        return {name: value for name, value in row.items() if value}

    @staticmethod
    def _gravest(movements):
        """The steps of the kind that the columns of an event hold."""
        for kind in reversed(list(EVENTS)):
            steps = movements.filtered(lambda step, kind=kind: step.kind == kind)
            if steps:
                return steps
        return movements.browse()

    @staticmethod
    def _first(records, name):
        return next((record[name] for record in records if record[name]), None)

    def _standard_contact(self, contact):
        contact = contact[:1]
        row = {"prs_Citizenship": contact.citizenship_ids.mapped("code")}
        if self.is_identified:
            row |= {name: contact[field] for name, field in CONTACT.items()}
            row["prs_Gender"] = contact.gender
            row["prs_MailingCountry"] = contact.country_id.code
        return {name: value for name, value in row.items() if value}

    def _standard_referrals(self, mine):
        row = {}
        noted = mine["remediation.outside.referral"]
        for direction, columns in REFERRAL.items():
            last = noted.filtered(lambda one, way=direction: one.direction == way)[:1]
            for name, field in columns.items():
                if last and (self.is_identified or field in _NAMELESS):
                    row[name] = last[field]
        sent = mine["remediation.referral"].filtered("sent_on").sorted("sent_on")[-1:]
        if sent and not noted.filtered(lambda one: one.direction == "out"):
            row |= self._standard_sent(sent)
        return {name: value for name, value in row.items() if value}

    def _standard_sent(self, referral):
        """A referral that was sent from here."""
        row = {
            "cas_OutgoingReferralDate": referral.case_id._day(referral.sent_on),
            "cas_ReasonForOutgoingReferral": "AdditionalServicesRequired"
            if referral.referral_type == "referral"
            else "Other",
        }
        if self.is_identified:
            # sudo: the name of an organisation that the holder sent the case to.
            partner = referral.sudo().to_organisation_id
            row |= {
                "cas_ReferredOrganisation": partner.name,
                "cas_OutgoingReferralDetails": referral.message,
            }
        return row
