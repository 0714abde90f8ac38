import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { useConnection, useServerSentEvents } from '../../adapters/vue.ts';

const warnings = vi.spyOn(console, 'warn');

beforeEach(() => {
  warnings.mockReset();
  vi.stubGlobal('document', {}); // on a server nothing is warned of
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

test.each([
  ['development', 2],
  ['production', 0],
])('outside a scope there are, in %s, %i warnings', (mode, count) => {
  vi.stubEnv('NODE_ENV', mode);
  useServerSentEvents(null);
  useConnection(null);
  expect(warnings).toHaveBeenCalledTimes(count);
});

test('outside a scope nothing is warned of where there is no `process`, as in a browser', () => {
  vi.stubGlobal('process', undefined);
  useServerSentEvents(null);
  expect(warnings).not.toHaveBeenCalled();
});
