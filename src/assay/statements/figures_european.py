"""Words around numbers in German, French, Spanish and Russian: bounds, units, fractions."""

from __future__ import annotations

import re

from assay.statements.dates_words import Rules
from assay.statements.figures_words import FigureWords, make, units


def _rules(of: str) -> Rules:
    of = f"( '{of}')?" if of else ""
    return [
        ("(n:<num>) (d:<den>)", "fraction"),
        ("(n:<dg>)'/'(d:<dg>)(?!('/'|'-'))", "slash"),
        (f"(<few_number>) (o:<orders>)({of} (m:<orders|num|mult>))?", "several_orders"),
        (f"(<few_number>) (o:<num|mult>)({of} (m:<orders>))?", "several_orders"),
        (f"(o:<orders>){of} (r:<orders|num|mult>)", "order"),
        ("(o:<orders>)", "order"),
        (f"(<a|num> )?(o:<approx>){of} (m:<orders|num|mult>)", "approx"),
        ("(<a|num> )?(o:<approx>)", "approx"),
    ]  # fmt: skip


GERMAN: Rules = [
    *_rules(""),
    ("('die' |'der' )?(d:'hälfte')", "plain_half"),
    ("<a> (d:<den>)", "fraction"),
    ("('eine' )?'halbe' (m:<num|mult>)", "half_of"),
    ("(<num> |'eines' )('halbes'|'halben')(?= <unit|dozen>)", "plain_half"),
    ("<num> ('halbe'|'halben')(?= <tunit>)", "plain_half"),
]
FRENCH: Rules = [
    *_rules("de|des|d§"),
    ("('la' )?(d:'moitié')", "plain_half"),
    ("('un' |'une' |'le' )(d:'tiers'|'quart'|'cinquième'|'dixième')", "one_part"),
    ("('un' )'demi''-'(m:<num|mult>)", "half_of"),
    ("('un' )'demi' (m:<num|mult>)", "half_of"),
    ("('une' )'demi''-'(?='heure'|'journée')", "plain_half"),
]
SPANISH: Rules = [
    *_rules("de"),
    ("('la' )?(d:'mitad')", "plain_half"),
    ("('un' )(d:'tercio'|'cuarto'|'quinto'|'décimo')", "one_part"),
    ("(<num> |'la' )(o:<ordinal>) 'parte'", "ordinal_part"),
    ("'medio' (m:<num|mult>)", "half_of"),
    ("('un' |'una' )?('medio'|'media')(?= ('año'|'hora'|'siglo'|'día'|'docena'))", "plain_half"),
]
RUSSIAN: Rules = [
    *_rules(""),
    ("(d:'половина'|'половину'|'половины'|'половине')", "plain_half"),
    ("(d:'треть'|'трети'|'четверть'|'четверти')", "one_part"),
    ("'полгода'", "half_year"),
]


