"""Tables of the languages other than English: verbs of saying and shapes of frames.

Written by hand. In a shape, `q1` and `q2` are quotations, `c1` and `c2` clauses, `s` the speaker, `v`
the cue. U+E000 stands for each character of a quotation.
"""

from __future__ import annotations

from typing import NamedTuple


class Shape(NamedTuple):
    """One shape of a frame, with the share of its matches that are right, roughly."""

    pattern: str
    sure: float


class Table(NamedTuple):
    """One language. `within` finds a frame inside a quotation, `dash` speech behind a dash."""

    shapes: tuple[Shape, ...]
    within: str = ""
    dash: str = ""
    after_source: str = ""
    before_source: str = ""


# possessive: a run of speech is taken whole or not at all
_Q = "(?<!\ue000)\ue000++"
_GAP = r"[ ,.–—:-]{0,4}"
# a clause: to the end of its sentence; a stop between digits or within a word ends nothing
_CLAUSE = r"(?:[^.!?…;\n]|[.](?=\w)){3,600}"
_SHORT = r"(?:[^.!?…;\n]|[.](?=\w)){3,600}?"
_NAME = r"[^,.!?…;:\n\ue000—–]{1,90}?"
# with words between commas: "Le ministère, contacté hier, affirme"
_WITH = rf"{_NAME}(?:, [^,.:;\n\ue000]{{2,60}},)?"
_END = r"(?=[.!?…\n]|$)"


def _any(words: str) -> str:
    return "(?:" + "|".join(sorted(words.split(), key=len, reverse=True)) + ")"


def _spaced(*phrases: str) -> str:
    return "(?:" + "|".join(sorted(phrases, key=len, reverse=True)) + ")"


# -- German ------------------------------------------------------------------------------------

_DE = _any(
    """sagte sagt sagten sagen erklärte erklärt erklären erklärten betonte betont betonten meinte
    meint meinen berichtete berichtet berichten berichteten schrieb schreibt schreiben fragte fragt
    antwortete antwortet fügte teilte teilten gab gaben kündigte rief riefen warnte warnt warnen
    warnten forderte fordert fordern verlangte verlangt behauptete behauptet bestätigte bestätigt
    bestritt bestreitet räumte versprach verspricht glaubt glaubte glauben erwartet erwarten
    entschied klagte klagen klagt klagten erzählte erzählt wiederholte erinnert bittet bat schrie
    flüsterte äußerte unterstrich verkündete mahnte ergänzte beteuerte versicherte vermutet
    kommentierte meldete meldet melden resümierte urteilte spottete höhnte seufzte entgegnete
    erwiderte bekräftigte werfen wirft warf vermeldete überzeugt
    """
)
_DE_PART = r"(?: (?:mit|hinzu|an|ein|bekannt|auf|vor|weiter|zu|sich|heraus))?"
_DE_NP = (
    r"(?:(?:dem|der|des|den|einem|einer|eines|von|vom) )?(?:[a-zäöüß]+(?:en|er|em|es) ){0,2}"
    r"[A-ZÄÖÜ][\w-]+(?:(?: (?:der|des|von|und|für|dem))? [A-ZÄÖÜ][\w-]+){0,4}"
)
_DE_ACC = (
    r"(?:[Nn]ach (?:Angaben|Ansicht|Informationen|Schätzungen|Einschätzung|Auffassung|Darstellung"
    r"|Meinung|Worten|Aussage|Aussagen)(?: von(?= ))?|[Ll]aut|[Gg]emäß)"
)
_GERMAN = Table(
    (
        Shape(rf"(?P<q1>{_Q}),?\s*(?P<v>{_DE})(?: sich)? (?P<s>{_NAME}){_DE_PART}"
              rf"(?:[,.:]\s*(?P<q2>{_Q})|(?=[,.:!?\n]|$))", 0.9),
        Shape(rf"(?P<q1>{_Q}),?\s*(?P<v>so) (?P<s>{_NAME})(?=[,.:\n]|$)", 0.85),
        Shape(rf"(?:^|(?<=[.!?] )|(?<=, ))(?P<v>So) (?P<s>{_NAME}):\s*(?P<q1>{_Q})", 0.85),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<s>{_WITH}) (?P<v>{_DE})(?P<x>(?: [^,:.\n\ue000]{{1,60}})?):\s*"
              rf"(?P<q1>{_Q})", 0.9),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))Es (?P<v>heißt), (?P<c1>{_CLAUSE})", 0.6),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<s>(?:In|Im) {_NAME}) (?P<v>heißt es), (?P<c1>{_CLAUSE})", 0.75),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<c1>{_SHORT}), (?P<v>heißt es) (?P<s>(?:in|im) {_NAME}){_END}", 0.75),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))Aus (?P<s>{_NAME}) (?P<v>geht hervor), (?P<c1>{_CLAUSE})", 0.75),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))Wie (?P<s>{_WITH}) (?P<v>{_DE}(?:e)?), (?P<c1>{_CLAUSE})", 0.8),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<v>{_DE_ACC}) (?P<s>{_DE_NP})(?:,| ) ?(?P<c1>{_CLAUSE})", 0.8),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<s>{_NAME}) (?P<v>zufolge) (?P<c1>{_CLAUSE})", 0.8),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<c1>{_SHORT}),? (?P<v>{_DE_ACC}) (?P<s>{_DE_NP})(?P<c2> [^.!?…;\n,]{{3,300}})?{_END}", 0.75),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<c1>{_SHORT}), (?P<v>{_DE})(?: sich)? (?P<s>{_NAME}){_DE_PART}{_END}", 0.7),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<s>{_WITH}) (?P<v>(?:ist |sind )?{_DE})(?: [^,:.\n\ue000]{{1,50}})?, "
              rf"(?P<c1>{_CLAUSE})", 0.7),
    ),
    before_source=r"(?:Zuvor |Später |Auch |Aber |Und |Doch |Am \w+ )",
    after_source=r" (?:am|vor|gegenüber|in einem|im Gespräch|auf Twitter|heute|gestern|mit|hinzu|an|ein|leise"
                 r"|bei|nach|in|im)(?: |$)",
)  # fmt: skip

