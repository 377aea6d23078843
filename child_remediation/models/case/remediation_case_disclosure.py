from datetime import date

from odoo import models
from odoo.tools.translate import get_po_paths

#: Stands for the end of a consent that has none.
NO_END = date(9000, 1, 1)
#: How much a consent lets be shared, and how much a package holds.
DATA_SETS = {"minimum": 1, "service": 2, "full": 3}
#: Domains of a service that make its receiver a school or training centre.
SCHOOL_DOMAINS = ("education", "vocational")
#: What a school or training centre may know, whatever was chosen (R8).
SCHOOL_KEYS = (
    "first_name",
    "last_name",
    "age",
    "grade",
    "service",
    "contact_name",
    "contact_phone",
)
#: What goes to anybody at once where a child is in danger (R6).
MINIMUM_KEYS = (
    "first_name",
    "sex",
    "age",
    "area",
    "service",
    "contact_name",
    "contact_phone",
)
#: An assignment inside the network names nobody before it is accepted.
OFFER_KEYS = ("child_code", "sex", "age", "area", "language", "risk_level", "urgency")
SERVICE_KEYS = (
    "first_name",
    "last_name",
    "sex",
    "age",
    "grade",
    "language",
    "area",
    "caregiver",
    "caregiver_phone",
    "service",
    "contact_name",
    "contact_phone",
)
FULL_KEYS = (
    "child_code",
    *SERVICE_KEYS,
    "risk_level",
    "classification",
    "goal",
    "reason",
)
#: What of a child's work is hidden with the kind of work.
WORK_FIELDS = (
    "activity",
    "works",
    "classification",
    "classification_reasons",
    "hazard_ids",
    "site_id",
    "site_type",
    "hours_week",
    "hours_effective",
    "days_week",
    "time_start",
    "time_end",
    "at_night",
    "is_light_work",
    "interferes_with_school",
    "is_at_risk",
    "is_worst_form",
    "is_bonded",
    "is_trafficked",
    "documents_retained",
    "pay",
    "pay_period",
    "currency_id",
    "pay_promised",
    "pay_withheld",
    "paid_to",
    "debt_amount",
    "debt_holder",
    "fee_amount",
    "employer_relationship",
    "started_on",
    "started_age",
    "started_year",
)
#: What each item hides, by model: the one table (R71). Sheets, pages, emergency
#: access, handovers and exported files all leave these fields out.
ITEM_FIELDS = {
    "child_code": {"remediation.beneficiary": ("name", "external_ref")},
    "first_name": {
        "remediation.beneficiary": (
            "first_name",
            "nickname",
            "full_name",
            "search_name",
            "photo",
        ),
        "remediation.case": ("child_name",),
    },
    "last_name": {
        "remediation.beneficiary": (
            "last_name",
            "full_name",
            "search_name",
            "national_id",
        ),
        "remediation.case": ("child_name",),
    },
    "sex": {"remediation.beneficiary": ("sex",), "remediation.case": ("sex",)},
    "age": {
        "remediation.beneficiary": (
            "birth_date",
            "age_estimated",
            "age_margin",
            "age_recorded_on",
            "age",
        ),
        "remediation.case": ("age",),
        "remediation.work.situation": ("age_on_date", "started_age", "started_year"),
    },
    "grade": {
        "remediation.beneficiary": ("last_grade", "school_status"),
        "remediation.education.enrolment": ("level",),
    },
    "language": {"remediation.beneficiary": ("language_id",)},
    "area": {
        "remediation.beneficiary": ("area_id",),
        "remediation.case": ("area_id", "site_id"),
        "remediation.household": ("area_id", "address"),
        "remediation.visit": ("site_id",),
        "remediation.work.situation": ("site_id",),
        "remediation.movement": ("place", "area_id", "country_id"),
    },
    "caregiver": {
        "remediation.household.member": (
            "full_name",
            "relationship",
            "national_id",
            "birth_date",
            "age",
        ),
        "remediation.consent": ("given_by_member_id", "second_member_id"),
        "remediation.plan": ("caregiver_member_id",),
    },
    "caregiver_phone": {"remediation.household.member": ("phone",)},
    "contact_name": {
        "remediation.case": ("user_id", "case_manager_id", "organisation_id"),
        "remediation.case.holder": ("holder_user_id", "case_manager_id"),
        "remediation.note": ("author_id",),
    },
    "contact_phone": {"res.partner": ("phone",)},
    "risk_level": {
        "remediation.case": ("risk_level",),
        "remediation.assessment": ("risk_level", "risk_score"),
    },
    "classification": {
        "remediation.case": (
            "classification",
            "site_id",
            "closure_reason",
            "closure_outcome",
        ),
        "remediation.work.situation": WORK_FIELDS,
        "remediation.visit": (
            "child_working",
            "work_activity",
            "site_id",
            "hours_week",
            "hazard_ids",
            "at_night",
            "is_light_work",
            "interferes_with_school",
            "is_worst_form",
            "occupation",
            "classification",
            "outcome",
            "is_clean",
        ),
        "remediation.movement": ("kind", "place", "means", "area_id", "country_id"),
        "remediation.plan": ("income_replacement", "income_replacement_reason"),
    },
    "goal": {"remediation.plan": ("goal",)},
    "reason": {},
}
#: Free text may say anything: hidden as soon as anything is withheld.
FREE_TEXT = {
    # Answers to a programme's own questions are free text too.
    "remediation.case": ("properties",),
    "remediation.assessment": (
        "present",
        "child_wishes",
        "caregiver_view",
        "summary",
        "properties",
    ),
    "remediation.consent": ("withhold_what", "witness"),
    "remediation.note": ("subject", "text"),
    "remediation.override": ("reason",),
    "remediation.plan": ("goal", "participants", "income_replacement_reason"),
    "remediation.plan.action": ("description", "result_note"),
    "remediation.service.delivery": ("note",),
    "remediation.visit": (
        "present",
        "work_activity",
        "safety_concern",
        "note",
        "properties",
    ),
    "remediation.work.situation": ("activity", "note"),
    # A paper or a picture shows who the child is.
    "ir.attachment": ("raw",),
}


