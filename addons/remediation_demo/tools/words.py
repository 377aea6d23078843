"""What the people of the demonstration typed: French, and the same in English.

An office writes one language. :func:`said` gives a text in that of the organisation,
whichever side of the table it stands on, and knows nothing that is not in the table.
Names of people, places and organisations are the same in both and do not stand here.
"""

PAIRS = (
    # -- the three published children: the English side is what was published
    ("Non dit dans le récit publié", "Not in the published account"),
    ("bilan de santé", "health check"),
    ("soutien scolaire pendant quatre ans", "school support for four years"),
    ("retour à l'école", "reintegration into school"),
    ("allocation mensuelle de subsistance", "monthly living stipend"),
    (
        "formation professionnelle et matériel du cours, tous frais payés",
        "vocational training and course kit, all fees paid",
    ),
    (
        "visites régulières de l'assistant social",
        "regular visits by the case manager",
    ),
    (
        "un an de soutien scolaire pour les frères et sœurs",
        "one year of school support for siblings",
    ),
    (
        "l'école de la 5e à la 8e EB, puis six mois de formation professionnelle "
        "la dernière année",
        "school from grade 5 to grade 8 EB, then half a year of vocational training "
        "in the last year",
    ),
    (
        "encore deux ans d'école, puis une formation de couturière",
        "two more years of school, then training as a seamstress",
    ),
    (
        "ramasse des sacs usagés et les vend aux creuseurs",
        "collects used bags and sells them to artisanal miners",
    ),
    ("ramasse du minerai aux dépôts", "collects minerals from the depots"),
    (
        "ramasse des pierres et les vend aux négociants",
        "collects stones and sells them to traders",
    ),
    (
        "le plus jeune de sept enfants ; vit avec un frère de 14 ans, lui aussi "
        "hors de l'école",
        "youngest of seven; lives with a brother aged 14 who is also out of school",
    ),
    (
        "l'aînée de cinq enfants ; une sœur de 10 ans travaillait aussi à la mine",
        "oldest of five; a sister aged 10 also worked in the mine",
    ),
    (
        "six frères et sœurs ; quatre des enfants seulement pouvaient aller à "
        "l'école, pas les deux plus jeunes",
        "six siblings; only four of the children could attend school, the two "
        "youngest could not",
    ),
    (
        "vend de l'eau et du jus sur un site minier",
        "sells water and juice at a mine site",
    ),
    (
        "la mère vend du poisson et s'occupe d'un nouveau-né",
        "mother sells fish and cares for a newborn",
    ),
    (
        "vend du poisson et s'occupe d'un nouveau-né",
        "sells fish and cares for a newborn",
    ),
    ("creuseur artisanal", "artisanal miner"),
    (
        "creuseur artisanal, gagne environ 3,49 USD par jour",
        "artisanal miner earning about 3.49 USD a day",
    ),
    ("Faits publiés", "Published facts"),
    ("Source : {}", "Source: {}"),
    ("Frères et sœurs : {}", "Siblings: {}"),
    ("Moyens d'existence : {}", "Livelihood: {}"),
    ("Classe : {}", "Grade: {}"),
    (
        "Aucune date n'a été publiée ; les jours sont ceux de la saisie.",
        "No date was published; the days are those of the entry.",
    ),
    ("{}, {:g} heures par semaine", "{}, {:g} hours a week"),
    (
        "Le récit publié ne dit pas quand le parent et l'enfant ont donné leur "
        "accord. Le plan est saisi parce qu'il a été réalisé ; les jours, le payeur "
        "et les coûts sont les nôtres, pour la démonstration.",
        "The published account does not tell when the caregiver and the child "
        "agreed. The plan is entered because it was carried out; days, payer and "
        "costs are ours, for the demonstration.",
    ),
    ("Suivi publié", "Published follow-up"),
    (
        "Suivi publié : l'enfant ne travaille pas",
        "Published follow-up: the child does not work",
    ),
    ("À l'école : {}", "In school: {}"),
    ("Résultat de l'examen, pour cent : {}", "Exam score, percent: {}"),
    ("Travaille : {}", "Working: {}"),
    ("Santé : {}", "Health: {}"),
    ("Effet sur le parent : {}", "Effect on the caregiver: {}"),
    ("oui", "yes"),
    ("non", "no"),
    ("bonne", "good"),
    (
        "la mère a amélioré son commerce grâce à l'allocation",
        "mother improved her business with the stipend",
    ),
    (
        "L'allocation remplace ce que l'enfant gagnait.",
        "The stipend replaces what the child earned.",
    ),
    # -- people: what stands behind a first name is what they do
    ("Béatrice Coordinatrice", "Béatrice Coordinator"),
    ("Chantal Superviseure", "Chantal Supervisor"),
    ("Didier Superviseur", "Didier Supervisor"),
    ("Espérance Assistante Sociale", "Espérance Social Worker"),
    ("Fiston Suivi-Évaluation", "Fiston Monitoring"),
    ("Gloire Gestionnaire de Cas", "Gloire Case Manager"),
    ("Bernard Directeur", "Bernard Director"),
    ("Delphine Superviseure", "Delphine Supervisor"),
    ("Patient Assistant Social", "Patient Social Worker"),
    ("Aimée Assistante Sociale", "Aimée Social Worker"),
    ("Trésor Assistant Social", "Trésor Social Worker"),
    ("Ruth Assistante Sociale", "Ruth Social Worker"),
    ("Moïse Assistant Social", "Moïse Social Worker"),
    ("Félicité Accueil et Triage", "Félicité Intake and Triage"),
    ("Georgette Sauvegarde", "Georgette Safeguarding"),
    ("Hubert Sauvegarde Suppléant", "Hubert Safeguarding Alternate"),
    ("Irène Protection des Données", "Irène Data Protection"),
    ("Jérôme Auditeur", "Jérôme Auditor"),
    ("Lydie Saisie des Données", "Lydie Data Entry"),
    ("Laurent Directeur Financier", "Laurent Finance Director"),
    ("Clément Point Focal", "Clément Focal Point"),
    ("Henri Responsable du Partenaire", "Henri Partner's Supervisor"),
    ("Mireille Directrice d'École", "Mireille Headmistress"),
    ("Nadine Observatrice", "Nadine Observer"),
    ("Sylvie Animatrice de Groupes", "Sylvie Field Agent"),
    ("Albert Responsable de l'Épargne", "Albert Savings Manager"),
    ("Henriette Chargée des Transferts", "Henriette Cash Officer"),
    ("Innocent Responsable de Programme", "Innocent Programme Manager"),
    ("Jolie Responsable Financière", "Jolie Finance Manager"),
    ("Kevin Comptable", "Kevin Accountant"),
    ("Olive Candidate", "Olive Applicant"),
    ("Pascal Candidat", "Pascal Applicant"),
    ("Rosine Stagiaire", "Rosine Trainee"),
    ("Serge Stagiaire", "Serge Trainee"),
    ("Thérèse Débutante", "Thérèse Junior"),
    ("Urbain Suspendu", "Urbain Suspended"),
    ("Viviane Suspendue", "Viviane Suspended"),
    ("Willy Échu", "Willy Expired"),
    ("Yvette Échue", "Yvette Expired"),
    ("Oskar Achats Responsables", "Oskar Responsible Sourcing"),
    # -- what stands for something, and bears no name of its own
    ("Maison de démonstration", "Demonstration House"),
    ("Bailleur de démonstration", "Demonstration Funder"),
    ("Monnaie mobile de démonstration", "Demonstration Mobile Money"),
    ("Programme de démonstration", "Demonstration Programme"),
    ("Site minier de Kapata", "Kapata Mine Site"),
    ("Dépôts de minerai, Kolwezi", "Ore Depots, Kolwezi"),
    ("Mine locale de Kapata", "Local Mine, Kapata"),
    ("Cobalt", "Cobalt"),
    ("Cuivre", "Copper"),
    ("Briques", "Bricks"),
    ("Commerce", "Trade"),
    ("Maïs", "Maize"),
    ("Retour à l'école", "Back to School"),
    ("Formation et premier métier", "Training and First Trade"),
    ("Familles debout", "Families on Their Feet"),
    ("Fonds des frères et sœurs", "Sibling Fund"),
    ("Subventions", "Grants"),
    ("Subvention de démonstration", "Demonstration Grant"),
    ("Subvention {}", "Grant of {}"),
    (
        "1.1 Transferts aux familles, première phase",
        "1.1 Transfers to Families, First Phase",
    ),
    (
        "1.2 Transferts aux familles, seconde phase",
        "1.2 Transfers to Families, Second Phase",
    ),
    ("Banque du Lualaba (francs)", "Bank of Lualaba (Francs)"),
    ("Argent mobile du Lualaba", "Lualaba Mobile Money"),
    ("Argent mobile (francs)", "Mobile Money (Francs)"),
    ("Monnaie mobile", "Mobile Money"),
    ("Allocation mensuelle de subsistance", "Monthly Living Stipend"),
    ("Allocation mensuelle en francs", "Monthly Stipend in Francs"),
    ("Parquet de Kolwezi", "Public Prosecutor of Kolwezi"),
    # -- a child's file
    (
        "Porte des sacs de minerai du puits à la balance",
        "Carries bags of ore from the pit to the scales",
    ),
    (
        "Creuse et remonte le minerai dans un puits",
        "Digs ore in a pit and brings it up",
    ),
    (
        "Ramasse des restes de minerai sur les remblais",
        "Gathers leftover ore on the tailings",
    ),
    ("Lave et trie le minerai dans la rivière", "Washes and sorts ore in the river"),
    ("Trie le minerai et charge les camions", "Sorts ore and loads lorries"),
    ("Moule et transporte des briques", "Moulds and carries bricks"),
    ("Vend de l'eau et des beignets", "Sells water and doughnuts"),
    ("Sarcle et porte des sacs de maïs", "Weeds and carries bags of maize"),
    ("Porte des sacs le samedi", "Carries bags on Saturdays"),
    (
        "Veut retourner à l'école avec ses amis.",
        "Wants to go back to school with friends.",
    ),
    (
        "Veut apprendre la couture et gagner sa vie plus tard.",
        "Wants to learn sewing and earn a living later.",
    ),
    ("Veut apprendre la mécanique.", "Wants to learn to be a mechanic."),
    (
        "Veut que sa petite sœur aille aussi à l'école.",
        "Wants the little sister to go to school too.",
    ),
    (
        "Ne veut plus descendre dans le puits.",
        "Does not want to go down the pit any more.",
    ),
    (
        "Veut aider sa mère sans travailler à la mine.",
        "Wants to help the mother without working at the mine.",
    ),
    (
        "Sait lire et compter ; la grand-mère l'encourage.",
        "Can read and count; the grandmother encourages it.",
    ),
    (
        "Très motivé ; un oncle maçon peut le prendre en apprentissage.",
        "Very keen; an uncle who is a mason can take an apprentice.",
    ),
    (
        "La famille cherche une solution avec nous.",
        "The family looks for a solution with us.",
    ),
    (
        "Retour à l'école et fin du travail à la mine d'ici la fin de l'année "
        "scolaire.",
        "Back at school and no more work at the mine by the end of the school year.",
    ),
    (
        "Formation professionnelle complète et un premier métier sûr.",
        "A complete vocational training and a first, safe trade.",
    ),
    (
        "Revenu stable de la famille, pour que l'enfant n'ait plus à travailler.",
        "A steady income of the family, so that the child need not work.",
    ),
    (
        "Retirer l'enfant du puits le jour même.",
        "Take the child out of the pit the same day.",
    ),
    ("3e primaire", "Grade 3, primary"),
    ("5e primaire", "Grade 5, primary"),
    ("{}e primaire", "Grade {}, primary"),
    ("1re année", "First year"),
    ("Petit commerce", "Petty trade"),
    ("Lavage de minerai", "Washes ore"),
    ("Sans revenu", "No income"),
    ("Creuseur artisanal", "Artisanal miner"),
    ("Avenue {} n° {}", "{1} {0} Avenue"),
    (
        "L'enfant, la mère, l'assistant social",
        "The child, the mother, the social worker",
    ),
    ("L'enfant et un parent", "The child and a parent"),
    (
        "D'accord pour chercher une autre solution.",
        "Agrees to look for another solution.",
    ),
    ("Travail dangereux constaté sur place.", "Dangerous work, seen on the spot."),
    (
        "Précisez ce que l'enfant a dit du trajet.",
        "Please say what the child said about the way to school.",
    ),
    ("Présent à la maison, cahiers à jour.", "At home, exercise books up to date."),
    (
        "Vu à l'école ; l'enseignante est contente.",
        "Seen at school; the teacher is pleased.",
    ),
    (
        "La mère vend désormais au marché ; le ménage mange deux fois par jour.",
        "The mother now sells at the market; the household eats twice a day.",
    ),
    (
        "A parlé de ses amis restés à la mine.",
        "Spoke of friends who are still at the mine.",
    ),
    ("Fatigué, mais de bonne humeur.", "Tired, but in good spirits."),
    ("Parlé au téléphone avec la mère.", "Spoke with the mother by telephone."),
    ("Remis.", "Handed over."),
    ("Fait.", "Done."),
    ("Aucun prestataire dans la zone.", "No provider in the area."),
    ("La famille préfère une autre école.", "The family prefers another school."),
    ("Plus nécessaire.", "No longer needed."),
    ("La prise en charge se termine.", "The support comes to an end."),
    ("L'enfant ne travaille plus.", "The child does not work any more."),
    ("Voir les notes.", "See the notes."),
    ("Discuté en équipe avec la famille.", "Discussed in the team with the family."),
    (
        "Personne à la maison ; les voisins ne savent rien.",
        "Nobody at home; the neighbours know nothing.",
    ),
    (
        "La famille est partie au village pour les semailles.",
        "The family left for the village to sow.",
    ),
    (
        "Vu de nouveau à la carrière par le point focal.",
        "Seen at the quarry again by the focal point.",
    ),
    ("Congé de Trésor", "Trésor is on leave"),
    ("Répartition des dossiers", "Sharing of the cases"),
    ("La famille déménage.", "The family moves."),
    ("La famille s'installe à Likasi.", "The family settles in Likasi."),
    ("Saisi deux fois.", "Entered twice."),
    ("Deux cousins du même nom.", "Two cousins of the same name."),
    ("Famille d'accueil du quartier", "Foster family of the neighbourhood"),
    (
        "Rester dans la famille avec un suivi serré",
        "Stay in the family with close follow-up",
    ),
    ("L'enfant le souhaite.", "The child wishes it."),
    ("Vivre chez la tante à Likasi", "Live with the aunt in Likasi"),
    ("Loin de l'école.", "Far from school."),
    (
        "Reste dans sa famille ; visites chaque semaine.",
        "Stays in the family; visits every week.",
    ),
    # -- survivors, and what arrives from elsewhere
    ("Police de Fungurume", "Police of Fungurume"),
    ("Tribunal pour enfants de Kolwezi", "Children's Court of Kolwezi"),
    ("Réseau du lavoir", "Network of the washing place"),
    (
        "Recrute des enfants au village pour les lavoirs.",
        "Recruits children in the village for the washing places.",
    ),
    (
        "Entendu par deux agents, avec sa mère.",
        "Heard by two officers, with the mother.",
    ),
    ("Jugement lu à l'audience.", "Judgment read at the hearing."),
    ("Le récit de l'enfant se tient.", "The child's account holds together."),
    ("Village au nord de Manono", "Village north of Manono"),
    ("Gare routière de Lubumbashi", "Bus station of Lubumbashi"),
    ("Lavoir près de Fungurume", "Washing place near Fungurume"),
    ("Papa Chargeur", "Papa Chargeur"),
    ("Maman Balance", "Maman Balance"),
    ("Tient la balance du lavoir.", "Keeps the scales of the washing place."),
    (
        "Plainte pour traite et salaires retenus.",
        "Complaint of trafficking and withheld wages.",
    ),
    ("Sommes détenues pour des survivants", "Money Held for Survivors"),
    (
        "Réparation, payée par le lavoir en deux fois.",
        "Compensation, paid by the washing place in two halves.",
    ),
    ("Reçu signé par la mère", "Receipt signed by the mother"),
    (
        "Chez une famille d'accueil, loin du lavoir.",
        "With a host family, far from the washing place.",
    ),
    (
        "Une moto inconnue s'arrête devant la maison.",
        "An unknown motorcycle stops in front of the house.",
    ),
    (
        "La voisine, puis l'assistante sociale.",
        "The neighbour, then the social worker.",
    ),
    ("Rentrer et fermer la porte.", "Go in and close the door."),
    ("Appeler la voisine.", "Call the neighbour."),
    (
        "Fièvre et blessure au pied ; la mère est injoignable.",
        "Fever and a wounded foot; the mother cannot be reached.",
    ),
    ("Intérêt vital de l'enfant.", "Vital interest of the child."),
    (
        "C'était nécessaire ; la mère a été informée le soir.",
        "It was necessary; the mother was told in the evening.",
    ),
    ("Suivi par la coordination.", "Followed by the coordination."),
    # -- what comes in, and what goes to partners
    ("Remblais derrière la gare", "Tailings behind the railway station"),
    ("Trois garçons trient du minerai.", "Three boys sort ore."),
    ("Un élève absent depuis cinq semaines.", "A pupil absent for five weeks."),
    ("Puits du quartier Kasulo", "Pit in the Kasulo quarter"),
    ("École primaire Mwangaza", "École primaire Mwangaza"),
    ("Un garçon de 13 ans descend au puits.", "A boy of 13 goes down the pit."),
    ("Marché central", "Central market"),
    ("Une fille vend la nuit avec sa tante.", "A girl sells at night with her aunt."),
    ("Entrée du site de lavage", "Gate of the washing site"),
    ("Deux enfants portent des sacs.", "Two children carry bags."),
    ("Lavoir sous le vieux puits", "Washing place below the old pit"),
    (
        "Deux garçons portent des sacs de minerai du puits à la balance, "
        "matin et soir.",
        "Two boys carry bags of ore from the pit to the scales, morning and evening.",
    ),
    ("Marché, derrière le dépôt", "Market, behind the depot"),
    (
        "Une fille trie le minerai avec sa tante au lieu d’aller à l’école.",
        "A girl sorts ore with her aunt instead of going to school.",
    ),
    ("Route de la carrière est", "Road to the east quarry"),
    (
        "Un garçon creuse la nuit dans une fosse. La personne n’a pas donné de nom.",
        "A boy digs in a pit at night. The person gave no name.",
    ),
    (
        "Une pièce à part pour parler aux enfants ; les papiers sont sous clé.",
        "A separate room to talk with children; the papers are locked away.",
    ),
    ("Vieux remblai près de la rivière", "Old tailings near the river"),
    (
        "Deux filles lavent du minerai, l’une a environ huit ans.",
        "Two girls wash ore, one is about eight years old.",
    ),
    ("École primaire de Kapata", "Primary school of Kapata"),
    ("Un garçon est absent depuis un mois.", "A boy has been absent for a month."),
    ("Dépôt derrière le marché", "Depot behind the market"),
    ("Un garçon de seize ans garde des sacs.", "A boy of sixteen watches over bags."),
    ("Carrière est", "East quarry"),
    ("Le même garçon que la semaine dernière.", "The same boy as last week."),
    ("Chantier de la route", "Road works"),
    ("Tous les travailleurs étaient adultes.", "All workers were adults."),
    ("L'enfant est venu le premier jour.", "The child came on the first day."),
    ("L'enfant n'est jamais venu.", "The child never came."),
    ("Merci d'accueillir l'enfant dès lundi.", "Please take the child in from Monday."),
    ("Les classes sont complètes.", "The classes are full."),
    ("La famille a choisi une autre école.", "The family chose another school."),
    (
        "L'argent du mois est arrivé avec deux semaines de retard.",
        "The month's money came two weeks late.",
    ),
    ("Le kit scolaire était incomplet.", "The school kit was not complete."),
    (
        "Ma fille n'a pas été retenue, la voisine oui.",
        "My daughter was not chosen, the neighbour's was.",
    ),
    ("Personne ne répond au téléphone.", "Nobody answers the telephone."),
    (
        "Nous avons vérifié et vous avons rappelé.",
        "We looked into it and called you back.",
    ),
    ("Des excuses à la famille.", "Apologies to the family."),
    ("Un chauffeur", "A driver"),
    (
        "Des paroles humiliantes devant un enfant.",
        "Humiliating words in front of a child.",
    ),
    (
        "Entretien, rappel du code de conduite.",
        "A talk, and a reminder of the code of conduct.",
    ),
    ("La mère", "The mother"),
    (
        "Demande faite au bureau, réponse remise en main propre.",
        "Asked at the office, answer handed over in person.",
    ),
    (
        "Une liste de codes laissée à l'imprimante.",
        "A list of codes left at the printer.",
    ),
    (
        "Liste détruite, équipe rappelée aux règles.",
        "List destroyed, team reminded of the rules.",
    ),
    (
        "L'enfant est devant moi, blessé, et sa collègue ne répond pas.",
        "The child is here, injured, and the colleague does not answer.",
    ),
    # -- money and savings
    ("Remplace ce que l'enfant gagnait.", "Replaces what the child earned."),
    ("La famille est partie au village.", "The family left for the village."),
    ("Le père a un emploi régulier.", "The father has a regular job."),
    ("La famille l'a reçu en main propre.", "The family received it in person."),
    ("Virement {}", "Transfer {}"),
    ("Frais de tenue de compte", "Account fees"),
    ("rapport.csv", "report.csv"),
    ("Sous le manguier, Kapata", "Under the mango tree, Kapata"),
    ("Marché de Kanina", "Kanina market"),
    ("Sous le manguier, Kasulo", "Under the mango tree, Kasulo"),
    ("Salle paroissiale, Mutoshi", "Parish hall, Mutoshi"),
    ("Marché de Fungurume", "Fungurume market"),
    ("École Kapata II", "Kapata II school"),
    ("Funérailles dans le quartier.", "A funeral in the neighbourhood."),
    (
        "Les membres rejoignent une autre association.",
        "The members join another association.",
    ),
    ("Dépôts des payeurs", "Deposits of Payers"),
    ("Soutien aux enfants", "Support for Children"),
    ("Accord {}", "Agreement with {}"),
    ("accord.pdf", "agreement.pdf"),
    ("Le ménage reçoit aussi des vivres.", "The household receives food too."),
    ("Porte des briques au four", "Carries bricks to the kiln"),
    ("Compte les briques au dépôt", "Counts the bricks in the depot"),
    # -- figures
    ("Totaux {} ({})", "Totals {} ({})"),
    ("Totaux {}, à publier", "Totals {}, to Be Published"),
    ("{}, trimestre {}", "{}, Quarter {}"),
    ("Depuis le début, à figer", "Since the Beginning, to Be Frozen"),
    ("Année, à figer", "Year, to Be Frozen"),
    ("Chiffres publics", "Public Figures"),
    ("Chiffres publics, à relire", "Public Figures, to Be Read Again"),
    ("Rapport au bailleur", "Report to the Funder"),
    (
        "Les visites ont repris après les pluies ; deux écoles ont ouvert des "
        "classes de rattrapage.",
        "Visits began again after the rains; two schools opened catch-up classes.",
    ),
)
FRENCH = {side: french for french, english in PAIRS for side in (french, english)}
ENGLISH = {side: english for french, english in PAIRS for side in (french, english)}


def said(text, language):
    """A typed text in a language.

    :param text: either side of a pair
    :param language: code of the organisation's language, as Odoo writes it
    :raises KeyError: when the table does not hold the text
    """
    return (FRENCH if language == "fr_FR" else ENGLISH)[text]
