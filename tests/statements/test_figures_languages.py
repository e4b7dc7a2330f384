"""Sentences of seven languages, with the figures and dates that a careful person would list.

They were written for these tests; the exhibit is taken to be of Thursday, 28 November 2019. A
figure is (surface, low, high, unit), high excluded and None where open; a date is (surface, from,
to). What is not listed must not be found.
"""

from __future__ import annotations

import datetime

import pytest

from assay.statements.dates import dates
from assay.statements.figures import figures

WRITTEN = datetime.date(2019, 11, 28)
FigureRow = tuple[str, float | None, float | None, str]
DateRow = tuple[str, str | None, str | None]
Sentence = tuple[str, list[FigureRow], list[DateRow]]

# fmt: off
ENGLISH: list[Sentence] = [
    ("More than 1.5 million people were held in 380 camps.", [("More than 1.5 million", 1_500_000, None, ""), ("380", 380, 381, "")], []),
    ("Officials spent nearly $300 million on walls.", [("nearly $300 million", 270_000_000, 300_000_000, "USD")], []),
    ("Two to three hours passed before he spoke.", [("Two to three hours", 2, 4, "h")], []),
    ("About 40 per cent of detainees were under 30.", [("About 40 per cent", 36, 44, "%"), ("under 30", None, 30, "")], []),
    ("Between 15 and 20 soldiers died on Monday.", [("Between 15 and 20", 15, 21, "")], [("Monday", "2019-11-25", "2019-11-26")]),
    ("A third of the villagers fled.", [("A third", 1 / 3, None, "")], []),
    ("He paid €1,200.50 for it on 3 March 2018.", [("€1,200.50", 1200.5, 1200.51, "EUR")], [("3 March 2018", "2018-03-03", "2018-03-04")]),
    ("Dozens of trucks and hundreds of men crossed the border last week.", [("Dozens", 24, 100, ""), ("hundreds", 200, 1000, "")], [("last week", "2019-11-18", "2019-11-25")]),
    ("The 2017 order was signed by two ministers.", [("two", 2, 3, "")], [("2017", "2017-01-01", "2018-01-01")]),
    ("Up to 700 workers will lose their jobs by March 2020.", [("Up to 700", None, 701, "")], [("March 2020", "2020-03-01", "2020-04-01")]),
    ("The pipe is 12 km long and 1.2 m wide.", [("12 km", 12, 13, "km"), ("1.2 m", 1.2, 1.3, "m")], []),
    ("Fewer than ten letters arrived in the 1990s.", [("Fewer than ten", None, 10, "")], [("the 1990s", "1990-01-01", "2000-01-01")]),
    ("Several hundred pages were leaked three days ago.", [("Several hundred", 200, 1000, "")], [("three days ago", "2019-11-25", "2019-11-26")]),
    ("Article 9 of the law of 12 May 2016 names no one.", [], [("12 May 2016", "2016-05-12", "2016-05-13")]),
    ("From April 2017 to June 2018, 21 people vanished.", [("21", 21, 22, "")], [("From April 2017 to June 2018", "2017-04-01", "2018-07-01")]),
    ("Twenty-three men, all over 18, signed it.", [("Twenty-three", 23, 24, ""), ("over 18", 18, None, "")], []),
    ("Sales fell 5.3 percent to 4.1 billion yuan in the third quarter of 2018.", [("5.3 percent", 5.3, 5.4, "%"), ("4.1 billion yuan", 4_100_000_000, 4_200_000_000, "CNY")], [("the third quarter of 2018", "2018-07-01", "2018-10-01")]),
    ("At 7:30 p.m. on Nov. 26 the doors were locked.", [], [("7:30 p.m. on Nov. 26", "2019-11-26T19:30", "2019-11-26T19:31")]),
    ("They waited for at least a year and a half.", [("at least a year and a half", 1.5, None, "year")], []),
    ("The COVID-19 ward had 200-250 beds.", [("200-250", 200, 251, "")], []),
    ("Half of the 12,000 files were copied yesterday.", [("Half", 0.5, 0.505, ""), ("12,000", 12_000, 12_001, "")], [("yesterday", "2019-11-27", "2019-11-28")]),
    ("Tens of thousands of Uighurs were moved in late 2018.", [("Tens of thousands", 20_000, 100_000, "")], [("late 2018", "2018-07-01", "2019-01-01")]),
    ("He may march on 1 May, she said.", [], [("1 May", "2019-05-01", "2019-05-02")]),
    ("The fine was 10k dollars or more.", [("10k dollars or more", 10_000, None, "USD")], []),
    ("Nearly half a million people live within 30 miles.", [("Nearly half a million", 450_000, 500_000, ""), ("within 30 miles", None, 31, "mi")], []),
    ("In the first two weeks of June, 15,683 people were rounded up.", [("two weeks", 2, 3, "week"), ("15,683", 15_683, 15_684, "")], [("June", "2019-06-01", "2019-07-01")]),
]
CHINESE: list[Sentence] = [
    ("约150万人被关押在380个营地。", [("约150万", 1_350_000, 1_650_000, ""), ("380", 380, 381, "")], []),
    ("当局花费了近3亿美元。", [("近3亿美元", 270_000_000, 300_000_000, "USD")], []),
    ("两到三个小时后他才开口。", [("两到三个小时", 2, 4, "h")], []),
    ("百分之四十的人不到三十岁。", [("百分之四十", 40, 41, "%"), ("不到三十岁", None, 30, "year")], []),
    ("2017年4月至2018年6月，21人失踪。", [("21", 21, 22, "")], [("2017年4月至2018年6月", "2017-04-01", "2018-07-01")]),
    ("三分之一的村民逃走了。", [("三分之一", 1 / 3, None, "")], []),
    ("他在2018年3月3日支付了1200.5欧元。", [("1200.5欧元", 1200.5, 1200.6, "EUR")], [("2018年3月3日", "2018-03-03", "2018-03-04")]),
    ("数百名士兵上周越过边境。", [("数百", 200, 1000, "")], [("上周", "2019-11-18", "2019-11-25")]),
    ("超过一百万穆斯林被拘留。", [("超过一百万", 1_000_000, None, "")], []),
    ("最多700名工人将失业。", [("最多700", None, 701, "")], []),
    ("管道长12公里。", [("12公里", 12, 13, "km")], []),
    ("上世纪90年代只有不到十封信。", [("不到十", None, 10, "")], [("上世纪90年代", "1990-01-01", "2000-01-01")]),
    ("三天前有几千页文件泄露。", [("几千", 2000, 10_000, "")], [("三天前", "2019-11-25", "2019-11-26")]),
    ("第九条规定如下。", [], []),
    ("11月26日，周二，蓬佩奥发表讲话。", [], [("11月26日", "2019-11-26", "2019-11-27"), ("周二", "2019-11-26", "2019-11-27")]),
    ("二十三名男子签了字。", [("二十三", 23, 24, "")], []),
    ("第三季度销售额下降5.3%，至41亿元。", [("5.3%", 5.3, 5.4, "%"), ("41亿元", 4_100_000_000, 4_100_000_001, "CNY")], [("第三季度", "2019-07-01", "2019-10-01")]),
    ("昨天下午三点半门被锁上。", [], [("昨天下午三点半", "2019-11-27T15:30", "2019-11-27T15:31")]),
    ("他们至少等了一年半。", [("一年半", 1.5, 1.6, "year")], []),
    ("有200至250张床位。", [("200至250", 200, 251, "")], []),
    ("一半的文件被复制。", [("一半", 0.5, 0.505, "")], []),
    ("数十万人在2018年被转移。", [("数十万", 200_000, 1_000_000, "")], [("2018年", "2018-01-01", "2019-01-01")]),
    ("一个男人说他会来。", [], []),
    ("己亥年他回到家乡。", [], [("己亥年", "2019-02-05", "2020-01-25")]),
    ("500多万人口，占三成。", [("500多万", 5_000_000, None, ""), ("三成", 30, 40, "%")], []),
    ("民国三十八年，他十五岁。", [("十五岁", 15, 16, "year")], [("民国三十八年", "1949-01-01", "1950-01-01")]),
]
RUSSIAN: list[Sentence] = [
    ("Свыше миллиона человек содержатся в 380 лагерях.", [("Свыше миллиона", 1_000_000, None, ""), ("380", 380, 381, "")], []),
    ("Власти потратили почти 300 млн долларов.", [("почти 300 млн долларов", 270_000_000, 300_000_000, "USD")], []),
    ("Прошло от двух до трёх часов.", [("от двух до трёх часов", 2, 4, "h")], []),
    ("Около 40 процентов задержанных моложе.", [("Около 40 процентов", 36, 44, "%")], []),
    ("С апреля 2017 года по июнь 2018 года пропал 21 человек.", [("21", 21, 22, "")], [("С апреля 2017 года по июнь 2018 года", "2017-04-01", "2018-07-01")]),
    ("Треть жителей бежала.", [("Треть", 1 / 3, None, "")], []),
    ("3 марта 2018 года он заплатил 1200,50 евро.", [("1200,50 евро", 1200.5, 1200.51, "EUR")], [("3 марта 2018 года", "2018-03-03", "2018-03-04")]),
    ("Сотни тысяч уйгуров были вывезены на прошлой неделе.", [("Сотни тысяч", 200_000, 1_000_000, "")], [("прошлой неделе", "2019-11-18", "2019-11-25")]),
    ("До 700 рабочих потеряют места.", [("До 700", None, 701, "")], []),
    ("Труба длиной 12 км.", [("12 км", 12, 13, "km")], []),
    ("В 1990-х годах пришло менее десяти писем.", [("менее десяти", None, 10, "")], [("1990-х годах", "1990-01-01", "2000-01-01")]),
    ("Три дня назад утекли несколько тысяч страниц.", [("несколько тысяч", 2000, 10_000, "")], [("Три дня назад", "2019-11-25", "2019-11-26")]),
    ("Статья 9 закона не называет никого.", [], []),
    ("Во вторник, 26 ноября, Помпео выступил.", [], [("вторник, 26 ноября", "2019-11-26", "2019-11-27")]),
    ("Двадцать три мужчины подписали письмо.", [("Двадцать три", 23, 24, "")], []),
    ("Продажи упали на 5,3% до 4,1 млрд юаней.", [("5,3%", 5.3, 5.4, "%"), ("4,1 млрд юаней", 4_100_000_000, 4_200_000_000, "CNY")], []),
    ("Вчера в 19:30 двери закрыли.", [], [("Вчера в 19:30", "2019-11-27T19:30", "2019-11-27T19:31")]),
    ("Они ждали не менее года.", [("не менее года", 1, None, "year")], []),
    ("В больнице 200–250 коек.", [("200–250", 200, 251, "")], []),
    ("Половина файлов скопирована.", [("Половина", 0.5, 0.505, "")], []),
    ("Десятки тысяч людей перевезли в конце 2018 года.", [("Десятки тысяч", 20_000, 100_000, "")], [("конце 2018 года", "2018-07-01", "2019-01-01")]),
    ("Двести тридцать пять тысяч рублей штрафа.", [("Двести тридцать пять тысяч рублей", 235_000, 235_001, "RUB")], []),
    ("Полтора миллиона человек.", [("Полтора миллиона", 1_500_000, 1_500_001, "")], []),
    ("В третьем квартале 2018 года рост составил 2 %.", [("2 %", 2, 3, "%")], [("третьем квартале 2018 года", "2018-07-01", "2018-10-01")]),
    ("Он родился 5 мая 1981 г. в Урумчи.", [], [("5 мая 1981 г", "1981-05-05", "1981-05-06")]),
    ("Более двух лет, с 2017 по 2019 год, он сидел.", [("Более двух лет", 2, None, "year")], [("с 2017 по 2019 год", "2017-01-01", "2020-01-01")]),
]
GERMAN: list[Sentence] = [
    ("Mehr als eine Million Menschen sitzen in 380 Lagern.", [("Mehr als eine Million", 1_000_000, None, ""), ("380", 380, 381, "")], []),
    ("Fast 300 Millionen Dollar wurden ausgegeben.", [("Fast 300 Millionen Dollar", 270_000_000, 300_000_000, "USD")], []),
    ("Zwei bis drei Stunden vergingen.", [("Zwei bis drei Stunden", 2, 4, "h")], []),
    ("Rund 40 Prozent der Häftlinge sind jung.", [("Rund 40 Prozent", 36, 44, "%")], []),
    ("Von April 2017 bis Juni 2018 verschwanden 21 Menschen.", [("21", 21, 22, "")], [("Von April 2017 bis Juni 2018", "2017-04-01", "2018-07-01")]),
    ("Ein Drittel der Dorfbewohner floh.", [("Ein Drittel", 1 / 3, None, "")], []),
    ("Am 3. März 2018 zahlte er 1.200,50 Euro.", [("1.200,50 Euro", 1200.5, 1200.51, "EUR")], [("Am 3. März 2018", "2018-03-03", "2018-03-04")]),
    ("Hunderttausende Uiguren wurden letzte Woche verlegt.", [("Hunderttausende", 200_000, 1_000_000, "")], [("letzte Woche", "2019-11-18", "2019-11-25")]),
    ("Bis zu 700 Arbeiter verlieren ihre Stelle.", [("Bis zu 700", None, 701, "")], []),
    ("Das Rohr ist 12 Kilometer lang.", [("12 Kilometer", 12, 13, "km")], []),
    ("In den 1990er Jahren kamen weniger als zehn Briefe.", [("weniger als zehn", None, 10, "")], [("den 1990er Jahren", "1990-01-01", "2000-01-01")]),
    ("Vor drei Tagen wurden mehrere tausend Seiten bekannt.", [("mehrere tausend", 2000, 10_000, "")], [("Vor drei Tagen", "2019-11-25", "2019-11-26")]),
    ("Artikel 9 nennt niemanden.", [], []),
    ("Am Dienstag, dem 26. November, sprach Pompeo.", [], [("Dienstag, dem 26. November", "2019-11-26", "2019-11-27")]),
    ("Dreiundzwanzig Männer unterschrieben.", [("Dreiundzwanzig", 23, 24, "")], []),
    ("Der Umsatz fiel um 5,3 Prozent auf 4,1 Milliarden Yuan.", [("5,3 Prozent", 5.3, 5.4, "%"), ("4,1 Milliarden Yuan", 4_100_000_000, 4_200_000_000, "CNY")], []),
    ("Gestern um 19:30 Uhr wurden die Türen verschlossen.", [], [("Gestern um 19:30 Uhr", "2019-11-27T19:30", "2019-11-27T19:31")]),
    ("Sie warteten mindestens ein Jahr.", [("mindestens ein Jahr", 1, None, "year")], []),
    ("Die Klinik hat 200 bis 250 Betten.", [("200 bis 250", 200, 251, "")], []),
    ("Die Hälfte der Akten wurde kopiert.", [("Hälfte", 0.5, 0.505, "")], []),
    ("Zehntausende wurden Ende 2018 verlegt.", [("Zehntausende", 20_000, 100_000, "")], [("Ende 2018", "2018-07-01", "2019-01-01")]),
    ("Zweihundertfünfunddreißigtausend Euro Strafe.", [("Zweihundertfünfunddreißigtausend Euro", 235_000, 235_001, "EUR")], []),
    ("Anderthalb Millionen Menschen leben hier.", [("Anderthalb Millionen", 1_500_000, 1_500_001, "")], []),
    ("Im dritten Quartal 2018 wuchs sie um 2 %.", [("2 %", 2, 3, "%")], [("dritten Quartal 2018", "2018-07-01", "2018-10-01")]),
    ("Ein Mann kam, eine Frau ging.", [], []),
    ("Knapp 300 Häftlinge, Dutzende Wachen.", [("Knapp 300", 270, 300, ""), ("Dutzende", 24, 100, "")], []),
]
FRENCH: list[Sentence] = [
    ("Plus d'un million de personnes sont détenues dans 380 camps.", [("Plus d'un million", 1_000_000, None, ""), ("380", 380, 381, "")], []),
    ("Près de 300 millions de dollars ont été dépensés.", [("Près de 300 millions de dollars", 270_000_000, 300_000_000, "USD")], []),
    ("Deux à trois heures ont passé.", [("Deux à trois heures", 2, 4, "h")], []),
    ("Environ 40 % des détenus sont jeunes.", [("Environ 40 %", 36, 44, "%")], []),
    ("D'avril 2017 à juin 2018, 21 personnes ont disparu.", [("21", 21, 22, "")], [("D'avril 2017 à juin 2018", "2017-04-01", "2018-07-01")]),
    ("Un tiers des villageois a fui.", [("Un tiers", 1 / 3, None, "")], []),
    ("Le 3 mars 2018, il a payé 1 200,50 euros.", [("1 200,50 euros", 1200.5, 1200.51, "EUR")], [("Le 3 mars 2018", "2018-03-03", "2018-03-04")]),
    ("Des centaines de milliers d'Ouïghours ont été déplacés la semaine dernière.", [("centaines de milliers", 200_000, 1_000_000, "")], [("semaine dernière", "2019-11-18", "2019-11-25")]),
    ("Jusqu'à 700 ouvriers perdront leur emploi.", [("Jusqu'à 700", None, 701, "")], []),
    ("Le tuyau mesure 12 kilomètres.", [("12 kilomètres", 12, 13, "km")], []),
    ("Dans les années 1990, moins de dix lettres sont arrivées.", [("moins de dix", None, 10, "")], [("les années 1990", "1990-01-01", "2000-01-01")]),
    ("Il y a trois jours, plusieurs milliers de pages ont fuité.", [("plusieurs milliers", 2000, 10_000, "")], [("Il y a trois jours", "2019-11-25", "2019-11-26")]),
    ("L'article 9 ne nomme personne.", [], []),
    ("Mardi 26 novembre, Pompeo a parlé.", [], [("Mardi 26 novembre", "2019-11-26", "2019-11-27")]),
    ("Vingt-trois hommes ont signé.", [("Vingt-trois", 23, 24, "")], []),
    ("Les ventes ont chuté de 5,3 % à 4,1 milliards de yuans.", [("5,3 %", 5.3, 5.4, "%"), ("4,1 milliards de yuans", 4_100_000_000, 4_200_000_000, "CNY")], []),
    ("Hier à 19h30, les portes ont été fermées.", [], [("Hier à 19h30", "2019-11-27T19:30", "2019-11-27T19:31")]),
    ("Ils ont attendu au moins un an.", [("au moins un an", 1, None, "year")], []),
    ("L'hôpital compte 200 à 250 lits.", [("200 à 250", 200, 251, "")], []),
    ("La moitié des dossiers a été copiée.", [("moitié", 0.5, 0.505, "")], []),
    ("Des dizaines de milliers de personnes ont été déplacées fin 2018.", [("dizaines de milliers", 20_000, 100_000, "")], [("fin 2018", "2018-07-01", "2019-01-01")]),
    ("Deux cent trente-cinq mille euros d'amende.", [("Deux cent trente-cinq mille euros", 235_000, 235_001, "EUR")], []),
    ("Quatre-vingt-dix-sept villages.", [("Quatre-vingt-dix-sept", 97, 98, "")], []),
    ("Au troisième trimestre 2018, la hausse a atteint 2 %.", [("2 %", 2, 3, "%")], [("troisième trimestre 2018", "2018-07-01", "2018-10-01")]),
    ("Un homme est venu, une femme est partie.", [], []),
    ("Une centaine de personnes ont manifesté au XXe siècle.", [("Une centaine", 90, 110, "")], [("au XXe siècle", "1901-01-01", "2001-01-01")]),
]
SPANISH: list[Sentence] = [
    ("Más de un millón de personas están en 380 campos.", [("Más de un millón", 1_000_000, None, ""), ("380", 380, 381, "")], []),
    ("Casi 300 millones de dólares se gastaron.", [("Casi 300 millones de dólares", 270_000_000, 300_000_000, "USD")], []),
    ("Pasaron de dos a tres horas.", [("de dos a tres horas", 2, 4, "h")], []),
    ("Alrededor del 40 por ciento de los detenidos son jóvenes.", [("Alrededor del 40 por ciento", 36, 44, "%")], []),
    ("De abril de 2017 a junio de 2018 desaparecieron 21 personas.", [("21", 21, 22, "")], [("De abril de 2017 a junio de 2018", "2017-04-01", "2018-07-01")]),
    ("Un tercio de los vecinos huyó.", [("Un tercio", 1 / 3, None, "")], []),
    ("El 3 de marzo de 2018 pagó 1.200,50 euros.", [("1.200,50 euros", 1200.5, 1200.51, "EUR")], [("El 3 de marzo de 2018", "2018-03-03", "2018-03-04")]),
    ("Cientos de miles de uigures fueron trasladados la semana pasada.", [("Cientos de miles", 200_000, 1_000_000, "")], [("semana pasada", "2019-11-18", "2019-11-25")]),
    ("Hasta 700 obreros perderán su empleo.", [("Hasta 700", None, 701, "")], []),
    ("El tubo mide 12 kilómetros.", [("12 kilómetros", 12, 13, "km")], []),
    ("En los años 1990 llegaron menos de diez cartas.", [("menos de diez", None, 10, "")], [("los años 1990", "1990-01-01", "2000-01-01")]),
    ("Hace tres días se filtraron varios miles de páginas.", [("varios miles", 2000, 10_000, "")], [("Hace tres días", "2019-11-25", "2019-11-26")]),
    ("El artículo 9 no nombra a nadie.", [], []),
    ("El martes 26 de noviembre habló Pompeo.", [], [("martes 26 de noviembre", "2019-11-26", "2019-11-27")]),
    ("Veintitrés hombres firmaron.", [("Veintitrés", 23, 24, "")], []),
    ("Las ventas cayeron un 5,3 % hasta 4,1 mil millones de yuanes.", [("5,3 %", 5.3, 5.4, "%"), ("4,1 mil millones de yuanes", 4_100_000_000, 4_200_000_000, "CNY")], []),
    ("Ayer a las 19:30 se cerraron las puertas.", [], [("Ayer a las 19:30", "2019-11-27T19:30", "2019-11-27T19:31")]),
    ("Esperaron al menos un año.", [("al menos un año", 1, None, "year")], []),
    ("El hospital tiene entre 200 y 250 camas.", [("entre 200 y 250", 200, 251, "")], []),
    ("La mitad de los archivos fue copiada.", [("mitad", 0.5, 0.505, "")], []),
    ("Decenas de miles fueron trasladados a finales de 2018.", [("Decenas de miles", 20_000, 100_000, "")], [("finales de 2018", "2018-07-01", "2019-01-01")]),
    ("Doscientos treinta y cinco mil euros de multa.", [("Doscientos treinta y cinco mil euros", 235_000, 235_001, "EUR")], []),
    ("Dos mil quinientos millones de pesos.", [("Dos mil quinientos millones de pesos", 2_500_000_000, 2_500_000_001, "peso")], []),
    ("En el tercer trimestre de 2018 subió un 2 %.", [("2 %", 2, 3, "%")], [("tercer trimestre de 2018", "2018-07-01", "2018-10-01")]),
    ("Un hombre vino, una mujer se fue.", [], []),
    ("Unos 300 detenidos en el siglo XX.", [("Unos 300", 270, 330, "")], [("siglo XX", "1901-01-01", "2001-01-01")]),
]
ARABIC: list[Sentence] = [
    ("أكثر من مليون شخص محتجزون في 380 معسكرا.", [("أكثر من مليون", 1_000_000, None, ""), ("380", 380, 381, "")], []),
    ("أنفقت السلطات نحو 300 مليون دولار.", [("نحو 300 مليون دولار", 270_000_000, 330_000_000, "USD")], []),
    ("مرت ثلاث ساعات.", [("ثلاث ساعات", 3, 4, "h")], []),
    ("حوالي 40 في المئة من المعتقلين شباب.", [("حوالي 40 في المئة", 36, 44, "%")], []),
    ("من أبريل 2017 إلى يونيو 2018 اختفى 21 شخصا.", [("21", 21, 22, "")], [("من أبريل 2017 إلى يونيو 2018", "2017-04-01", "2018-07-01")]),
    ("ثلث السكان فروا.", [("ثلث", 1 / 3, None, "")], []),
    ("دفع 1200.5 يورو في 3 مارس 2018.", [("1200.5 يورو", 1200.5, 1200.6, "EUR")], [("3 مارس 2018", "2018-03-03", "2018-03-04")]),
    ("مئات الآلاف من الأويغور نقلوا الأسبوع الماضي.", [("مئات الآلاف", 200_000, 1_000_000, "")], [("الأسبوع الماضي", "2019-11-18", "2019-11-25")]),
    ("ما لا يقل عن خمسين شخصا قتلوا.", [("ما لا يقل عن خمسين", 50, None, "")], []),
    ("طول الأنبوب 12 كيلومترا.", [("12 كيلومترا", 12, 13, "km")], []),
    ("في تسعينيات القرن الماضي وصلت أقل من عشر رسائل.", [("أقل من عشر", None, 10, "")], [("تسعينيات القرن الماضي", "1990-01-01", "2000-01-01")]),
    ("قبل ثلاثة أيام تسربت آلاف الصفحات.", [("آلاف", 2000, 1_000_000, "")], [("قبل ثلاثة أيام", "2019-11-25", "2019-11-26")]),
    ("المادة 9 لا تذكر أحدا.", [], []),
    ("تحدث بومبيو يوم الثلاثاء 26 نوفمبر.", [], [("يوم الثلاثاء 26 نوفمبر", "2019-11-26", "2019-11-27")]),
    ("وقع ثلاثة وعشرون رجلا.", [("ثلاثة وعشرون", 23, 24, "")], []),
    ("انخفضت المبيعات 5.3% إلى 4.1 مليار يوان.", [("5.3%", 5.3, 5.4, "%"), ("4.1 مليار يوان", 4_100_000_000, 4_200_000_000, "CNY")], []),
    ("احتجز لأكثر من عام.", [("أكثر من عام", 1, None, "year")], []),
    ("بقي في السجن عامين.", [("عامين", 2, 3, "year")], []),
    ("في المستشفى بين 200 و250 سريرا.", [("بين 200 و250", 200, 251, "")], []),
    ("نصف الملفات نسخت.", [("نصف", 0.5, 0.505, "")], []),
    ("عشرات الآلاف نقلوا في أواخر عام 2018.", [("عشرات الآلاف", 20_000, 100_000, "")], [("أواخر عام 2018", "2018-07-01", "2019-01-01")]),
    ("مليونين ومئتي ألف نسمة.", [("مليونين ومئتي ألف", 2_200_000, 2_200_001, "")], []),
    ("ولد في 15 رمضان 1441 هـ.", [], [("15 رمضان 1441 هـ", "2020-05-08", "2020-05-09")]),
    ("٣٤ قتيلا و١٢٠ جريحا أمس.", [("٣٤", 34, 35, ""), ("١٢٠", 120, 121, "")], [("أمس", "2019-11-27", "2019-11-28")]),
    ("في الربع الثالث من عام 2018.", [], [("الربع الثالث من عام 2018", "2018-07-01", "2018-10-01")]),
    ("ثلاثمائة وخمسة وعشرون معتقلا.", [("ثلاثمائة وخمسة وعشرون", 325, 326, "")], []),
]
# fmt: on
LANGUAGES = {
    "en": ENGLISH,
    "zh": CHINESE,
    "ru": RUSSIAN,
    "de": GERMAN,
    "fr": FRENCH,
    "es": SPANISH,
    "ar": ARABIC,
}  # fmt: skip
ALL = [(name, *sentence) for name, sentences in LANGUAGES.items() for sentence in sentences]


