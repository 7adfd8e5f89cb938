/** Runs once before all tests: what npm cannot bring is installed, or named in one clear error. */
import { ensurePrograms } from './debian-packages.js';

export function setup(): void {
  ensurePrograms(['chromium', 'prometheus']);
}
