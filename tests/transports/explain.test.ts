import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { read } from '../docs/documentation.ts';

const warnings = vi.spyOn(console, 'warn').mockImplementation(() => {});

beforeEach(() => {
  vi.resetModules();
  warnings.mockClear();
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

const explaining = () => import('../../transports/explain.ts');

/** The words of the console when a page with some requests waits in vain for the headers of another. */
async function waitInVain({ requests = 6, protocol = '', isPage = true } = {}) {
  const { countRequest, explain, forgetRequest } = await explaining();
  vi.stubGlobal('location', isPage ? {} : undefined);
  vi.spyOn(performance, 'getEntriesByType').mockImplementation((type) =>
    type === 'resource'
      ? [{ name: 'https://api.test/other', nextHopProtocol: protocol } as unknown as PerformanceEntry]
      : [],
  );
  const over = {};
  countRequest(over, 'https://api.test/events');
  forgetRequest(over);
  countRequest({}, 'https://elsewhere.test/events');
  for (let index = 0; index < requests; index += 1) countRequest({}, 'https://api.test/events');
  explain('no-headers', { resource: 'https://api.test/events' });
  return String(warnings.mock.calls[0]);
}

test('every cause has a section in docs/troubleshooting.md, to which its link leads', async () => {
  const { explanations } = await explaining();
  const page = read('docs/troubleshooting.md');
  const sections = [...page.matchAll(/^## (.+)$/gm)].map(([, title = '']) =>
    title.toLowerCase().replaceAll(' ', '-'),
  );
  expect(sections).toEqual(expect.arrayContaining(Object.keys(explanations)));
  expect(Object.keys(explanations).length).toBeGreaterThan(5);
});

test('six requests of a page to an origin are a cause, and are counted', async () => {
  expect(await waitInVain()).toContain('this page alone has 6 requests and streams to that origin');
});

test.each([
  ['five are not', { requests: 5 }],
  ['nor six over HTTP/2, where the browser says so', { protocol: 'h2' }],
  ['nor six of a server, which has no such limit', { isPage: false }],
])('%s', async (_, scene) => {
  const said = await waitInVain(scene);
  expect(said).toContain('does not flush its headers');
  expect(said).not.toContain('this page alone');
});

test('unknown causes are not explained, and in production none is', async () => {
  const { explain } = await explaining();
  expect(explain('unauthorized', { resource: undefined })).toBe('');
  vi.stubEnv('NODE_ENV', 'production');
  expect(explain('idle', { resource: undefined })).toBe('');
  expect(warnings).not.toHaveBeenCalled();
});

test('a cause that looks like a restart is told only the third time in one connection', async () => {
  const { explain } = await explaining();
  const connections = [{ resource: undefined }, { resource: undefined }] as const;
  for (const memory of [...connections, ...connections]) explain('cors', memory);
  expect(warnings).not.toHaveBeenCalled();
  explain('cors', connections[0]);
  explain('cors', connections[1]);
  expect(warnings).toHaveBeenCalledOnce();
});
