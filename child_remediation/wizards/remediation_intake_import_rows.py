from dateutil.relativedelta import relativedelta

from odoo import models

from odoo.addons.remediation_base.tools import sheets
from odoo.addons.remediation_base.tools.answers import NotUnderstoodError, read_answer

from ..models.family.remediation_beneficiary import fold
from .remediation_intake_import import AMOUNTS, YES_NO

#: What people write for a selection, folded; the labels of every language count too.
SYNONYMS = {
    "sex": {
        "f": "female", "fille": "female", "girl": "female", "femme": "female",
        "feminin": "female", "m": "male", "garcon": "male", "boy": "male",
        "homme": "male", "masculin": "male",
    },
    "pay_period": {
        "jour": "day", "daily": "day", "semaine": "week", "weekly": "week",
        "mois": "month", "monthly": "month", "piece": "piece",
    },
    "caregiver": {
        "mere": "mother", "pere": "father", "grand-mere": "grandparent",
        "grand-pere": "grandparent", "tante": "aunt_uncle", "oncle": "aunt_uncle",
        "tuteur": "guardian", "tutrice": "guardian", "frere": "sibling",
        "soeur": "sibling",
    },
    "paid_to": {"enfant": "child", "parent": "caregiver", "personne": "nobody"},
    "employer_relationship": {"patron": "employer", "famille": "relative"},
    "debt_holder": {"patron": "employer", "recruteur": "recruiter"},
}  # fmt: skip

SELECTIONS = {
    "sex": ("remediation.beneficiary", "sex"),
    "pay_period": ("remediation.work.situation", "pay_period"),
    "caregiver": ("remediation.household.member", "relationship"),
    "paid_to": ("remediation.work.situation", "paid_to"),
    "employer_relationship": ("remediation.work.situation", "employer_relationship"),
    "debt_holder": ("remediation.work.situation", "debt_holder"),
}


def _whole(cell):
    number = sheets.as_number(cell)
    if number is None:
        return None
    if number != int(number):
        raise ValueError
    return int(number)


def _for_json(cell):
    if cell is None or isinstance(cell, str | int | float):
        return cell
    return str(cell)


