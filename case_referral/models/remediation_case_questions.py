from odoo import api, fields, models
from odoo.exceptions import UserError

#: Kinds of a programme's own questions that a page or a form in the field can ask.
ASKED_KINDS = (
    "char",
    "text",
    "boolean",
    "integer",
    "float",
    "date",
    "selection",
)
#: What stands before the name of such a question in the values of a form.
PREFIX = "question-"


class RemediationCase(models.Model):
    """A programme's own questions outside the desk: asked, cleaned and kept (R61)."""

    _inherit = "remediation.case"

    def _questions(self, what):
        """The questions of this case's programme.

        :param str what: ``assessment`` or ``visit``
        :return: list of dicts name, type, string, and selection where there is one
        """
        self.ensure_one()
        # sudo: the questions of the own case's programme are no secret.
        definition = self.sudo().programme_id[f"{what}_properties"] or []
        return [
            question
            for question in definition
            if question.get("type") in ASKED_KINDS and question.get("name")
        ]

    def _clean_answers(self, what, values):
        """Read the answers to a programme's own questions from a form's values.

        A question is found by its name with :data:`PREFIX`, by its name or by its
        label; an empty answer is none. Takes what it read out of ``values``.

        :return: ``{name: value}``
        :raises UserError: names the question whose answer is not understood
        """
        answers = {}
        # In a form of the field a question may stand in a group.
        full_keys = {str(key).rpartition("/")[2]: key for key in values}
        for question in self._questions(what):
            name, label = question["name"], question.get("string") or question["name"]
            for key in (f"{PREFIX}{name}", name, label):
                if key in full_keys:
                    answer = values.pop(full_keys[key])
                    if answer not in (None, "", [], {}):
                        answers[name] = self._read_own_answer(question, label, answer)
                    break
        return answers

    @api.model
    def _read_own_answer(self, question, label, answer):
        kind = question["type"]
        try:
            if kind == "boolean":
                return {"yes": True, "no": False}[_folded(answer)]
            if kind == "selection":
                options = {}
                for key, text in question.get("selection") or ():
                    options[_folded(text)] = key
                    options[_folded(key)] = key
                return options[_folded(answer)]
            if kind == "integer":
                return int(str(answer).strip())
            if kind == "float":
                return float(str(answer).strip().replace(",", "."))
            if kind == "date":
                return str(fields.Date.to_date(str(answer).strip()))
            return self._clean_text({"answer": answer}, "answer", 2000)
        except (KeyError, ValueError, UserError) as error:
            raise UserError(
                self.env._(
                    "%(question)s: “%(answer)s” is none of the answers offered.",
                    question=label,
                    answer=str(answer)[:80],
                )
            ) from error


def _folded(answer):
    words = {"oui": "yes", "true": "yes", "1": "yes", "non": "no", "false": "no"}
    words["0"] = "no"
    text = str(answer).strip().lower()
    return words.get(text, text)
