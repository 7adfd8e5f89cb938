/**
 * Whom to call. The numbers are those of `content/safety/emergency-contacts.md` (a test compares them); they are in the
 * page itself, because they are needed most where there is no connection.
 */
export type Contact = {
  readonly name: string;
  readonly where: string;
  /** As it is shown. */
  readonly number: string;
};

/** The diving hotlines: any country, member or not, day and night. */
export const hotlines: readonly Contact[] = [
  { name: 'DAN Europe', where: 'day and night', number: '+39-06-4211-8685' },
  { name: 'DAN America', where: 'and the rest of the world', number: '+1-919-684-9111' },
];

/** Emergency services where no place is known. */
export const services: readonly Contact[] = [
  { name: 'Europe, most mobiles', where: '', number: '112' },
  { name: 'North America', where: '', number: '911' },
  { name: 'United Kingdom', where: '', number: '999' },
  { name: 'Australia', where: '', number: '000' },
];

/** More places, for the list of all contacts. */
export const elsewhere: readonly Contact[] = [
  { name: 'Egypt', where: 'ambulance', number: '123' },
  { name: 'Thailand', where: 'medical', number: '1669' },
  { name: 'Malaysia', where: '', number: '999' },
  { name: 'Philippines', where: '', number: '911' },
  { name: 'Japan', where: 'ambulance', number: '119' },
  { name: 'New Zealand', where: '', number: '111' },
  { name: 'South Africa', where: 'from a mobile', number: '112' },
  { name: 'India', where: 'from a mobile', number: '112' },
];

/** The address that makes a telephone dial. */
export function dial(number: string): string {
  return `tel:${number.replace(/[^+\d]/g, '')}`;
}

/** The local numbers that an emergency answer names ("Thailand: 1669 (medical emergencies)."), in its order. */
export function localContacts(answer: string): readonly Contact[] {
  return [...answer.matchAll(/(?:^|[.!] )(\p{Lu}[\p{L} ]+): (\d{3,4})\b(?: \(([^)]*)\))?/gmu)].map(
    ([, name = '', number = '', where = '']) => ({ name, where, number }),
  );
}

/** A piece of text: plain, or a telephone number to tap. */
export type Piece = { readonly text: string; readonly isNumber: boolean };

/** Cuts text at its international telephone numbers. */
export function findNumbers(text: string): readonly Piece[] {
  return text
    .split(/(\+\d[\d-]{7,}\d)/)
    .map((piece, index) => ({ text: piece, isNumber: index % 2 === 1 }))
    .filter((piece) => piece.text !== '');
}
