import { once } from 'node:events';
import { conformanceTests } from 'sse-machine/doctor';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { publish, server } from './server.ts';

beforeAll(() => once(server.listen(0), 'listening'));
afterAll(() => server.close().closeAllConnections());

function url() {
  const address = server.address();
  return `http://localhost:${typeof address === 'object' ? address?.port : ''}/events`;
}

describe('a client of our stream can rely on it:', () => {
  const tests = conformanceTests(url, { publish: () => publish({ now: Date.now() }), watch: 2_000 });
  for (const { name, run, timeout } of tests) test(name, run, timeout);
});