# -- Russian -----------------------------------------------------------------------------------

_RU = (
    r"(?:(?:сказа|заяви|сообщи|добави|отмети|подчеркну|рассказа|ответи|спроси|написа|поясни|призна"
    r"|напомни|пообеща|потребова|призва|объяви|постанови|предупреди|вспомни|попроси|подтверди|повтори"
    r"|обвини|крикну|воскликну|прошепта|уточни|указа|заме́ти|замети|уверя|объясни|возрази|пожалова"
    r"|заключи|резюмирова|призвал|уверя)(?:л|ла|ли|ло|лся|лась|лись)"
    r"|сообщает|сообщают|считает|считают|утверждает|утверждают|говорит|говорят|пишет|пишут"
    r"|отрицает|отрицают|предупреждает|предупреждают|жалуется|жалуются|вспоминает|вспоминают"
    r"|просит|просят|полагает|полагают|прогнозирует|прогнозируют|уверен|уверена|уверены|думает"
    r"|думают|надеется|надеются|отмечает|отмечают|заявляет|заявляют|передаёт|передает|поясняет"
    r"|подчёркивает|подчеркивает|уточняет|признаёт|признает|требует|требуют|призывает)"
)
_RU_ACC = (
    r"(?:[Пп]о (?:словам|данным|мнению|информации|сообщению|сообщениям|оценке|оценкам|версии"
    r"|утверждению|заявлению|сведениям)|[Сс]о слов|[Сс]огласно)"
)
_RUSSIAN = Table(
    (
        Shape(rf"(?P<q1>{_Q}){_GAP}(?:\w+о )?(?P<v>{_RU}) (?P<s>{_NAME})"
              rf"(?:[,.]?\s*[—–-]\s*(?P<q2>{_Q})|(?=[,.:!?\n]|\s[—–]|$))", 0.9),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<s>{_WITH}) (?:\w+о )?(?P<v>{_RU})"
              rf"(?: [^,:.\n\ue000]{{1,60}})?:\s*(?P<q1>{_Q})", 0.9),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))Как (?P<v>{_RU}) (?P<s>{_NAME}), (?P<c1>{_CLAUSE})", 0.8),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<v>Как (?:сообщает|пишет|передаёт|передает|заявляет)) (?P<s>{_Q}),"
              rf" (?P<c1>{_CLAUSE})", 0.8),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<v>{_RU_ACC}) (?P<s>(?:{_NAME}|{_Q})), (?P<c1>{_CLAUSE})", 0.85),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<v>{_RU_ACC}) (?P<s>\w+(?: \w+)?) (?P<c1>\w+ {_CLAUSE})", 0.6),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<c1>{_SHORT}), (?P<v>{_RU_ACC}) (?P<s>{_NAME})(?:, (?P<c2>{_CLAUSE}))?{_END}", 0.8),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))Из (?P<s>{_NAME}) (?P<v>следует), (?P<c1>{_CLAUSE})", 0.75),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<c1>{_SHORT}), (?P<v>говорится) (?P<s>в {_NAME}){_END}", 0.75),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<s>В {_NAME}) (?P<v>говорится), (?P<c1>{_CLAUSE})", 0.75),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<s>{_WITH}) (?:\w+о )?(?P<v>{_RU})"
              rf"(?: [^,:.\n]{{1,60}})?, (?P<c1>(?:что|чтобы|будто|как) {_CLAUSE})", 0.75),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<c1>{_SHORT}), (?P<v>{_RU}) (?P<s>{_NAME}){_END}", 0.7),
        Shape(r"(?:^|(?<=[.!?…\ue000] ))(?P<s>[^,.!?…;:()\n\ue000—–]{1,60}?) (?P<v>(?:призвал|обвинил|заявил)(?:а|и|о)?)"
              rf" (?P<c1>{_CLAUSE})", 0.6),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<s>[^.!?…;:()\n—–]{{1,60}}?\ue000*) (?P<v>(?:призвал|обвинил|заявил)(?:а|и|о)?)"
              rf" (?P<c1>{_CLAUSE})", 0.6),
    ),
    within=rf"^(?P<q1>.{{2,400}}?)[,.!?…]?\s*[—–-]\s+(?P<f>{_RU} [^,.—–]{{1,60}})[,.]\s*[—–-]\s*(?P<q2>.+)$",
    dash=rf"[—–-]\s*(?P<q1>[^—–\n]{{2,600}}?)[,.!?…]?\s*[—–-]\s*(?:\w+о )?{_RU} [^,.—–]{{1,60}}"
         rf"(?:[,.]\s*[—–-]\s*(?P<q2>[^—–\n]+)|[.]|$)",
    before_source=r"(?:Однако |Но |При этом |Также |Позже |Ранее )",
    after_source=r" (?:журналистам|агентству|в (?:среду|четверг|пятницу|понедельник|вторник|субботу|воскресенье"
                 r"|интервью|дневнике|парламенте|эфире)|на (?:пресс|брифинге)|со ссылкой)",
)  # fmt: skip

