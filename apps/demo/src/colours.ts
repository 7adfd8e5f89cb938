/** Colours where a person looks; what is piped has none, on a CI machine too. Node itself hears NO_COLOR and TERM. */
import pc from 'picocolors';

/** A pipe has no such field, whatever the types say. */
const stdout: { readonly isTTY?: boolean } = process.stdout;

/** The colours of what goes to stdout. */
export const colours = pc.createColors(stdout.isTTY === true && process.stdout.hasColors());
