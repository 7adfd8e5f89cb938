/** How careful an answer must be: an emergency now, a question for a physician, or neither. */
export type SafetyLabel = 'emergency' | 'medical' | 'safe';

const emergencyPatterns: readonly RegExp[] = [
  /\b(unconscious|unresponsive|not breathing|can'?t breathe|cannot breathe|not waking|collapsed|convuls\w+|seizure)\b/i,
  /\b(numb\w*|tingl\w*|paraly[sz]\w*|chest pain|coughing (up )?blood|joint pain)\b.*\b(after|since|dive|diving|surfac\w+)\b/i,
  /\b(after|since|dive|diving|surfac\w+)\b.*\b(numb\w*|tingl\w*|paraly[sz]\w*|chest pain|coughing (up )?blood|joint pain)\b/i,
  /\b(i|we|he|she|my \w+)\b.*\b(think|might|may|has|have|got)\b.*\b(the bends|decompression sickness|dcs)\b/i,
  /\b(emergency|help me|missing diver|lost (a|my) (diver|buddy) (at|and))\b/i,
];

const medicalPatterns: readonly RegExp[] = [
  /\b(asthma\w*|pregnan\w*|epilep\w*|diabet\w*|heart (condition|disease|attack)|blood pressure|medication|antidepress\w*|surgery|ear infection|sinus infection|perforated)\b/i,
];

/** Judges a message by itself, before any model is asked. An emergency outranks a medical question. */
export function assessSafety(message: string): SafetyLabel {
  if (emergencyPatterns.some((pattern) => pattern.test(message))) return 'emergency';
  if (medicalPatterns.some((pattern) => pattern.test(message))) return 'medical';
  return 'safe';
}
