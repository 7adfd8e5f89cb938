import type { Answer } from './extractive-answer.js';

/**
 * Attempts to give the assistant other orders. Found by their typical words before any model is asked; what slips
 * through meets the prompt's own rules and the check of the answer (`leaksPrompt`).
 */
const injectionPatterns: readonly RegExp[] = [
  /\b(ignore|disregard|forget|override|bypass)\b.{0,40}\b(previous|prior|above|all|your|earlier|system)\b.{0,30}\b(instruction|prompt|rule|guideline|direction|message)s?/i,
  /\b(reveal|show|print|repeat|output|leak|tell me)\b.{0,40}\b(system|hidden|initial|secret|developer)\b.{0,20}\b(prompt|instruction|message|rule)s?/i,
  /\byou are (now|no longer)\b.{0,60}\b(dan mode|jailbr\w+|unrestricted|without (any )?(rule|restriction|filter)s?|developer mode|evil|not dovvybuddy)/i,
  /\b(jailbreak|developer mode|do anything now)\b/i,
  /<\/?(system|assistant|im_start|im_end)\b|\[\/?INST\]|<\|im_(start|end)\|>/i,
  /\b(api[ _-]?keys?|environment variables?|database (url|password)|access token)\b.{0,40}\b(reveal|show|print|give|tell|what)|\b(reveal|show|print|give|tell)\b.{0,30}\b(your|the) (api[ _-]?keys?|environment variables?|database (url|password))/i,
];

/** Whether a message tries to change what the assistant is. */
export function isInjection(message: string): boolean {
  return injectionPatterns.some((pattern) => pattern.test(message));
}

/** What such a message is answered. */
export const guardAnswer: Answer = {
  text: 'I stay with diving: courses and certification, places to dive, equipment, and diving safely. What would you like to know?',
  agentType: 'general',
  citations: [],
};