def german() -> FigureWords:
    found = make(
        {
            "over": "mehr als|über|gut|rund mehr als|weit über|deutlich über|jenseits von|oberhalb von|>",
            "least": "mindestens|wenigstens|zumindest|nicht weniger als|ab|≥",
            "under": "weniger als|unter|knapp unter|nicht einmal|unterhalb von|<",
            "most": "bis zu|höchstens|maximal|nicht mehr als|bis|≤",
            "about": "etwa|rund|ungefähr|circa|ca.|zirka|um die|gegen|schätzungsweise|geschätzt|in etwa|an die",
            "nearly": "fast|beinahe|nahezu|knapp|annähernd",
            "exact": "genau|exakt|nur|lediglich|insgesamt",
        },
        {"least": "oder mehr|und mehr", "most": "oder weniger", "over": "plus"},
        units("""
            %: prozent, prozentpunkte, prozentpunkten, vom hundert
            USD: dollar, us-dollar, us dollar
            EUR: euro, euros
            GBP: pfund sterling, britische pfund
            CHF: franken, schweizer franken
            DEM: mark, d-mark
            RUB: rubel
            CNY: yuan
            JPY: yen
            TRY: lira
            ¢: cent
            km: kilometer, kilometern
            m: meter, metern
            cm: zentimeter
            mm: millimeter
            mi: meilen
            km²: quadratkilometer, quadratkilometern
            m²: quadratmeter, quadratmetern
            m³: kubikmeter
            ha: hektar
            t: tonnen, tonne
            kg: kilogramm, kilo
            g: gramm
            lb: pfund
            l: liter, litern
            bbl: barrel, fass
            MW: megawatt
            GW: gigawatt
            kWh: kilowattstunden
            km/h: stundenkilometer, kilometer pro stunde
            °C: grad celsius
            °: grad
            year: jahr, jahre, jahren, jahre alt
            month: monat, monate, monaten
            week: woche, wochen
            day: tag, tage, tagen
            h: stunde, stunden
            min: minute, minuten
            s: sekunde, sekunden
            decade: jahrzehnt, jahrzehnte, jahrzehnten
            century: jahrhundert, jahrhunderte, jahrhunderten
        """),
        r"\s?[-–—]\s?|\s+(?:bis|oder)\s+",
        r"(?<!\w)(?:zwischen|von)\s+$",
        r"\s+(?:und|bis)\s+",
        "der die das den dem des und oder in im am an auf zu zum zur von vom mit für bei aus nach über unter vor "
        "sind war waren wurde wurden ist hat haben hatte hatten sei werden wird worden als wie so dass nicht auch "
        "noch nur mehr seit bis gegen ohne um sich er sie es wir ihr ein eine einen einer eines einem dort hier "
        "getötet verletzt verhaftet starben kamen inhaftiert festgenommen",
        "nr nummer artikel art paragraf § kapitel seite zimmer raum flug linie abschnitt absatz teil band bahn punkt",
        r"(?:(?<![\w)])minus\s+|(?<![\w)])-\s?)$",
        between=r"(?:(?:die|der|den|einem|einer|eine|einen|ein)\s+)?",
    )
    found.ones = frozenset("ein eine einen einem einer eins".split())
    return found


def french() -> FigureWords:
    found = make(
        {
            "over": "plus de|plus d'|plus d’|au-delà de|supérieur à|supérieure à|dépasse|dépassant|>",
            "least": "au moins|au minimum|pas moins de|un minimum de|≥",
            "under": "moins de|moins d'|moins d’|en dessous de|inférieur à|inférieure à|<",
            "most": "jusqu'à|au plus|au maximum|pas plus de|un maximum de|tout au plus|≤",
            "about": "environ|quelque|quelques|autour de|à peu près|approximativement|vers|une",
            "nearly": "presque|quasi|quasiment|pratiquement|près de|près d'|à peine",
            "exact": "exactement|seulement|précisément|un total de",
        },
        {"least": "ou plus|et plus|au moins", "most": "ou moins|au plus", "about": "environ"},
        units("""
            %: pour cent, pourcent, points de pourcentage
            USD: dollar, dollars, dollars américains
            CAD: dollars canadiens
            EUR: euro, euros
            GBP: livres sterling, livre sterling
            CHF: francs suisses
            franc: franc, francs
            RUB: roubles, rouble
            CNY: yuans, yuan
            JPY: yens, yen
            ¢: centimes, centime
            km: kilomètre, kilomètres
            m: mètre, mètres
            cm: centimètre, centimètres
            mm: millimètre, millimètres
            mi: miles, milles
            km²: kilomètres carrés, kilomètre carré
            m²: mètres carrés, mètre carré
            m³: mètres cubes, mètre cube
            ha: hectares, hectare
            t: tonnes, tonne
            kg: kilogrammes, kilos, kilo, kilogramme
            g: grammes, gramme
            l: litres, litre
            bbl: barils, baril
            MW: mégawatts
            GW: gigawatts
            km/h: kilomètres-heure, kilomètres à l'heure, kilomètres par heure
            °C: degrés celsius
            °: degrés, degré
            year: an, ans, année, années
            month: mois
            week: semaine, semaines
            day: jour, jours
            h: heure, heures
            min: minute, minutes
            s: secondes, seconde
            decade: décennie, décennies
            century: siècle, siècles
        """),
        r"\s?[-–—]\s?|\s+(?:à|ou)\s+",
        r"(?<!\w)(?:entre|de)\s+$",
        r"\s+(?:et|à)\s+",
        "le la les l' un une des du de d' et ou à au aux en dans sur sous pour par avec sans chez vers qui que qu' "
        "dont où est sont était étaient a ont avait avaient été être sera seront ne pas plus moins se sa son ses "
        "leur leurs ce cette ces il elle ils elles nous vous on y mais comme selon depuis lors après avant sont",
        "article articles chapitre page n° no numéro section vol chambre salle ligne point alinéa tome",
        r"(?:(?<![\w)])moins\s+|(?<![\w)])-\s?)$",
        between=r"(?:(?:les|d'|d’|une?|la|le)\s*)?",
    )
    found.ones = frozenset("un une".split())
    found.link = r"\s+(?:de\s+|d['’]\s?)"
    del found.bounds["une"]
    found.before = re.compile(found.before.pattern.replace("|une)", ")"), re.IGNORECASE)
    return found


