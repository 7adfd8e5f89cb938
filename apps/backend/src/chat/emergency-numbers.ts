/** Where somebody is, as he may say it, and whom to call there. */
export interface LocalNumber {
  readonly name: string;
  readonly place: RegExp;
  readonly number: string;
}

/** The numbers of `content/safety/emergency-contacts.md` (a test compares them); a place that is missing has none we are sure of. */
export const localNumbers: readonly LocalNumber[] = [
  {
    name: 'Thailand',
    place: /\b(thai\w*|koh tao|phuket|similan\w*|samui|khao lak|phi phi)\b/i,
    number: '1669 (medical emergencies)',
  },
  {
    name: 'Australia',
    place: /\b(australia\w*|great barrier reef|cairns|ningaloo|exmouth|sydney)\b/i,
    number: '000',
  },
  { name: 'New Zealand', place: /\b(new zealand|poor knights|auckland)\b/i, number: '111' },
  {
    name: 'Japan',
    place: /\b(japan\w*|okinawa|yonaguni)\b/i,
    number: '119 (ambulance), 118 (Japan Coast Guard)',
  },
  {
    name: 'Malaysia',
    place: /\b(malaysia\w*|sipadan|semporna|tioman|perhentian\w*|redang)\b/i,
    number: '999',
  },
  {
    name: 'Philippines',
    place: /\b(philippin\w*|palawan|coron|anilao|malapascua|moalboal|cebu|tubbataha|bohol)\b/i,
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
    place: /\b(egypt\w*|ägypten|egipto|hurghada|sharm|dahab|marsa alam|red sea)\b/i,
    number: '123 (ambulance)',
  },
  {
    name: 'United Kingdom',
    place:
      /\b(uk|united kingdom|england|britain|scotland|wales|scapa flow|cornwall|plymouth|northern ireland)\b/i,
    number: '999 or 112, at sea ask for the coastguard',
  },
  {
    name: 'North and Central America',
    place:
      /\b(usa|united states|america|florida|key largo|hawaii|california|canad\w*|mexic\w*|cozumel|cenotes?|cancun|tulum|playa del carmen|la paz|socorro|costa rica|cocos island|belize|honduras|roat[aá]n|utila|ecuador|gal[aá]pagos)\b/i,
    number: '911',
  },
  {
    name: 'Europe',
    place:
      /\b(europe\w*|malta|gozo|cyprus|zypern|larnaca|greece|griechenland|crete|croatia|kroatien|italy|italien|italia|sardinia|sicily|spain|spanien|españa|medas?|canar\w*|tenerife|lanzarote|portugal|azores|france|frankreich|corsica|germany|deutschland|austria|österreich|norway|norwegen|iceland|silfra|sweden|denmark|ireland|turkey|türkei|netherlands|belgium|poland|switzerland|schweiz)\b/i,
    number: '112',
  },
];
