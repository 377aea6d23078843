"""The words for an adult's file: a person, where other files say a child.

One list of rules for each language holds for every text of the application: a label, a
question, a paper, a page. French and Spanish change the article and the participle too.
"""

import re

from odoo.addons.remediation_base.tools.other_words import other_words

ADULT = "adult"

#: French words that agree with the person; they follow it in the sentence.
AGREES = (
    r"\b(personnes?\b[^.?!]*?\b)(absent|amené|déplacé|disparu|entendu|exploité|"
    r"informé|orienté|présenté|recruté|séparé|seul(?!\s+\w)|soutenu|(?<=été )vu)(s?)\b"
)

RULES = {
    "en": (
        (r"\bchild labour\b", "exploitation"),
        (r"\bnot a child\b", "adult"),
        (r"\bchildren\b", "people"),
        (r"\bchild\b(?!-headed)", "person"),
        (r"^girl$", "woman"),
        (r"^boy$", "man"),
    ),
    "fr": (
        (r"\bdu travail (des enfants|d'enfants?)", "de l'exploitation"),
        (r"\ble travail (des enfants|d'enfants?)", "l'exploitation"),
        (r"\bde travail (des enfants|d'enfants?)", "d'exploitation"),
        (r"\btravail (des enfants|d'enfants?)", "exploitation"),
        (r"^n'est pas un enfant$", "adulte"),
        (r"\bl'enfant est ([\w ]*)(serv|suiv)i\b", r"la personne est \1\2ie"),
        (r"\benfant (vu|entendu|connu|signalé)\b", r"personne \1e"),
        (r"\bpersonne vue en personne / seul\b", "vue en personne / seule"),
        (r"\bpersonne vue en personne\b", "vue en personne"),
        (r"\bpersonne vue seule?\b", "vue seule"),
        (r"\b(de|à) l'enfant\b", r"\1 la personne"),
        (r"\bl'enfant\b", "la personne"),
        (r"\bun seul enfant\b", "une seule personne"),
        (r"\ble mauvais enfant\b", "la mauvaise personne"),
        (r"\b(?<!dirigé par )(d'|qu'|lorsqu')?un enfant\b", r"\1une personne"),
        (r"\bcet enfant\b", "cette personne"),
        (r"\baucun enfant\b", "aucune personne"),
        (r"\bd'enfant(s?)\b", r"de personne\1"),
        (r"(?<!dirigé par un )\benfant(s?)\b", r"personne\1"),
        (r"\bpourquoi il n'a pas été entendu\b", "pourquoi elle n'a pas été entendue"),
        *[(AGREES, r"\1\2e\3")] * 3,
        (r"\b(personne [^.?!]*)-il\b", r"\1-elle"),
        (r"^fille$", "femme"),
        (r"^garçon$", "homme"),
    ),
    "pt": (
        (r"\bdo trabalho infantil\b", "da exploração"),
        (r"\bo trabalho infantil\b", "a exploração"),
        (r"\btrabalho infantil\b", "exploração"),
        (r"^não é criança$", "pessoa adulta"),
        (r"\bcriança(s?)\b", r"pessoa\1"),
        (r"^(rapariga|menina)$", "mulher"),
        (r"^(rapaz|menino)$", "homem"),
    ),
    "es": (
        (r"\bdel trabajo infantil\b", "de la explotación"),
        (r"\bel trabajo infantil\b", "la explotación"),
        (r"\btrabajo infantil\b", "explotación"),
        (r"^no es un niño$", "persona adulta"),
        (r"\bal niño\b", "a la persona"),
        (r"\bdel niño\b", "de la persona"),
        (r"\bel niño\b", "la persona"),
        (r"\blos niños\b", "las personas"),
        (r"\bun niño\b", "una persona"),
        (r"\b(est|otr|ningun)[eo]? niño\b", r"\1a persona"),
        (r"\bniño(s?)\b", r"persona\1"),
        (r"^chica$", "mujer"),
        (r"^chico$", "hombre"),
    ),
    "sw": (
        (r"\bkazi ya watoto\b", "unyonyaji"),
        (r"^si mtoto$", "mtu mzima"),
        (r"\bmtoto\b", "mtu"),
        (r"\bwatoto\b", "watu"),
        (r"^msichana$", "mwanamke"),
        (r"^mvulana$", "mwanamume"),
    ),
}
RULES = {
    lang: [(re.compile(found, re.IGNORECASE), words) for found, words in rules]
    for lang, rules in RULES.items()
}


@other_words(ADULT)
def as_person(text, lang):
    """A text of the application as it stands in the file of an adult."""
    for found, words in RULES.get(lang[:2], RULES["en"]):
        text = found.sub(lambda match, words=words: _as_written(match, words), text)
    return text


def _as_written(match, words):
    """Capitals as they were: Child's Assent becomes Person's Assent."""
    said = match.expand(words)
    return said[:1].upper() + said[1:] if match[0][:1].isupper() else said