def spanish() -> FigureWords:
    found = make(
        {
            "over": "más del|más de los|más de las|más de|mas de|por encima de|superior a|supera los|supera|superan|superior a los|>",
            "least": "al menos|por lo menos|como mínimo|no menos de|cuando menos|un mínimo de|≥",
            "under": "menos del|menos de los|menos de las|menos de|por debajo de|inferior a|<",
            "most": "hasta|como máximo|a lo sumo|no más de|un máximo de|≤",
            "about": "unos|unas|alrededor de|cerca de|aproximadamente|en torno a|más o menos|cerca del|alrededor del|algunos",
            "nearly": "casi|prácticamente",
            "exact": "exactamente|solo|sólo|solamente|un total de",
        },
        {"least": "o más|y más", "most": "o menos", "about": "aproximadamente"},
        units("""
            %: por ciento, por cien, puntos porcentuales
            USD: dólar, dólares, dolares, dólares estadounidenses
            EUR: euro, euros
            GBP: libras esterlinas
            MXN: pesos mexicanos
            ARS: pesos argentinos
            peso: peso, pesos
            BRL: reales
            RUB: rublos
            CNY: yuanes, yuan
            JPY: yenes
            VES: bolívares
            ¢: centavos, céntimos
            km: kilómetro, kilómetros
            m: metro, metros
            cm: centímetros, centímetro
            mm: milímetros
            mi: millas
            km²: kilómetros cuadrados
            m²: metros cuadrados
            m³: metros cúbicos
            ha: hectáreas, hectárea
            t: toneladas, tonelada
            kg: kilogramos, kilos, kilo
            g: gramos
            l: litros, litro
            bbl: barriles
            MW: megavatios
            km/h: kilómetros por hora
            °C: grados celsius, grados centígrados
            °: grados, grado
            year: año, años
            month: mes, meses
            week: semana, semanas
            day: día, días
            h: hora, horas
            min: minuto, minutos
            s: segundos
            decade: década, décadas
            century: siglo, siglos
        """),
        r"\s?[-–—]\s?|\s+(?:a|o)\s+",
        r"(?<!\w)(?:entre|de|del)\s+(?:el\s+)?$",
        r"\s+(?:y|a|al)\s+(?:el\s+)?",
        "el la los las un una de del y o u a al en por para con sin sobre que quien cuyo donde es son era eran fue "
        "fueron ha han había habían ser será serán no más menos se su sus este esta estos estas él ella ellos pero "
        "como según desde durante tras antes murieron fueron están estaban",
        "artículo artículos capítulo página número núm nº sección sala línea tomo punto apartado",
        r"(?:(?<![\w)])menos\s+|(?<![\w)])-\s?)$",
        between=r"(?:(?:los|las|el|la|un|una|unos|unas)\s+)?",
    )
    found.ones = frozenset("un una uno".split())
    found.link = r"\s+de\s+"
    return found