# -- French ------------------------------------------------------------------------------------

_FR_PAST = _any(
    """déclaré affirmé ajouté dit expliqué indiqué souligné répondu demandé écrit annoncé assuré
    estimé reconnu rapporté promis confirmé précisé rappelé averti répété exigé jugé raconté conclu
    martelé lancé insisté noté observé regretté admis commenté prévenu accusé appelé nié crié
    murmuré soutenu révélé certifié"""
)
_FR_NOW = _any(
    """déclare affirme ajoute dit disent explique indique souligne répond demande écrit annonce
    assure assurent estime estiment reconnaît rapporte rapportent promet confirme précise rappelle
    avertit avertissent répète exige juge raconte conclut martèle lance insiste note observe
    regrette admet commente prévient accuse accusent nie pense pensent croit croient prétend prévoit
    soutient murmura cria murmure crie plaignent plaint souvient révèle confie résume"""
)
_FR = (
    rf"(?:(?:l'|l’)?(?:a|ont|avait|avaient) (?:fait savoir|{_FR_PAST})|(?:se |s'|s’)?{_FR_NOW}"
    r"|(?:est|sont) convaincue?s?)"
)
_FR_ACC = r"(?:[Ss]elon|[Dd]['’]après)"
_FR_THAT = r"(?:que |qu['’]|de ce que )"
_FRENCH = Table(
    (
        Shape(rf"(?P<q1>{_Q}),?\s*(?P<v>a-t-(?P<s>il|elle|on) {_FR_PAST})(?:[,.:]\s*(?P<q2>{_Q}))?", 0.9),
        Shape(rf"(?P<q1>{_Q}),?\s*(?P<v>\w+-(?:t-)?(?P<s>il|elle|on))(?=[,.:\s]|$)"
              rf"(?:[,.:]\s*(?P<q2>{_Q}))?", 0.9),
        Shape(rf"(?P<q1>{_Q}),?\s*(?P<v>{_FR}) (?P<s>{_NAME}(?:, [^,.:\n\ue000]{{3,60}}(?=\.))?)"
              rf"(?:[,.:]\s*(?P<q2>{_Q})|(?=[,.:!?\n]|$))", 0.9),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<s>{_WITH}) (?P<v>{_FR})(?: [^,:.\n\ue000]{{1,60}})?\s?:\s*(?P<q1>{_Q})", 0.9),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))Comme (?P<v>{_FR}) (?P<s>{_NAME}), (?P<c1>{_CLAUSE})", 0.8),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<v>{_FR_ACC}) (?P<s>{_NAME})(?:, (?:citant|qui|dont|cité) [^,.\n]{{2,60}})?, (?P<c1>{_CLAUSE})", 0.85),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<c1>{_SHORT}), (?P<v>{_FR_ACC}) (?P<s>{_NAME})(?:, (?P<c2>{_CLAUSE}))?{_END}",
              0.8),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<c1>{_SHORT}), (?P<v>{_FR}) (?!qu[e'’])(?P<s>{_NAME}){_END}", 0.7),
        Shape(rf"(?:^|(?<=[.!?…\ue000] )|(?<=, ))(?P<s>{_WITH}) (?P<v>{_FR})"
              rf"(?: (?:à|au|aux|devant|dans|sur|lors|l['’]) ?[^,:.\n]{{1,50}}?)? (?P<c1>{_FR_THAT}{_CLAUSE})", 0.75),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<s>{_NAME}) (?P<v>averti|(?:a|ont) averti|avertit) [^,:.\n]{{1,40}}? "
              rf"(?P<c1>{_FR_THAT}{_CLAUSE})", 0.7),
        Shape(r"(?:^|(?<=[.!?…\ue000] ))(?P<s>[^,.!?…;:()\n\ue000—–]{1,60}?) (?P<v>nie|nient|affirme|affirment|accuse|accusent"
              r"|(?:a|ont) (?:appelé|annoncé|accusé|nié|promis|exigé)|annonce|annoncent)"
              rf" (?P<c1>(?:avoir |de |d['’]|la |le |les |l['’]|des ){_CLAUSE})", 0.6),
    ),
    within=rf"^(?P<q1>.{{2,400}}?), (?P<f>(?:\w+-(?:t-)?(?:il|elle)|{_FR} [^,.—–]{{1,50}}))[,.]\s(?P<q2>.+)$",
    dash=rf"[—–-]\s*(?P<q1>[^—–\n]{{2,600}}?)[,!?…]\s*[—–-]?\s*{_FR} [^,.—–\n]{{1,60}}(?:[.]|$)",
    before_source=r"(?:Mais |Et |Puis |Pour sa part, |De son côté, )",
    after_source=r" (?:devant|lors|dans un|sur Twitter|à la presse|au micro|mardi|lundi|mercredi|jeudi|vendredi"
                 r"|samedi|dimanche)",
)  # fmt: skip

