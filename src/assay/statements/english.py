"""The English words that tell who speaks: verbs of saying and thinking, offices, pronouns.

Written by hand. `kind_of` gives each word one small class; rules and the model both stand on it.
"""

from __future__ import annotations

from functools import cache

# verbs that give words to somebody, whatever follows
SAYING = """
say tell add note explain state declare announce insist argue claim contend maintain assert reply
respond answer remark comment continue concede acknowledge admit confirm deny report warn caution
urge recall recount testify write tweet post retort quip joke stress emphasize emphasise reiterate
repeat allege charge accuse complain lament exclaim cry shout yell scream whisper mutter murmur
conclude observe predict promise pledge vow swear boast brag reveal disclose suggest propose
recommend demand order ask inquire enquire wonder question interject interrupt opine muse mention
indicate signal estimate forecast advise object protest counter elaborate intone gush snap scoff
proclaim pronounce profess affirm attest certify attribute blame cite quote read demur chime
chuckle laugh sigh groan bark thunder growl blast slam criticize criticise condemn denounce praise
applaud hail laud bemoan decry deride dismiss rebuke chide scold mock ridicule lambaste rip hint
imply intimate explode begin ejaculate rejoin resume persist pursue
summarize summarise describe characterize characterise call label dub term tout point
speak talk discuss address apologize apologise agree disagree concur request plead beg implore
exhort appeal invite thank congratulate greet endorse assure reassure inform notify remind
clarify specify detail outline underscore underline highlight lobby threaten bluster volunteer
fire shoot crack go venture stammer stutter gasp sneer wail whine grumble bellow roar hiss
""".split()
# verbs of thinking, wanting and feeling
THINKING = """
think believe feel hope fear worry doubt suspect expect want wish know understand see find consider
regard view assume presume imagine guess suppose figure reckon remember forget realize realise
recognize recognise decide intend plan prefer like love hate dislike support oppose favor favour
back reject approve disapprove trust need seek consider anticipate conclude learn hear discover
care regret appreciate enjoy admire respect value mean desire refuse
try aim dream envision foresee judge deem perceive sense notice
""".split()
SHOWING = """
show find reveal suggest indicate demonstrate prove document detail read
""".split()
_IRREGULAR = {
    "say": "says said saying",
    "tell": "tells told telling",
    "write": "writes wrote written writing",
    "read": "reads read reading",
    "begin": "begins began begun beginning",
    "swear": "swears swore sworn swearing",
    "speak": "speaks spoke spoken speaking",
    "plead": "pleads pleaded pled pleading",
    "beg": "begs begged begging",
    "shoot": "shoots shot shooting",
    "go": "goes went gone going",
    "think": "thinks thought thinking",
    "feel": "feels felt feeling",
    "know": "knows knew known knowing",
    "understand": "understands understood understanding",
    "see": "sees saw seen seeing",
    "find": "finds found finding",
    "forget": "forgets forgot forgotten forgetting",
    "seek": "seeks sought seeking",
    "learn": "learns learned learnt learning",
    "hear": "hears heard hearing",
    "mean": "means meant meaning",
    "foresee": "foresees foresaw foreseen foreseeing",
    "show": "shows showed shown showing",
    "prove": "proves proved proven proving",
    "forecast": "forecasts forecast forecasting",
    "cry": "cries cried crying",
    "deny": "denies denied denying",
    "admit": "admits admitted admitting",
    "quip": "quips quipped quipping",
    "brag": "brags bragged bragging",
    "snap": "snaps snapped snapping",
    "slam": "slams slammed slamming",
    "rip": "rips ripped ripping",
    "dub": "dubs dubbed dubbing",
    "demur": "demurs demurred demurring",
    "refer": "refers referred referring",
    "prefer": "prefers preferred preferring",
    "plan": "plans planned planning",
    "label": "labels labeled labelled labeling",
    "signal": "signals signaled signalled signaling",
    "chide": "chides chided chiding",
    "quote": "quotes quoted quoting",
}


