from odoo.tests import TransactionCase, tagged

from ..tools.person import as_person

SAID = {
    "en_US": {
        "The Child's Assent": "The Person's Assent",
        "Worst Form of Child Labour": "Worst Form of Exploitation",
        "Not a Child": "Adult",
        "Girl": "Woman",
        "Child-Headed Household": "Child-Headed Household",
        "Children are people": "People are people",
    },
    "fr_FR": {
        "Comment l'enfant y a été amené": "Comment la personne y a été amenée",
        "L'enfant a-t-il été recruté ou déplacé ?": (
            "La personne a-t-elle été recrutée ou déplacée ?"
        ),
        "Souhaits de l'enfant, ou pourquoi il n'a pas été entendu": (
            "Souhaits de la personne, ou pourquoi elle n'a pas été entendue"
        ),
        "L'enfant est déjà servi": "La personne est déjà servie",
        "Pour qu'un enfant ait un seul dossier": (
            "Pour qu'une personne ait un seul dossier"
        ),
        "Enfant vu seul": "Vue seule",
        "Pire forme de travail des enfants": "Pire forme d'exploitation",
        "Ménage dirigé par un enfant": "Ménage dirigé par un enfant",
        "Personne n'est vu par téléphone": "Personne n'est vu par téléphone",
    },
    "es_ES": {
        "¿Escuchó al niño?": "¿Escuchó a la persona?",
        "Asentimiento del niño": "Asentimiento de la persona",
        "para este niño": "para esta persona",
    },
    "pt_PT": {"Fora do trabalho infantil": "Fora da exploração"},
    "sw_KE": {"Si mtoto": "Mtu mzima", "kazi ya mtoto": "kazi ya mtu"},
}


@tagged("post_install", "-at_install", "whole")
class TestPersonWords(TransactionCase):
    def test_words_for_an_adult(self):
        for lang, texts in SAID.items():
            for text, words in texts.items():
                with self.subTest(lang=lang, text=text):
                    self.assertEqual(as_person(text, lang), words)

    def test_what_speaks_of_a_person_already_stays(self):
        for lang, texts in SAID.items():
            for words in texts.values():
                with self.subTest(lang=lang, words=words):
                    self.assertEqual(as_person(words, lang), words)