# -- Spanish -----------------------------------------------------------------------------------

_ES = _any(
    """dijo dijeron dice dicen afirmó afirmaron afirma afirman declaró declararon añadió agregó explicó
    explica indicó señaló señalaron subrayó respondió preguntó escribió escribe escriben anunció
    anunciaron aseguró asegura aseguran estimó reconoció reconoce admitió informó informaron informa
    informan prometió confirmó confirmaron precisó precisa recordó recuerda advirtió advierte
    advierten repitió exigió dictaminó contó cuenta contaron cuentan concluyó insistió insiste
    sostuvo sostiene cree creen niega negó pide pidió gritó murmuró susurró comentó manifestó
    expresó destacó acusó acusan acusa llamó lamentó opinó opina prevé piensa piensan reveló
    expuso apuntó resumió quejó quejan queja"""
)
_ES_SE = rf"(?:se )?{_ES}"
_ES_ACC = (
    r"(?:[Ss]egún(?: informa| informó| dijo| indicó)?|[Dd]e acuerdo con|[Aa] juicio de|[Ee]n opinión de"
    r"|[Aa] juicio del|[Ee]n opinión del)"
)
_SPANISH = Table(
    (
        Shape(rf"(?P<q1>{_Q}){_GAP}(?P<v>{_ES_SE}) (?P<s>{_NAME})"
              rf"(?:[—–]?[,.:]?\s*[—–]?\s*(?P<q2>{_Q})|(?=[,.:!?\n—–]|$))", 0.9),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<s>{_WITH}) (?P<v>{_ES_SE})(?: [^,:.\n\ue000]{{1,60}})?:\s*(?P<q1>{_Q})", 0.9),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))Como (?P<v>{_ES}) (?P<s>{_NAME}), (?P<c1>{_CLAUSE})", 0.8),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<v>{_ES_ACC}) (?P<s>{_NAME}), (?P<c1>{_CLAUSE})", 0.85),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<c1>{_SHORT}), (?P<v>{_ES_ACC}) (?P<s>{_NAME})(?:, (?P<c2>{_CLAUSE}))?{_END}",
              0.8),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<c1>{_SHORT}), (?P<v>{_ES}) (?!que |de que )(?P<s>{_NAME}){_END}", 0.7),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<s>{_NAME}) (?P<v>está convencid[oa])(?: de)? (?P<c1>que {_CLAUSE})", 0.7),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<s>{_WITH}) (?P<v>{_ES_SE})(?: (?:al?|en|ante|durante) [^,:.\n]{{1,50}}?)?"
              rf"(?: de)? (?P<c1>que {_CLAUSE})", 0.75),
        Shape(rf"(?:^|(?<=[.!?…\ue000] ))(?P<v>[A-ZÁÉÍÓÚ][a-záéíóú]+ó) (?P<c1>que {_CLAUSE})", 0.5),
        Shape(r"(?:^|(?<=[.!?…\ue000] ))(?P<s>[^,.!?…;:()\n\ue000—–]{1,60}?) (?P<v>niega|niegan|afirma|afirman|acusan?|acusó"
              r"|llamó|anunció|anunciaron)(?: a)?"
              rf" (?P<c1>(?:haber |la |el |los |las |del? ){_CLAUSE})", 0.6),
    ),
    within=rf"^(?P<q1>.{{1,400}}?)[,.!?…]?\s*[—–-]\s?(?P<f>{_ES} [^,.—–]{{1,60}})[—–-]?[,.]?\s*(?P<q2>\S.+)$",
    dash=rf"[—–-]\s*(?P<q1>[^—–\n]{{2,600}}?)[,.!?…]?\s*[—–-]\s?{_ES} [^,.—–\n]{{1,60}}"
         rf"(?:[—–-][,.]?\s*(?P<q2>[^—–\n]+)|[.]|$)",
    before_source=r"(?:Pero |Y |Además |También )",
    after_source=r" (?:a la prensa|ante|durante|en (?:una|su|un|el|Twitter|rueda|conferencia)|este|el (?:lunes|martes|miércoles|jueves"
                 r"|viernes|sábado|domingo))(?: |$)|(?<=\w)—",
)  # fmt: skip

