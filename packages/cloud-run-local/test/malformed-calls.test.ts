/** Calls whose URL cannot be read, or asks for what cannot be counted. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { servicePath, startWorld, visit, type World } from './harness.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.stop();
});

it.each([
  ['//', 'URL: '],
  [servicePath('%E0%A4%A'), "URL: '%E0%A4%A' "],
  ['/v2/projects/local/locations/us-central1/services/%E0%A4%A', "URL: '%E0%A4%A' "],
  [`${servicePath()}?limit=-1`, "limit: '-1' "],
  [`${servicePath()}?limit=abc`, "limit: 'abc' "],
  [`${servicePath()}?continue=-5`, "continue: '-5' "],
  ['/v2/projects/local/locations/us-central1/services?pageToken=zzz', "pageToken: 'zzz' "],
])('GET %s is the fault of the one who asks', async (path, message) => {
  const { status, text } = await visit(world.emulator.url, { path });
  expect(JSON.parse(text)).toMatchObject({
    error: {
      code: 400,
      status: 'INVALID_ARGUMENT',
      message: expect.stringContaining(message) as string,
    },
  });
  expect(status).toBe(400);
});
