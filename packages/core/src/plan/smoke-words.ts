/** `1 smoke check`, `3 smoke checks`. */
export function countOfChecks(checks: number): string {
  return checks === 1 ? '1 smoke check' : `${checks} smoke checks`;
}