# -- Arabic ------------------------------------------------------------------------------------

_AR = (
    r"[وف]?(?:قال|قالت|قالوا|يقول|تقول|أضاف|أضافت|ذكر|ذكرت|أعلن|أعلنت|أكد|أكدت|صرح|صرحت|أفاد|أفادت"
    r"|أوضح|أوضحت|أشار|أشارت|تشير|يشير|يرى|ترى|يعتقد|تعتقد|حذر|حذرت|شدد|شددت|نفى|نفت|اعترف|اعترفت"
    r"|سأل|سألت|أجاب|أجابت|كتب|كتبت|توقع|توقعت|وعد|وعدت|طالب|طالبت|دعا|دعت|اتهم|اتهمت|زعم|زعمت|قدر|قدرت"
    r"|صاح|صاحت|تابع|تابعت|كرر|كررت|تتذكر|يتذكر|روى|روت|قضى|قضت|اشتكى|اشتكت|أخبر|أخبرت|أبلغ|أبلغت"
    r"|اعتبر|اعتبرت|ناشد|ناشدت|وصف|وصفت|نقل|نقلت|ختم|ختمت|هتف|همس|همست|ردد|رد|ردت|بين|لفت|نوه)"
)
_AR_THAT = r"(?:إن|أن|بأن|إنه|أنه|بأنه|إنها|أنها|بأنها|إنهم|أنهم|بأنهم|إنا|أننا|إننا)"
_AR_ACC = (
    r"[و]?(?:وفقا ل|وفقًا ل|بحسب |حسب |حسبما (?:ذكر|ذكرت|أفاد|أفادت|قال|قالت) |على حد قول |في رأي |طبقا ل"
    r"|طبقًا ل|نقلا عن |نقلًا عن )"
)
_AN = r"[^,،.!؟?…;؛:()\n\ue000]{1,70}?"
_AC = r"[^.!؟?…;؛\n]{3,600}"
_ARABIC = Table(
    (
        Shape(rf"(?P<q1>{_Q})[،,]?\s*(?P<v>{_AR}) (?P<s>{_AN})(?:[،,.]\s*(?P<q2>{_Q})|(?=[،,.:!؟\n]|$))", 0.9),
        Shape(rf"(?:^|(?<=[\s.،]))(?P<v>[و]?نقلت? )[^:\n]{{2,40}}? عن (?P<s>{_AN}) قوله:?\s*"
              rf"(?:(?P<q1>{_Q})|(?P<c1>{_AR_THAT}\b{_AC}))", 0.85),
        Shape(rf"(?:^|(?<=[\s.،]))(?P<v>{_AR}) (?P<s>{_AN})(?: بالقول)?:\s*(?P<q1>{_Q})", 0.9),
        Shape(rf"(?:^|(?<=[\s.،]))(?P<v>{_AR}):\s*(?P<q1>{_Q})", 0.7),
        Shape(rf"(?:^|(?<=[.؟!\ue000] ))(?P<v>{_AR_ACC})(?P<s>{_AN})، (?P<c1>{_AC})", 0.85),
        Shape(rf"(?:^|(?<=[.؟!\ue000] ))(?P<c1>[^.!؟?…;؛\n]{{3,600}}?)،? (?P<v>{_AR_ACC})(?P<s>{_AN})(?=[.!؟\n]|$)", 0.8),
        Shape(rf"(?:^|(?<=[.؟!،\ue000] ))(?P<v>[و]?جاء) في (?P<s>{_AN}) (?P<c1>{_AR_THAT} {_AC})", 0.75),
        Shape(rf"(?:^|(?<=[.؟!،\ue000] )|(?<=\w، ))(?P<v>{_AR}) (?P<s>{_AN})(?:،[^،.\n]{{2,50}}،)? (?:من |على |إلى )?(?P<c1>{_AR_THAT} {_AC})", 0.8),
        Shape(rf"(?:^|(?<=[.؟!،\ue000] ))(?P<v>{_AR}) (?P<c1>{_AR_THAT} {_AC})", 0.6),
        Shape(r"(?:^|(?<=[.؟!،\ue000] ))(?P<v>[و]?(?:دعا|دعت|اتهم|اتهمت|حذر|حذرت|وصف|وصفت|طالب|طالبت|أعلن|أعلنت)) "
              rf"(?P<s>(?:ال|[^ ]+ ال)?[^ ،.]+(?: [^ ال،.][^ ،.]+)?) (?P<c1>{_AC})", 0.5),
    ),
    before_source=r"(?:أيضا |كذلك )",
    after_source=r" (?:للصحفيين|أمام|في (?:مؤتمر|مقابلة|بيان|تصريح)|خلال|بصوت|المحكمة|الوكالة|عن مصادر|يوم|أمس|بالقول)",
)  # fmt: skip