def forms(verb: str) -> list[str]:
    """The forms of an English verb, its plain one first."""
    if verb in _IRREGULAR:
        return [verb, *_IRREGULAR[verb].split()]
    if verb.endswith("e"):
        return [verb, verb + "s", verb + "d", verb[:-1] + "ing"]
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return [verb, verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing"]
    if verb.endswith(("s", "sh", "ch", "x")):
        return [verb, verb + "es", verb + "ed", verb + "ing"]
    return [verb, verb + "s", verb + "ed", verb + "ing"]


SAID = frozenset(form for verb in SAYING for form in forms(verb))
THOUGHT = frozenset(form for verb in THINKING for form in forms(verb))
# forms that make a frame: "Pompeo said", not "Pompeo saying"
FINITE = frozenset(form for verb in SAYING for form in forms(verb)[1:] if not form.endswith("ing"))
# verbs so plain that they give words to somebody in any frame, also turned round ("said Emma")
PLAIN = frozenset(
    """said says told tells added adds replied replies asked asks answered answers wrote writes
    tweeted tweets explained explains continued continues noted notes cried exclaimed remarked
    observed returned responded shouted whispered murmured muttered declared insisted recalled
    joked concluded warned argued announced stated retorted interrupted inquired demanded
    suggested repeated began laughed sighed ejaculated rejoined resumed commented reports reported
    thought interposed faltered screamed yelled gasped stammered snapped growled pleaded urged
    called admitted agreed confessed protested persisted pursued
    """.split()
)  # fmt: skip

PERSON_PRONOUNS = frozenset("i he she we they you who".split())
# what stands for somebody without a name: the head nouns of descriptions
ROLES = frozenset(
    """
    spokesman spokeswoman spokesperson spokespeople spokesmen official officials president senator
    governor secretary minister chairman chairwoman chair director chief executive ceo officer
    officers police lawyer lawyers attorney attorneys judge judges justice prosecutor prosecutors
    ambassador mayor congressman congresswoman lawmaker lawmakers legislator representative
    representatives strategist strategists adviser advisers advisor advisors aide aides manager
    analyst analysts expert experts professor economist economists scientist scientists researcher
    researchers historian pollster pollsters consultant consultants author authors writer writers
    reporter reporters journalist journalists editor editors columnist host anchor commentator
    pundit pundits critic critics supporter supporters opponent opponents candidate candidates
    nominee democrat democrats republican republicans conservative conservatives liberal liberals
    voter voters activist activists advocate advocates leader leaders member members source sources
    witness witnesses victim victims resident residents owner founder pastor priest bishop pope king
    queen prince princess general colonel captain sergeant commander soldier veteran veterans doctor
    doctors nurse teacher student students mother father son daughter wife husband brother sister
    friend friends colleague colleagues neighbor neighbors man woman men women people person boy
    girl child children lady gentleman sir madam company companies bank agency agencies department
    ministry government administration campaign committee commission court council group
    organization organisation union university institute foundation party white house senate
    congress parliament office bureau report study survey poll statement document documents letter
    article column newspaper magazine network station filing complaint lawsuit memo email book
    affidavit indictment family investigator investigators detective inspector diplomat diplomats
    businessman businesswoman billionaire actor actress singer musician artist coach player
    insider insiders observer observers operative operatives delegate delegates worker workers
    employee employees boss partner rival rivals authorities inspectors organizers protesters
    """.split()
)
_CLASSES: dict[str, int] = {}


def _class(number: int, words: str) -> None:
    for word in words.split():
        _CLASSES.setdefault(word, number)


_class(1, "according")
_class(2, "that")
_class(3, "i he she we they")
_class(4, "him her them me us himself herself themselves")
_class(5, "his its their my our your")
_class(6, "it you who which what whom whose where when why how whether if")
_class(7, "the a an this these those some any each every no another both all many most several few")
_class(8, "is are was were be been being am 's 're 'm ’s ’re ’m")
_class(9, "has have had having 've ’ve")
_class(10, "will would can could shall should may might must 'll ’ll 'd ’d do does did")
_class(11, "not n't n’t never no")
_class(12, "to")
_class(13, "of")
_class(14, "in at on during inside")
_class(15, "by")
_class(16, "for from with about against between into through over under toward towards upon")
_class(17, "as like than")
_class(18, "and or nor")
_class(19, "but yet though although while because since after before until unless so then")
_class(20, "also still only just even now again later earlier once already often ever too")
_class(21, "monday tuesday wednesday thursday friday saturday sunday")
_class(22, "january february march april may june july august september october november december"
           " jan. feb. mar. apr. jun. jul. aug. sept. oct. nov. dec.")  # fmt: skip
_class(23, "mr. mrs. ms. dr. sen. rep. gov. gen. prof. miss sir lady lord madam mr mrs dr")
_class(24, "statement interview speech tweet letter email memo column op-ed news conference twitter"
           " facebook testimony remarks debate rally press release")  # fmt: skip
_class(25, "reporters")
for _word in sorted(SAID & THOUGHT):
    _CLASSES.setdefault(_word, 26)
for _word in sorted(THOUGHT):
    _CLASSES.setdefault(_word, 27)
for _word in sorted(PLAIN):
    _CLASSES.setdefault(_word, 28)
for _word in sorted(FINITE):
    _CLASSES.setdefault(_word, 29)
for _word in sorted(SAID):
    _CLASSES.setdefault(_word, 30)
for _word in sorted(ROLES):
    _CLASSES.setdefault(_word, 31)
_class(32, ",")
_class(33, ". ! ? … ...")
_class(34, ": ;")
_class(35, '“ " `` « „ 「 『')
_class(36, "” '' » 」 』")
_class(37, "- — – --")
_class(38, "( ) [ ]")
_class(39, "‘ ’ '")
_class(
    40,
    "claim claims idea belief view fact notion allegation allegations accusation accusations"
    " hope hopes fear fears concern concerns plan plans support opposition call calls"
    " promise vow pledge warning warnings suggestion opinion position desire argument"
    " assertion question questions criticism decision evidence proof doubt sense"
    " impression confidence",
)
_class(
    41,
    "able willing likely sure certain proud afraid glad happy sorry confident concerned"
    " convinced optimistic worried eager ready clear angry surprised aware"
    " disappointed excited",
)
_class(42, "reportedly allegedly apparently supposedly purportedly")
CUE_CLASSES = frozenset({1, 26, 28, 29})
ANY_CUE = frozenset({1, 26, 27, 28, 29, 30})
SUFFIXES = 43  # classes from here on are of words in no list


@cache
def _ending(word: str) -> int:
    for at, ending in enumerate(
        ("ing", "ed", "ly", "tion", "ment", "ness", "ity", "ism", "ist", "er", "or", "es", "s",
         "al", "ous", "ive", "ful", "able", "ic", "y")
    ):  # fmt: skip
        if len(word) > len(ending) + 2 and word.endswith(ending):
            return at + 1
    return 0


def kind_of(word: str) -> int:
    """A small class of a token, as a reader without a grammar would tell it (0 to 95)."""
    low = word.lower()
    known = _CLASSES.get(low)
    if known is not None:
        return known
    first = word[0]
    if first.isdigit():
        return SUFFIXES
    if not first.isalpha():
        return SUFFIXES + 1
    if word.isupper() and len(word) > 1:
        return SUFFIXES + 2
    if first.isupper():
        return SUFFIXES + 3
    return SUFFIXES + 4 + _ending(low)
