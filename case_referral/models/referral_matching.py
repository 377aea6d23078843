from odoo import api, models
from odoo.tools import SQL

from odoo.addons.remediation_base.tools.numbers import say_number

WEIGHT_SERVICE = 40
WEIGHT_DISTANCE = 30
WEIGHT_CAPACITY = 20
WEIGHT_LANGUAGE = 10
WEIGHT_SEX = 10
MAX_DISTANCE = 6


class ReferralMatching(models.AbstractModel):
    """Ranks partners or case managers for a case, and says why in words.

    Deterministic: the same facts give the same order; equal scores go by name and id.
    The whole ranking takes a fixed number of statements, whatever the number of
    partners or areas. Nothing here chooses: a person does.
    """

    _name = "referral.matching"
    _description = "Ranking of Partners"

    @api.model
    def _rank_organisations(self, case, service_type, limit=20):
        """Return accredited organisations for a service, best first.

        Each is a dict of partner_id, name, score and reasons (sentences).
        """
        accreditations = self._live_accreditations(
            case.company_id, ("service", "both"), service_type
        )
        facts = self._facts(case)
        distances = self._distances(
            "referral_accreditation_remediation_area_rel",
            "referral_accreditation_id",
            accreditations.ids,
            facts["area"],
        )
        load = self._open_referrals(accreditations.partner_id)
        rows = []
        for accreditation in accreditations:
            used = load.get(accreditation.partner_id.id, 0)
            rows.append(
                self._score(
                    facts,
                    distance=distances.get(accreditation.id),
                    languages=accreditation.language_ids,
                    free=accreditation.capacity - used,
                    capacity=accreditation.capacity,
                    service=service_type,
                    partner_id=accreditation.partner_id.id,
                    manager_id=False,
                    name=accreditation.partner_id.name,
                )
            )
        return self._sorted_rows(facts, rows, limit)

    @api.model
    def _rank_case_managers(self, case, sex_wanted=None, limit=20):
        """Return case managers who may hold the case (R11–R14), best first."""
        facts = self._facts(case, sex_wanted)
        live = self._live_accreditations(case.company_id, ("case_management", "both"))
        organisations = live.partner_id | case.company_id.partner_id
        # sudo: ranking reads every worker of the company; the caller's right to rank
        # was checked, and only names, free places and sentences come back.
        managers = (
            self.env["remediation.case.manager"]
            .sudo()
            .search(
                [
                    ("company_id", "=", case.company_id.id),
                    ("organisation_id", "in", organisations.ids),
                    ("level", "in", ["junior", "accredited"]),
                    ("is_available", "=", True),
                    ("id", "!=", case.case_manager_id.id),
                ]
            )
        )
        # sudo: consents and relatives of the case decide for whoever looks for a worker
        managers = managers.filtered(
            lambda manager: (
                not manager._problems_to_hold()
                and not case.sudo()._conflicts_of_interest(manager)
            )
        )
        distances = self._distances(
            "remediation_area_remediation_case_manager_rel",
            "remediation_case_manager_id",
            managers.ids,
            facts["area"],
        )
        weight = case._weight()
        rows = []
        for manager in managers:
            free = manager.max_caseload - manager.weighted_caseload
            if free < weight:
                continue
            rows.append(
                self._score(
                    facts,
                    distance=distances.get(manager.id),
                    languages=manager.language_ids,
                    free=free,
                    capacity=manager.max_caseload,
                    service=None,
                    sex=manager.sex,
                    partner_id=manager.organisation_id.id,
                    manager_id=manager.id,
                    name=manager.display_name,
                )
            )
        return self._sorted_rows(facts, rows, limit)

    @api.model
    def _live_accreditations(self, company, kinds, service_type=None):
        domain = [
            ("company_id", "=", company.id),
            ("state", "=", "accredited"),
            ("valid_until", ">=", self._place_today()),
            ("kind", "in", kinds),
        ]
        if service_type:
            domain.append(("service_type_ids", "in", service_type.ids))
        # sudo: as in _rank_case_managers.
        return self.env["referral.accreditation"].sudo().search(domain)

    @api.model
    def _facts(self, case, sex_wanted=None):
        child = case.beneficiary_id
        return {
            "area": case.area_id or child.area_id,
            "language": child.language_id,
            "sex_wanted": sex_wanted,
        }

    @api.model
    def _open_referrals(self, partners):
        # sudo: counts only.
        return {
            partner.id: count
            for partner, count in self.env["remediation.referral"]
            .sudo()
            ._read_group(
                [
                    ("to_organisation_id", "in", partners.ids),
                    ("state", "in", ["sent", "accepted"]),
                ],
                ["to_organisation_id"],
                ["__count"],
            )
        }

    @api.model
    def _distances(self, relation, column, ids, area):
        """Return steps in the area tree to the nearest covered area, by record id.

        An area that contains the child's counts 0. One statement for all.
        """
        if not area or not ids:
            return {}
        self.env.flush_all()
        path = [int(part) for part in area.parent_path.split("/") if part]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT rel.%(column)s, area.parent_path
                  FROM %(relation)s rel
                  JOIN remediation_area area ON area.id = rel.remediation_area_id
                 WHERE rel.%(column)s IN %(ids)s
                """,
                column=SQL.identifier(column),
                relation=SQL.identifier(relation),
                ids=tuple(ids),
            )
        )
        nearest = {}
        for record_id, other_path in rows:
            other = [int(part) for part in (other_path or "").split("/") if part]
            common = 0
            for left, right in zip(path, other, strict=False):
                if left != right:
                    break
                common += 1
            if common == len(other):
                steps = 0
            elif not common:
                steps = MAX_DISTANCE
            else:
                steps = len(path) + len(other) - 2 * common
            if steps < nearest.get(record_id, MAX_DISTANCE + 1):
                nearest[record_id] = min(steps, MAX_DISTANCE)
        return nearest

    @api.model
    def _score(self, facts, **row):
        """Return the row with its score; the words come later, for those shown."""
        score = 0.0
        if row["service"]:
            score += WEIGHT_SERVICE
        if row["distance"] is not None:
            near = max(0, MAX_DISTANCE - row["distance"])
            score += WEIGHT_DISTANCE * near / MAX_DISTANCE
        if facts["language"] and facts["language"] in row["languages"]:
            score += WEIGHT_LANGUAGE
        if row["capacity"] and row["free"] > 0:
            score += WEIGHT_CAPACITY * min(row["free"] / row["capacity"], 1)
        else:
            score -= WEIGHT_CAPACITY
        if facts["sex_wanted"] and row.get("sex") == facts["sex_wanted"]:
            score += WEIGHT_SEX
        return dict(row, score=round(score, 2))

    @api.model
    def _reasons(self, facts, row):
        """Return the sentences that explain the rank of one row."""
        _ = self.env._
        reasons = []
        if row["service"]:
            reasons.append(
                _("Accredited for %(service)s.", service=row["service"].name)
            )
        if row["distance"] is None:
            reasons.append(_("Its distance is not known."))
        elif row["distance"] == 0:
            reasons.append(_("Covers the child's area."))
        else:
            reasons.append(
                _(
                    "Nearest area %(steps)s steps away in the area tree.",
                    steps=row["distance"],
                )
            )
        if facts["language"]:
            language = facts["language"].name
            if facts["language"] in row["languages"]:
                reasons.append(_("Speaks %(language)s.", language=language))
            else:
                reasons.append(_("Does not list %(language)s.", language=language))
        if row["capacity"] and row["free"] > 0:
            reasons.append(
                _(
                    "%(free)s of %(all)s places free.",
                    free=self._places(row["free"]),
                    all=self._places(row["capacity"]),
                )
            )
        else:
            reasons.append(_("No place free."))
        if facts["sex_wanted"]:
            if row.get("sex") == facts["sex_wanted"]:
                reasons.append(_("Is of the sex the child asked for."))
            else:
                reasons.append(_("Is not of the sex the child asked for."))
        return reasons

    def _places(self, number):
        """A number of places in the user's writing: a case may count for half a one."""
        return say_number(self.env, number)

    @api.model
    def _sorted_rows(self, facts, rows, limit):
        rows.sort(
            key=lambda row: (
                -row["score"],
                row["name"] or "",
                row["partner_id"],
                row["manager_id"] or 0,
            )
        )
        return [
            {
                **{
                    name: row[name]
                    for name in ("partner_id", "manager_id", "name", "score")
                },
                "reasons": self._reasons(facts, row),
            }
            for row in rows[:limit]
        ]