# -- Uyghur ------------------------------------------------------------------------------------

_UG_SAY = r"(?:دېدى|دەيدۇ|دېگەن|دەپ \w+(?: \w+)?|دەپ)"
_UG_V = (
    r"(?:بىلدۈردى|ئېيتتى|تەكىتلىدى|جەزملەشتۈردى|ئېلان قىلدى|يازدى|رەت قىلدى|ئېتىراپ قىلدى|ئەسكەرتتى"
    r"|كۆرسەتتى|چۈشەندۈردى)"
)
_UG_ACC = (
    r"(?:ئېيتىشىچە|دېيىشىچە|سۆزىگە قارىغاندا|سۆزىچە|خەۋىرىگە ئاساسلانغاندا|خەۋىرىگە قارىغاندا|خەۋەر قىلىشىچە"
    r"|مەلۇماتىغا قارىغاندا|مەلۇماتىغا ئاساسلانغاندا|قارىشىچە|يېزىشىچە|بىلدۈرۈشىچە)"
)
_UN = r"[^,،.!؟?…;؛:()\n\ue000]{1,80}?"
_UC = r"[^.!؟?…;؛\n]{3,500}"
_UYGHUR = Table(
    (
        Shape(rf"(?:^|(?<=[.؟!\ue000] ))(?P<s>{_UN})(?P<x>(?: \w+)?) (?P<v>مۇنداق \w+):\s*(?P<q1>{_Q})", 0.9),
        Shape(rf"(?:^|(?<=[.؟!\ue000] ))(?P<s>{_UN}):\s*(?P<q1>{_Q})\s*(?P<v>{_UG_SAY})(?=[.،!\s]|$)", 0.9),
        Shape(rf"(?P<q1>{_Q})[،,]?\s*[—–-]?\s*(?P<v>دېدى|دەيدۇ|دېگەن|دەپ (?:\w+ )?\w+(?:دى|تى|دۇ|غان)) (?P<s>{_UN})"
              rf"(?:[،,]?\s*[—–-]\s*(?P<q2>{_Q})|(?=[.،!\n]|$))", 0.85),
        Shape(rf"(?:^|(?<=[.؟!\ue000] ))(?P<s>{_UN})نىڭ (?P<v>{_UG_ACC})[،,] ?(?P<c1>{_UC})", 0.9),
        Shape(rf"(?:^|(?<=[.؟!\ue000] ))(?P<v>ئىگىلىنىشىچە|مەلۇم بولۇشىچە)[،,] ?(?P<c1>{_UC})", 0.7),
        Shape(rf"(?:^|(?<=[.؟!\ue000] ))(?P<s>{_UN})(?P<v>(?:گە|غا|كە|قا) (?:ئاساسلانغاندا|قارىغاندا)|تا دېيىلىشىچە|دا دېيىلىشىچە)"
              rf"[،,] ?(?P<c1>{_UC})", 0.85),
        Shape(rf"(?:^|(?<=[.؟!\ue000] ))(?P<c1>[^.!؟?…;؛\n]{{3,300}}?)[،,] (?P<v>دېدى|دەيدۇ) (?P<s>{_UN})(?=[.\n]|$)", 0.7),
        Shape(rf"(?:^|(?<=[.؟!\ue000] ))(?P<s>[\w-]+(?: (?:باشلىقى|مىنىستىرلىقى|ئورگىنى|ئەزاسى|كىشى))?|دۆلەت \w+ \w+) "
              rf"(?P<c1>[^.!؟?…;؛:\n\ue000]{{3,300}}?نى) (?P<v>{_UG_V})(?=[.\n]|$)", 0.65),
        Shape(r"(?:^|(?<=[.؟!\ue000] ))(?P<s>[\w-]+) (?P<c1>[^.!؟?…;؛:\n\ue000]{3,300}?) (?P<v>دەپ (?:\w+ )?\w+|دېدى)(?=[.\n]|$)", 0.6),
    ),
    after_source=r" (?:يىغلاپ|پارلامېنتتا|يىغىندا|مۇخبىرلارغا)|(?<=بايانات)تا$",
)  # fmt: skip

