"""Two hundred clients, sites and people such as a workspace has; some are real words or places, none is of a corpus."""

from __future__ import annotations

from headgate.screening.spelling import OwnKind, OwnName

CLIENTS = """
Hexley Polymers Ltd; Müller & Söhne GmbH; Pfizer; Dawn Meats; Glanbia plc; Kerry Group plc; Total S.A.; Siemens AG
Novartis Pharma AG; Bausch Health; Abbott Laboratories; Boston Scientific; Medtronic; Intel Ireland; Aldi Süd; Lidl
Tesco plc; Musgrave Group; Dunnes Stores; Ornua Co-operative; Carbery Food; Irish Distillers; Diageo; Heineken N.V.
Guinness; Carlsberg A/S; Nestlé S.A.; Danone; Unilever PLC; Procter & Gamble; Johnson & Johnson; Merck KGaA; Bayer AG
BASF SE; Linde plc; Air Liquide; ArcelorMittal; Thyssenkrupp; Tata Steel; Rusal; Alcoa; Hydro; Vestas Wind Systems A/S
Ørsted; Equinor ASA; Iberdrola; Enel SpA; Engie; Vattenfall AB; Fortum Oyj; E.ON SE; RWE AG; National Grid; Bord Gáis
ESB; SSE Airtricity; Energia; Bulmers; Britvic; Coca-Cola HBC; Kellogg's; Mondelez; Mars Wrigley; Ferrero S.p.A.
Barilla; Bosch Rexroth; Schneider Electric; ABB; Rockwell Automation; Honeywell; Quillmark Foods; Wexmoor Dairies
Zuber Kunststoffe GmbH & Co. KG; The Larkfield Company
"""
SITES = """
Ringaskiddy; St. John's; Cork North; Little Island; Carrigtwohill; Mallow; Mitchelstown; Ballineen; Macroom; Bandon
Clonmel; Waterford; Dungarvan; Kilkenny; Carlow; Portlaoise; Tullamore; Athlone; Galway East; Parkmore; Ballina; Sligo
Letterkenny; Dundalk; Drogheda; Swords; Blanchardstown; Leixlip; Grange Castle; Citywest; Tallaght; Bray; Arklow
Wexford; Rosslare; Limerick; Raheen; Shannon; Ennis; Tralee; Killarney; Listowel; Reading; Slough; Swindon; Bristol
Avonmouth; Cardiff; Newport; Port Talbot; Swansea; Birmingham Works; Crewe; Speke; Runcorn; Ellesmere Port; Leeds
Hull; Grimsby; Ludwigshafen; Wolfsburg; Gießen; Köln-Nord; Düsseldorf; Nürnberg; Göteborg; Århus; Gdańsk; São Paulo
Coruña; Mill Lane Depot
"""
PEOPLE = """
Aoife Ní Bhriain; Liam O'Brien; Seán Murphy; Siobhán Kelly; Niamh Walsh; Conor McCarthy; Patrick Byrne; Ciara Doyle
Eoin Gallagher; Róisín Kennedy; Declan Lynch; Sinéad Quinn; Pádraig Moore; Gráinne Power; Brendan Foley; Orla Nolan
John Smith; Emily Jones; Oliver Taylor; Sophie Brown; Harry Wilson; Grace Thompson; Jack Robinson; Charlotte Wright
George Walker; Hans Schmidt; Jürgen Müller; Katrin Schneider; Uwe Fischer; Petra Weber; Klaus-Dieter Wagner; Anke Becker
Ludwig van den Berg; Sanne de Vries; Pieter Jansen; Marie Dubois; Jean-Luc Moreau; Camille Lefèvre; Antoine Girard
Giulia Rossi; Marco Bianchi; Francesca Esposito; José García Márquez; Lucía Fernández; Carlos Rodríguez; João Silva
Beatriz Oliveira; Agnieszka Kowalska; Piotr Wiśniewski; Björn Lindqvist; Astrid Håkansson; Søren Kjærgaard
Mikko Virtanen; Rajesh Kumar; Priya Sharma; Wei Zhang; Yuki Tanaka; Fatima Al-Sayed; Mark Field; Tom Reilly
"""


def _names(kind: OwnKind, text: str) -> list[OwnName]:
    return [OwnName(kind, name.strip()) for line in text.strip().splitlines() for name in line.split(";")]


ORDINARY = (*_names(OwnKind.CLIENT, CLIENTS), *_names(OwnKind.SITE, SITES), *_names(OwnKind.PERSON, PEOPLE))
