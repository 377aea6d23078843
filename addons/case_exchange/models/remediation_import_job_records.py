from datetime import datetime

from odoo import api, fields, models

from odoo.addons.child_remediation.models.case.remediation_case_adult import ADULT
from odoo.addons.remediation_base.tools import pictures


class ImportJob(models.Model):
    """The records that one line of an import becomes."""

    _inherit = "remediation.import.job"

    def _import_line(self, line, archive):
        """Make family, child, case and what hangs on it; keep the old numbers."""
        bundle = line.data
        references = self.env["remediation.external.reference"]
        if references._known(
            self.company_id, self._system(), "remediation.case", [line.external_id]
        ):
            line.sudo()._unprotected().write(  # sudo: as in _import_alone
                {"status": "known", "data": False}
            )
            return
        records = self.with_company(self.company_id).env
        child, members = self._find_or_make_child(records, bundle)
        case = records["remediation.case"].create(self._prepare_case(bundle, child))
        kept = [(case, case, line.external_id), (case, child, bundle["child"]["ref"])]
        # The number that people know; two systems' numbers rarely look alike.
        kept.append((case, case, bundle["case"].get("number")))
        kept += [(case, member, number) for member, number in members]
        kept += self._make_consents(records, bundle, case)
        kept += self._make_visits(records, bundle, case)
        self._make_standard(records, bundle, case)
        kept += self._make_notes(records, bundle, case)
        kept += self._make_files(records, bundle, case, archive)
        if bundle["case"]["is_closed"]:
            self._close(case, bundle["case"])
        references._keep(self._system(), self._unknown(kept))
        line.sudo()._unprotected().write(  # sudo: as in _import_alone
            {"status": "imported", "case_id": case.id, "data": False}
        )

    def _unknown(self, kept):
        """Those of ``(case, record, number)`` whose number is not kept yet."""
        references = self.env["remediation.external.reference"]
        by_kind = {}
        for row in kept:
            if row[2]:
                by_kind.setdefault(row[1]._name, []).append(row)
        result = []
        for kind, rows in by_kind.items():
            known = references._known(
                self.company_id, self._system(), kind, [row[2] for row in rows]
            )
            seen = set(known)
            for row in rows:
                if row[2] not in seen:
                    seen.add(row[2])
                    result.append(row)
        return result

    def _find_or_make_child(self, records, bundle):
        """The child of a former import with the same old number, or a new one."""
        references = self.env["remediation.external.reference"]
        number = bundle["child"]["ref"]
        known = number and references._known(
            self.company_id, self._system(), "remediation.beneficiary", [number]
        ).get(number)
        if known:
            child = records["remediation.beneficiary"].browse(known).exists()
            if child:
                child.check_access("read")
                return child, []
        household = self._find_or_make_household(records, bundle)
        vals = bundle["child"]
        identified = bundle["case"]["identified_on"] or self._place_today()
        child = records["remediation.beneficiary"].create(
            {
                "company_id": self.company_id.id,
                "household_id": household.id,
                "sex": vals["sex"],
                "first_name": vals["first_name"] or False,
                "last_name": vals["last_name"] or False,
                "nickname": vals["nickname"] or False,
                "birth_date": vals["birth_date"] or False,
                "national_id": vals["national_id"] or False,
                "age_estimated": vals["age"] or 0,
                "age_recorded_on": identified if vals["age"] else False,
                "has_disability": bool(vals.get("has_disability")),
                "school_status": vals.get("school_status") or False,
            }
        )
        members = records["remediation.household.member"].create(
            [
                {
                    "household_id": household.id,
                    "full_name": member["full_name"] or False,
                    "relationship": member["relationship"],
                    "is_caregiver": member["is_caregiver"],
                    "is_deceased": member["is_deceased"],
                    "age": member["age"] or 0,
                    "birth_date": member["birth_date"] or False,
                    "phone": member["phone"] or False,
                }
                for member in bundle["members"]
                if not self._known_member(member["ref"])
            ]
        )
        new = [m["ref"] for m in bundle["members"] if not self._known_member(m["ref"])]
        pairs = [(household, bundle["household"]["ref"])]
        return child, pairs + list(zip(members, new, strict=True))

    def _known_member(self, number):
        return number and self.env["remediation.external.reference"]._known(
            self.company_id, self._system(), "remediation.household.member", [number]
        )

    def _find_or_make_household(self, records, bundle):
        number = bundle["household"]["ref"]
        known = number and self.env["remediation.external.reference"]._known(
            self.company_id, self._system(), "remediation.household", [number]
        ).get(number)
        if known:
            household = records["remediation.household"].browse(known).exists()
            if household and household.has_access("read"):
                return household
        return records["remediation.household"].create(
            {
                "company_id": self.company_id.id,
                "size": bundle["household"]["size"] or 0,
            }
        )

    def _prepare_case(self, bundle, child):
        case = bundle["case"]
        identified = fields.Date.to_date(case["identified_on"]) or self._place_today()
        vals = {
            "company_id": self.company_id.id,
            "beneficiary_id": child.id,
            "programme_id": self.programme_id.id,
            "site_id": self.site_id.id,
            "identified_on": identified,
            "risk_level": case["risk_level"],
        }
        if self._needs_reason(child._age_on(identified)):
            vals["survivor_reason"] = self.survivor_reason
        return vals

    def _needs_reason(self, age):
        """Whether somebody of this age is supported for a reason alone (R2). Nobody's
        is made up: whoever imports says it."""
        takes_any = self.programme_id.survivor_age == "any"
        return age is not None and age >= ADULT and not takes_any

    def _make_consents(self, records, bundle, case):
        caregiver = case.household_id.member_ids.filtered("is_caregiver")[:1]
        subject = bundle["consent_from"]
        if subject == "caregiver" and not caregiver:
            subject = "child"
        records["remediation.consent"].create(
            [
                {
                    "case_id": case.id,
                    "purpose": consent["purpose"],
                    "answer": consent["answer"],
                    "subject": subject,
                    "given_by_member_id": caregiver.id
                    if subject == "caregiver"
                    else False,
                    "given_on": case.identified_on,
                    "how": "written",
                }
                for consent in bundle["consents"]
            ]
        )
        return []

    def _make_visits(self, records, bundle, case):
        """Visits as facts of the former system: they count for nothing (R22)."""
        today = self._place_today()
        rows = [
            (visit, fields.Date.to_date(visit["date"]), visit["planned"])
            for visit in bundle["visits"]
            if visit["date"] or visit["planned"]
        ]
        visits = (
            records["remediation.visit"]
            ._unprotected()
            .create(
                [
                    {
                        "case_id": case.id,
                        "date_planned": planned or done,
                        "date_done": max(min(done, today), case.identified_on)
                        if done
                        else False,
                        "child_seen": "no",
                        "note": visit["note"] or False,
                        "state": "done" if done else "planned",
                        "outcome": "not_counting" if done else False,
                    }
                    for visit, done, planned in rows
                ]
            )
            .with_env(self.env)
        )
        return [
            (case, record, visit["ref"])
            for record, (visit, _done, _planned) in zip(visits, rows, strict=True)
        ]

    def _make_notes(self, records, bundle, case):
        subjects = self._subjects()
        rows = [note for note in bundle["notes"] if note["text"]]
        notes = records["remediation.note"].create(
            [
                {
                    "case_id": case.id,
                    "date": self._moment(note["date"]),
                    "subject": self.env._(
                        "Imported: %s",
                        subjects.get(note["subject"], note["subject"] or ""),
                    )[:200],
                    "text": note["text"]
                    if not note["author"]
                    else self.env._(
                        "%(text)s\n(written by %(author)s)",
                        text=note["text"],
                        author=note["author"],
                    ),
                }
                for note in rows
            ]
        )
        return [
            (case, record, note["ref"])
            for record, note in zip(notes, rows, strict=True)
        ]

    def _subjects(self):
        _ = self.env._
        return {
            "cp_case_plan_subform_case_plan_interventions": _(
                "Intervention of the plan"
            ),
            "services_section": _("Service"),
            "other_fields": _("Other fields"),
        }

    def _make_standard(self, records, bundle, case):
        """What the data standard says: each value at its place, the rest as a note."""
        values = dict(bundle.get("standard") or {})
        rest = self._take_standard(records, case, values)
        if not rest:
            return
        bundle["notes"].append(
            {
                "ref": None,
                "date": None,
                "subject": "other_fields",
                "text": "\n".join(
                    f"{name}: {'; '.join(text) if isinstance(text, list) else text}"
                    for name, text in rest.items()
                ),
                "author": None,
            }
        )

    def _take_standard(self, records, case, values):
        """Hook: make what ``{column: value}`` says; returns what nobody took."""
        return values

    def _make_files(self, records, bundle, case, archive):
        """Attachments; a picture that cannot be cleaned is noted and left out (R30)."""
        kept = []
        left_out = []
        for one in bundle.get("files", ()):
            raw = archive.body(one["ref"]) if archive else None
            if not raw:
                left_out.append(one["name"])
                continue
            try:
                if pictures.is_picture(raw):
                    pictures.clean(raw)
            except pictures.PictureError:
                left_out.append(one["name"])
                continue
            # sudo: the case was made by this import; its files come with it.
            attachment = (
                self.env["ir.attachment"]
                .sudo()
                .create(
                    {
                        "name": one["name"][:200],
                        "raw": raw,
                        "res_model": case._name,
                        "res_id": case.id,
                    }
                )
            )
            kept.append((case, attachment, one["ref"]))
        if left_out:
            records["remediation.note"].create(
                {
                    "case_id": case.id,
                    "subject": self.env._("Imported: files that are missing"),
                    "text": "\n".join(left_out),
                }
            )
        return kept

    @api.model
    def _moment(self, text):
        try:
            moment = datetime.fromisoformat((text or "").replace("Z", "+00:00"))
        except ValueError:
            return fields.Datetime.now()
        if moment.tzinfo:
            moment = (moment - moment.utcoffset()).replace(tzinfo=None)
        return min(moment, fields.Datetime.now())
