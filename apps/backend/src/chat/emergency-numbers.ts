/** Where somebody is, as he may say it (in small letters without accents), and whom to call there. */
export interface LocalNumber {
  readonly name: string;
  readonly place: RegExp;
  readonly number: string;
}

/** The numbers of `content/safety/emergency-contacts.md` (a test compares them); a place that is missing has none we are sure of. */
export const localNumbers: readonly LocalNumber[] = [
  {
    name: 'Thailand',
    place: /\b(thai\w*|tailandia|koh tao|phuket|similan\w*|samui|khao lak|phi phi)\b/i,
    number: '1669 (medical emergencies)',
  },
  {
    name: 'Australia',
    place: /\b(australi\w*|new south wales|great barrier reef|cairns|ningaloo|exmouth|sydney)\b/i,
    number: '000',
  },
  { name: 'New Zealand', place: /\b(new zealand|poor knights|auckland)\b/i, number: '111' },
  {
    name: 'Japan',
    place: /\b(japa[no]\w*|japon|giappone|okinawa|yonaguni)\b/i,
    number: '119 (ambulance), 118 (Japan Coast Guard)',
  },
  {
    name: 'Malaysia',
    place: /\b(mala(ysi|si|isi)\w*|malesia|sipadan|semporna|tioman|perhentian\w*|redang)\b/i,
    number: '999',
  },
  {
    name: 'Philippines',
    place: /\b((ph|f)ilip+in\w*|palawan|coron|anilao|malapascua|moalboal|cebu|tubbataha|bohol)\b/i,
    number: '911',
  },
  {
    name: 'South Africa',
    place: /\b(south africa\w*|sodwana|aliwal|cape town)\b/i,
    number: '112 (from a mobile telephone)',
  },
  {
    name: 'India',
    place: /\b(india|andamans?|havelock)\b/i,
    number: '112 (from a mobile telephone)',
  },
  {
    name: 'Egypt',
    place: /\b(egypt\w*|agypten|egipto|egitto|hurghada|sharm|dahab|marsa alam|red sea)\b/i,
    number: '123 (ambulance)',
  },
  {
    name: 'United Kingdom',
    place:
      /\b(uk|united kingdom|england|britain|scotland|(?<!new south )wales|scapa flow|cornwall|plymouth|northern ireland)\b/i,
    number: '999 or 112, at sea ask for the coastguard',
  },
  {
    name: 'North and Central America',
    place:
      /\b(usa|united states|(?<!south |latin )america|florida|key largo|hawaii|california|canad\w*|mexi[ck]\w*|messico|cozumel|cenotes?|cancun|tulum|playa del carmen|la paz|socorro|costa rica|cocos island|belize|honduras|roatan|utila|ecuador|galapagos)\b/i,
    number: '911',
  },
  {
    name: 'Europe',
    place:
      /\b(europe\w*|malta|gozo|cyprus|zypern|larnaca|greece|grecia|griechenland|crete|croatia|croacia|croazia|kroatien|italy|italien|italia|sardinia|sicily|spain|spanien|espana|spagna|espagne|medas?|canar\w*|tenerife|lanzarote|portugal|azores|france|frankreich|corsica|germany|deutschland|austria|osterreich|norway|norwegen|iceland|silfra|sweden|denmark|ireland|turkey|turkei|turquia|turchia|turquie|netherlands|belgium|poland|switzerland|schweiz)\b/i,
    number: '112',
  },
];

/**
 * Whom to call where somebody is, or undefined if that is not known. `said` are texts of the diver alone, the likeliest
 * first: the first one that names a place counts.
 */
export function findLocalNumbers(said: readonly string[]): string | undefined {
  for (const text of said) {
    const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
    const local = localNumbers.filter(({ place }) => place.test(plain));
    if (local.length > 0) return local.map(({ name, number }) => `${name}: ${number}.`).join(' ');
  }
  return undefined;
}
