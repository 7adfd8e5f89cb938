/**
 * zod compiles a checker for each shape when it is first used. That pays where records are read again and again; a command
 * that reads one and ends is 10 ms faster without. It must be said before the first schema is made, so this is imported first.
 */
import { config } from 'zod';

const readingOften = new Set(['up', 'serve', 'watch', 'tick', 'simulate', 'backtest']);

config({ jitless: !process.argv.some((word) => readingOften.has(word)) });
