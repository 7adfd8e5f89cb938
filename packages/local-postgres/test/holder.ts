// A process that starts a server, says where it is, and waits to be killed (bundled by the test beside it).
import { startLocalPostgres } from '../src/index.js';

const server = await startLocalPostgres({ dataDir: process.argv[2] ?? '' });
process.stdout.write(`${server.url}\n`);
setInterval(() => undefined, 60_000);