# -- Chinese -----------------------------------------------------------------------------------

_ZH = (
    r"(?:回忆说|抱怨说|警告说|批评说|补充说|解释说|解释道|坦言|重申|说道|问道|写道|指出|表示|强调|透露|宣布|认为|声称"
    r"|宣称|称|回应称|回应说|承认|否认|证实|估计|预计|相信|提出|反映|呼吁|要求|指责|警告|裁定|告诉\w{1,8}?|显示|回答|叹道"
    r"|喊道|问|喊|说|表明|坚称|坚持|回應|說道|問道|寫道|認為|強調|聲稱|說|稱|宣佈)"
)
_ZH_ACC = r"(?:据|根据|按照|依据|據|根據)"
_ZN = r"[^，。！？；：、“”「」\n\ue000]{1,40}?"
_ZC = r"[^。！？；\n]{2,300}"
_CHINESE = Table(
    (
        Shape(rf"(?:^|(?<=[。！？；，\ue000]))(?P<s>{_ZN})(?P<x>(?:愤怒地|哭着|低声|随后|答记者问时)?)(?P<v>{_ZH})[：:](?P<q1>{_Q})",
              0.9),
        Shape(rf"(?P<q1>{_Q})，?(?P<s>{_ZN})(?P<x>(?:愤怒地|哭着|低声)?)(?P<v>{_ZH})(?:，(?P<q2>{_Q})|(?=[。！？，\n]|$))", 0.9),
        Shape(rf"(?:^|(?<=[。！？；，\ue000]))(?P<s>{_ZN})(?P<x>(?:愤怒地|哭着|低声|随后|答记者问时)?)(?P<v>{_ZH})[：:，]?(?P<q1>{_Q})",
              0.9),
        Shape(rf"(?:^|(?<=[。！？；\ue000]))用(?P<s>{_ZN})的(?P<v>话说)，(?P<c1>{_ZC})", 0.8),
        Shape(rf"(?:^|(?<=[。！？；\ue000]))(?P<v>据了解|据悉|据报道|據悉|據報導)，(?P<c1>{_ZC})", 0.7),
        Shape(rf"(?:^|(?<=[。！？；\ue000]))(?P<v>{_ZH_ACC})(?P<s>{_ZN})(?P<x>(?:\d+月\d+日)?(?:报道|介绍|称|说|显示|的说法|透露|的报道|報導|表示))，"
              rf"(?P<c1>{_ZC})", 0.85),
        Shape(rf"(?:^|(?<=[。！？；\ue000]))(?P<v>{_ZH_ACC})(?P<s>{_ZN})，(?P<c1>{_ZC})", 0.75),
        Shape(rf"(?:^|(?<=[。！？；\ue000])){_ZN}援引(?P<s>{_ZN})的话(?P<v>说|称)，(?P<c1>{_ZC})", 0.85),
        Shape(rf"(?:^|(?<=[。！？；\ue000]))(?P<s>(?:(?<!\ue000)\ue000++)?{_ZN}|《[^》]{{1,20}}》)(?P<v>报道说|报道称|{_ZH})，(?P<c1>{_ZC})", 0.8),
        Shape(rf"(?:^|(?<=[。！？；\ue000]))(?P<s>{_ZN})(?P<v>呼吁|要求|指责|警告|否认|声称|说|称|认为|表示|相信)(?P<c1>[^，。！？；：\n\ue000]{_ZC})",
              0.6),
    ),
    before_source=r"(?:随后|此后|另据|对此)",
    after_source=r"(?:在[^，。]{1,16}?(?:上|中|里|时|会)$|对[^，。的]{1,12}$|在(?:讲话|声明|新闻发布会|文章|邮件|通报|北京|上海|会)|周[一二三四五六日]|星期|对(?:记者|本报|孩子|议会)|\d+月|方面$|随后$"
                 r"|答记者问|普遍|愤怒地|哭着|低声)",
)  # fmt: skip

TABLES: dict[str, Table] = {
    "de": _GERMAN,
    "ru": _RUSSIAN,
    "fr": _FRENCH,
    "es": _SPANISH,
    "ar": _ARABIC,
    "ug": _UYGHUR,
    "zh": _CHINESE,
}