def also_withhold(item, model, *names):
    """Add fields of another module to the one table (R71).

    :param item: the key of the item that hides them; None where they are free text
    """
    table = FREE_TEXT if item is None else ITEM_FIELDS[item]
    table[model] = tuple(dict.fromkeys((*table.get(model, ()), *names)))


class Disclosure(models.Model):
    """What a given receiver may get about a child: the one place that decides.

    Packages of referrals, pages of the portal, printed sheets and exported files ask
    here and nowhere else:

    * :meth:`_disclosure_consented`: for which cases anything may go out (R6)
    * :meth:`_disclosure_keys`: which items then (R8)
    * :meth:`_disclosure_withheld`, :meth:`_disclosure_hidden`,
      :meth:`_disclosure_shows`: what the family withheld, as items, as fields or as a
      question of a template (R8, R71)
    * :meth:`_disclosure_may_finish`, :meth:`_disclosure_finish_by`: until when a
      receiver finishes after a consent expired (R7)
    * :meth:`_disclosure_reportable`: which cases may stand in identified or case-level
      outputs (R9)

    A receiver is a ``res.partner``; an empty one means that nobody can say who will
    read it, as with a printed sheet: then what is withheld from anybody is withheld.
    """

    _inherit = "remediation.case"

    # -- consent (R6) ----------------------------------------------------------
    def _disclosure_purposes(self, receiver):
        """Hook: the purposes of consent that cover sharing with this receiver."""
        return ("share_with_org",)

    def _disclosure_ranks(self, receiver, on=None):
        """How much may be shared with ``receiver`` on a day, by id: 0 nothing, 1 the
        minimum, 2 what the service needs, 3 the full package (R6)."""
        on = on or self._place_today()
        ranks = dict.fromkeys(self._ids, 0)
        # sudo: the receiver's acceptance asks for the consent without reading it.
        served = self.sudo()._consents_in_force("services", on=on).case_id
        for purpose in self._disclosure_purposes(receiver):
            for consent in served._consents_in_force(purpose, receiver.sudo(), on):
                case_id = consent.case_id.id
                rank = DATA_SETS.get(consent.data_set, 1)
                ranks[case_id] = max(rank, ranks[case_id])
        return ranks

    def _disclosure_consented(self, receiver, data_set="minimum", on=None):
        """The cases of which ``data_set`` may be shared with ``receiver`` (R6)."""
        ranks = self._disclosure_ranks(receiver, on)
        return self.filtered(lambda case: ranks[case.id] >= DATA_SETS[data_set])

    def _disclosure_finish_by(self, receiver, on=None):
        """Last day on which ``receiver`` may finish what it began (R7): some days
        after the consents expired. False where they were withdrawn or refused, and
        where there were none."""
        self.ensure_one()
        on = on or self._place_today()
        # sudo: as in _disclosure_ranks.
        case = self.sudo()
        sharing = case.consent_ids.browse()
        for purpose in self._disclosure_purposes(receiver):
            sharing |= case._consents_agreed(purpose, receiver.sudo(), on)
        ends = []
        for consents in (case._consents_agreed("services", None, on), sharing):
            if not consents:
                return False
            ends.append(max(consent._finish_by() or NO_END for consent in consents))
        return min(ends)

    def _disclosure_may_finish(self, receiver, on=None):
        """Whether ``receiver`` may finish what it began, on a day (R7)."""
        on = on or self._place_today()
        until = self._disclosure_finish_by(receiver, on)
        return bool(until and on <= until)

    # -- what is in it (R8) ----------------------------------------------------
    def _disclosure_is_school(self, receiver, service_type=None):
        """Whether ``receiver`` gets this as a school or training centre (R8)."""
        if service_type and service_type.domain in SCHOOL_DOMAINS:
            return True
        # sudo: whether a contact is a school is no secret, only its record may be out
        # of the sender's reach.
        organisation = receiver.sudo().commercial_partner_id
        return bool((organisation | organisation.child_ids).institution_ids)

    def _disclosure_keys(self, receiver, data_set, service_type=None, is_offer=False):
        """The keys of what ``receiver`` may get of these cases, in order, by id (R8).

        :param data_set: minimum, service or full
        :param service_type: what is asked of the receiver
        :param is_offer: the case itself is offered, inside the network
        """
        if is_offer:
            keys = OFFER_KEYS
        elif self._disclosure_is_school(receiver, service_type):
            keys = SCHOOL_KEYS
            if data_set == "minimum":
                keys = tuple(key for key in keys if key in MINIMUM_KEYS)
        else:
            keys = {
                "minimum": MINIMUM_KEYS,
                "service": SERVICE_KEYS,
                "full": FULL_KEYS,
            }[data_set]
        return {
            case_id: tuple(key for key in keys if key not in withheld)
            if withheld
            else keys
            for case_id, withheld in self._disclosure_withheld(receiver).items()
        }

    def _disclosure_withheld(self, receiver=None):
        """The keys withheld from ``receiver``, or from anybody where it is empty, by
        id (R8).

        A withholding stays when the consent it came with ends, until it is lifted. What
        is withheld from everybody the child is referred to is not withheld from who
        holds the case.
        """
        # sudo: which organisation a receiver belongs to, and no more
        partner = receiver.sudo().commercial_partner_id if receiver else None
        withheld = {case_id: set() for case_id in self._ids}
        # sudo: asked for people who do not read consents, and about them.
        for consent in self.sudo().consent_ids._withholding():
            case = consent.case_id
            named = consent.withhold_from_ids.commercial_partner_id
            holds = partner and partner == case.organisation_id.commercial_partner_id
            if partner is None or (partner in named if named else not holds):
                withheld[case.id].update(consent.withhold_item_ids.mapped("key"))
        return withheld

    def _disclosure_hidden(self, receiver=None):
        """``{id: {model: {field}}}`` of what a page, sheet or file for ``receiver``
        leaves out (R71)."""
        result = {}
        for case_id, keys in self._disclosure_withheld(receiver).items():
            hidden = result[case_id] = {}
            for table in [ITEM_FIELDS[key] for key in keys] + [FREE_TEXT] * bool(keys):
                for model, names in table.items():
                    hidden.setdefault(model, set()).update(names)
        return result

    def _disclosure_shows(self, receiver=None):
        """A function of a record, or a model's name, and the name of a field: whether
        a page or sheet about this case for ``receiver`` shows it (R71)."""
        self.ensure_one()
        hidden = self._disclosure_hidden(receiver)[self.id]

        def shows(record, name):
            model = record if isinstance(record, str) else record._name
            return name not in hidden.get(model, ())

        return shows

    def _paper_lang(self):
        """The language of what the family signs: theirs where we have its words and it
        may be told, otherwise the reader's."""
        self.ensure_one()
        child = self.beneficiary_id
        code = child.language_id.filtered("active").code or ""
        spoken = code.startswith("en_") or any(get_po_paths("child_remediation", code))
        if code and spoken and self._disclosure_shows()(child, "language_id"):
            return code
        return self.env.lang

    def _disclosure_values(self, keys):
        """The values that are about the case and the child, as ``{id: {key: value}}``.

        :param keys: ``{id: keys}`` as from :meth:`_disclosure_keys`; the caller may
            read these cases, or answers for what it does with them
        """
        today = self._place_today()
        asking = self.filtered(
            lambda case: not {"caregiver", "caregiver_phone"}.isdisjoint(keys[case.id])
        )
        nobody = self.env["remediation.household.member"]
        caregivers = {}
        for member in asking.beneficiary_id.household_id.member_ids:
            if member.is_caregiver and member.is_suspected_of_harm != "yes":
                caregivers.setdefault(member.household_id, member)

        def caregiver(child):
            return caregivers.get(child.household_id, nobody)

        def contact(case):
            return case.user_id or self.env.user

        ways = {
            "child_code": lambda case, child: child.name,
            "first_name": lambda case, child: child.first_name,
            "last_name": lambda case, child: child.last_name,
            "sex": lambda case, child: child.sex,
            "age": lambda case, child: child._age_on(today),
            "grade": lambda case, child: child.last_grade,
            "language": lambda case, child: child.language_id.name,
            "area": lambda case, child: (case.area_id or child.area_id).display_name,
            "contact_name": lambda case, child: contact(case).name,
            "contact_phone": lambda case, child: contact(case).partner_id.phone,
            "risk_level": lambda case, child: case.risk_level,
            "classification": lambda case, child: case.classification,
            "goal": lambda case, child: case.active_plan_id.goal,
            "caregiver": lambda case, child: caregiver(child).full_name,
            "caregiver_phone": lambda case, child: caregiver(child).phone,
        }
        values = {}
        for case in self:
            child = case.beneficiary_id
            values[case.id] = {
                key: ways[key](case, child) for key in keys[case.id] if key in ways
            }
        return values

    # -- reporting (R9) --------------------------------------------------------
    def _disclosure_reportable(self, on=None):
        """The cases whose family agreed to reporting without name: no other case
        stands in an identified or case-level output (R9). Counts are another matter:
        they follow the legal basis. Set-wise: one query per batch."""
        # sudo: whether there is a consent is asked for people who do not read it.
        consents = self.sudo()._consents_in_force("reporting", on=on)
        agreed = set(consents.case_id._ids)
        return self.filtered(lambda case: case.id in agreed)