def russian() -> FigureWords:
    found = make(
        {
            "over": "более чем|более|свыше|больше|больше чем|выше|превышает|превысило|превысила|превысил|>",
            "least": "не менее|не менее чем|по меньшей мере|как минимум|минимум|не меньше|хотя бы|≥",
            "under": "менее|менее чем|меньше|меньше чем|ниже|<",
            "most": "до|не более|не более чем|не больше|максимум|вплоть до|≤",
            "about": "около|примерно|приблизительно|порядка|где-то|ориентировочно|в районе",
            "nearly": "почти|без малого|чуть менее|едва ли не",
            "exact": "ровно|точно|всего|лишь|только|в общей сложности",
        },
        {
            "least": "или более|или больше|и более|и выше",
            "most": "или менее|или меньше",
            "over": "с лишним|с небольшим",
        },
        units("""
            %: процент, процента, процентов, процентами, процентам, процентных пункта, процентных пунктов
            USD: доллар, доллара, долларов, долларам, долларов сша, долл
            EUR: евро
            RUB: рубль, рубля, рублей, рублям, руб
            GBP: фунтов, фунт, фунта, фунтов стерлингов
            CNY: юаней, юань, юаня
            UAH: гривен, гривны, гривна, гривень
            KZT: тенге
            JPY: иен, иены
            kopeck: копеек, копейки
            ¢: центов, цента
            km: километр, километра, километров, километрах, километрам, км
            m: метр, метра, метров, метрах, м
            cm: сантиметр, сантиметра, сантиметров, см
            mm: миллиметр, миллиметра, миллиметров, мм
            mi: миль, мили
            km²: квадратных километров, квадратного километра, кв. км
            m²: квадратных метров, квадратного метра, кв. м
            m³: кубических метров, кубометров, кубометра
            ha: гектар, гектара, гектаров, га
            t: тонна, тонны, тонн, тонну, т
            kg: килограмм, килограмма, килограммов, кг
            g: грамм, грамма, граммов
            l: литр, литра, литров
            bbl: баррель, барреля, баррелей
            MW: мегаватт, мвт
            km/h: км/ч, километров в час
            °C: градусов цельсия, градуса цельсия
            °: градус, градуса, градусов
            year: год, года, лет, году, годом, годам
            month: месяц, месяца, месяцев, месяцам
            week: неделя, недели, недель, неделю, неделями
            day: день, дня, дней, сутки, суток, дням
            h: час, часа, часов
            min: минута, минуты, минут, минуту, мин
            s: секунда, секунды, секунд, секунду
            decade: десятилетие, десятилетия, десятилетий
            century: век, века, веков, столетия, столетий
        """),
        r"\s?[-–—]\s?|\s+(?:до|или)\s+",
        r"(?<!\w)(?:от|между)\s+$",
        r"\s+(?:до|и)\s+",
        "и в во на с со к ко о об от до по за из у для при без под над через между что кто который которые которых "
        "где когда был была было были есть не ни же ли бы но а или как так уже еще ещё его ее её их он она они "
        "это этот эта эти того чем также погибли погибло пострадали ранены задержаны находятся содержатся",
        "статья статьи статье ст пункт пункта п глава № номер раздел часть страница стр дом кв рейс рейса",
        r"(?:(?<![\w)])минус\s+|(?<![\w)])-\s?)$",
    )
    found.bare = re.compile(
        r"(?<!\w)(?P<bound>не менее чем|не менее|более чем|более|свыше|больше|около|почти|менее|меньше|до|"
        r"примерно)\s+(?P<unit>года|месяца|недели|суток|часа|минуты|столетия|века|десятилетия)(?!\w)",
        re.IGNORECASE,
    )
    found.ones = frozenset("один одна одно одного одной одну одному одним".split())
    return found