class IntakeImport(models.TransientModel):
    """What a row of the sheet says, and the sentences about what is wrong in it."""

    _inherit = "remediation.intake.import"

    # -- checking --------------------------------------------------------------
    def _check_rows(self, rows):
        """Return ``[(values of the line, parsed row)]`` in the order of the file."""
        index_of = {
            column.target: column.sequence
            for column in self.column_ids
            if column.target
        }
        lookup = self._lookup(
            [sheets.as_text(cells[index_of["external_ref"]]) for _n, cells in rows],
            "site" in index_of,
        )
        seen = {}
        result = []
        for number, cells in rows:
            raw = {key: cells[index] for key, index in index_of.items()}
            parsed, problems = self._parse(raw, lookup)
            reference = parsed.get("external_ref")
            if reference and reference in seen:
                problems.append(
                    self.env._(
                        "Reference: the same as in row %(row)s.", row=seen[reference]
                    )
                )
            seen.setdefault(reference, number)
            known = reference in lookup["known"]
            status = "known" if known else "wrong" if problems else "new"
            result.append(
                (
                    {
                        "row": number,
                        "reference": reference,
                        "summary": self._summary(parsed),
                        "status": status,
                        "problems": "\n".join(problems) if status == "wrong" else False,
                        "cells": [_for_json(cell) for cell in cells],
                    },
                    parsed,
                )
            )
        return result

    def _lookup(self, references, with_sites):
        """What rows are compared with, read once for the whole file."""
        # sudo: a reference is taken whoever holds that child; only this is told.
        known = (
            self.env["remediation.beneficiary"]
            .sudo()
            .search_fetch(
                [
                    ("company_id", "=", self.company_id.id),
                    ("external_ref", "in", list(set(references))),
                ],
                ["external_ref"],
            )
        )
        sites = {}
        if with_sites:
            for site in self.env["remediation.site"].search(
                [("company_id", "in", [False, self.company_id.id])]
            ):
                for name in filter(None, (site.code, site.name)):
                    sites.setdefault(fold(name).strip(), site)
        choices = {}
        for key, (model, field) in SELECTIONS.items():
            words = dict(SYNONYMS[key])
            for lang, _name in self.env["res.lang"].get_installed():
                records = self.env[model].with_context(lang=lang)
                for value, label in records._fields[field]._description_selection(
                    records.env
                ):
                    words[fold(label)] = value
                    words[value] = value
            choices[key] = words
        return {
            "known": set(known.mapped("external_ref")),
            "sites": sites,
            "choices": choices,
            "currencies": {
                currency.name: currency
                for currency in self.env["res.currency"].search([])
            },
            "today": self._place_today(),
        }

    def _parse(self, raw, lookup):
        """Return ``(parsed values, sentences about what is wrong)`` of one row."""
        _ = self.env._
        parsed, problems = {}, []
        labels = dict(self._column_labels(self.env.lang))

        def take(key, read, sentence):
            try:
                parsed[key] = read(raw.get(key))
            except (ValueError, TypeError):
                parsed[key] = None
                problems.append(f"{labels[key]}: {sentence}")

        for key in (
            "external_ref", "first_name", "last_name", "nickname", "last_grade",
            "activity", "caregiver_name", "livelihood", "note",
        ):  # fmt: skip
            parsed[key] = sheets.as_text(raw.get(key)) or False
        if not parsed["external_ref"]:
            problems.append(_("Reference: give each child a reference of its own."))
        for key, words in lookup["choices"].items():
            text = fold(sheets.as_text(raw.get(key))).strip()
            parsed[key] = words.get(text)
            if text and not parsed[key]:
                problems.append(
                    _(
                        "%(column)s: “%(text)s” is not known.",
                        column=labels[key],
                        text=sheets.as_text(raw.get(key)),
                    )
                )
        if not parsed["sex"] and not sheets.as_text(raw.get("sex")):
            problems.append(_("Sex: write female, male or other."))
        for key in ("birth_date", "identified_on"):
            take(key, sheets.as_date, _("this is no date; write 2026-11-22."))
        for key in ("age", "days_week", "started_age", "started_year"):
            take(key, _whole, _("this is no whole number."))
        for key in YES_NO:
            try:
                parsed[key] = read_answer(sheets.as_text(raw.get(key)) or None) or False
            except NotUnderstoodError:
                parsed[key] = False
                problems.append(
                    _(
                        "%(column)s: “%(text)s” is neither yes nor no.",
                        column=labels[key],
                        text=sheets.as_text(raw.get(key)),
                    )
                )
        for key in ("hours_week", *AMOUNTS):
            take(key, sheets.as_number, _("this is no number."))
        for key in ("time_start", "time_end"):
            take(key, sheets.as_hour, _("this is no time of day; write 06:00."))
        problems += self._look_up(parsed, raw, lookup)
        problems += self._impossible(parsed, lookup["today"])
        return parsed, problems

    def _look_up(self, parsed, raw, lookup):
        """Put the site and the currency into the parsed values; return sentences about
        those that nobody knows."""
        _ = self.env._
        problems = []
        site = sheets.as_text(raw.get("site"))
        parsed["site"] = lookup["sites"].get(fold(site).strip()) if site else None
        if site and not parsed["site"]:
            problems.append(
                _(
                    "Site: “%(name)s” is not known; add it under Configuration or "
                    "correct the name.",
                    name=site,
                )
            )
        currency = sheets.as_text(raw.get("currency")).upper()
        parsed["currency"] = lookup["currencies"].get(currency)
        if currency and not parsed["currency"]:
            problems.append(_("Currency: “%(name)s” is not in use.", name=currency))
        return problems

    def _impossible(self, parsed, today):
        """Sentences about values that cannot be true, alone or together."""
        _ = self.env._
        problems = []
        labels = dict(self._column_labels(self.env.lang))
        for key, sentence in (
            ("birth_date", _("Birth Date: it lies in the future.")),
            ("identified_on", _("Identified On: it lies in the future.")),
        ):
            if parsed[key] and parsed[key] > today:
                problems.append(sentence)
        on = parsed["identified_on"] or today
        by_birth = (
            relativedelta(on, parsed["birth_date"]).years
            if parsed["birth_date"]
            else None
        )
        age = parsed["age"]
        if age is not None and not 0 <= age <= 120:
            problems.append(_("Age: it lies between 0 and 120."))
        elif by_birth is not None and age is not None and abs(by_birth - age) > 1:
            problems.append(
                _(
                    "Age: %(age)s does not fit the birth date, which gives %(years)s.",
                    age=age,
                    years=by_birth,
                )
            )
        readings = [reading for reading in (by_birth, age) if reading is not None]
        any_age = self.programme_id.survivor_age == "any"
        if readings and min(readings) >= 18 and not any_age:
            problems.append(_("Age: a case is for children below 18."))
        for key, top, sentence in (
            ("hours_week", 168, _("Hours per Week: they lie between 0 and 168.")),
            ("days_week", 7, _("Days per Week: they lie between 0 and 7.")),
            *(
                (key, None, _("%(column)s: it cannot be negative.", column=labels[key]))
                for key in AMOUNTS
            ),
        ):
            value = parsed[key]
            if value is not None and (value < 0 or (top is not None and value > top)):
                problems.append(sentence)
        started = parsed["started_age"]
        if started is not None and readings and not 0 <= started <= min(readings) + 1:
            problems.append(_("Age at Start of Work: the child is not that old yet."))
        year = parsed["started_year"]
        if year is not None and not today.year - 18 <= year <= today.year:
            problems.append(
                _("Year of Start of Work: it lies within the last 18 years.")
            )
        return problems

    def _summary(self, parsed):
        labels = dict(
            self.env["remediation.beneficiary"]
            ._fields["sex"]
            ._description_selection(self.env)
        )
        names = [parsed["first_name"], parsed["last_name"]]
        parts = [
            " ".join(filter(None, names)) or parsed["nickname"],
            labels.get(parsed["sex"]),
            parsed["age"] is not None
            and self.env._("%(age)s years", age=parsed["age"]),
            parsed["site"] and parsed["site"].name,
            parsed["activity"],
        ]
        return ", ".join(filter(None, parts))
