from odoo.addons.remediation_base.tools.forms import Question

#: Kinds of a programme's own questions that a page or a form in the field can ask.
ASKED_KINDS = {
    "char": "text",
    "text": "area",
    "boolean": "answer",
    "integer": "number",
    "float": "number",
    "date": "date",
    "selection": "choice",
}


def own_questions(what):
    """The programme's own questions, as a function of ``(env, owner)`` for a form.

    :param what: ``assessment`` or ``visit``
    """

    def more(env, owner):
        # sudo: the questions of the own case's programme are no secret.
        programmes = owner.sudo() if owner else env["remediation.programme"]
        if programmes._name == "remediation.case":
            programmes = programmes.programme_id
        asked = {}
        for programme in programmes:
            for own in programme[f"{what}_properties"] or ():
                if own.get("type") in ASKED_KINDS and own.get("name"):
                    asked.setdefault(own["name"], _question(own))
        return list(asked.values())

    return more


def _question(own):
    label = own.get("string") or own["name"]
    return Question(
        f"question-{own['name']}",
        label,
        ASKED_KINDS[own["type"]],
        store=("properties", own["name"]),
        also=(own["name"], label),
        choices=own.get("selection"),
        whole=own["type"] == "integer",
        low=-(10**9),
        size=2000,
    )