@pytest.mark.parametrize(("language", "text", "wanted", "_dates"), ALL)
def test_a_sentence_has_the_figures_that_a_careful_person_lists(
    language: str, text: str, wanted: list[FigureRow], _dates: list[DateRow]
) -> None:
    found = figures(text, language)
    assert [figure.surface for figure in found] == [row[0] for row in wanted]
    for figure, (_, low, high, unit) in zip(found, wanted, strict=True):
        assert figure.unit == unit
        assert figure.low == (None if low is None else pytest.approx(low))
        if high is not None or not (low or 0) % 1:
            assert figure.high == (None if high is None else pytest.approx(high))


@pytest.mark.parametrize(("language", "text", "_figures", "wanted"), ALL)
def test_a_sentence_has_the_dates_that_a_careful_person_lists(
    language: str, text: str, _figures: list[FigureRow], wanted: list[DateRow]
) -> None:
    found = dates(text, language, WRITTEN)
    assert [(m.surface, m.since, m.until) for m in found] == wanted


OTHER_SCRIPTS = [row for row in ALL if row[0] in ("zh", "ru", "ar")]


@pytest.mark.parametrize(("language", "text", "wanted", "_dates"), OTHER_SCRIPTS)
def test_a_language_with_a_script_of_its_own_need_not_be_told(
    language: str, text: str, wanted: list[FigureRow], _dates: list[DateRow]
) -> None:
    assert [figure.surface for figure in figures(text, None)] == [row[0] for row in wanted]
