import { describe, expect, test } from 'vitest';
import { checkIds } from '../../doctor/checks/checks.ts';
import { runDoctor } from '../../doctor/command/doctor.ts';
import { refuse, startServer } from './manners.ts';

const quick = ['--watch', '400'];
const colourOn = '\u001b[';

async function run(words: readonly string[], { isTTY = false, env = {} } = {}) {
  const [out, err]: [string[], string[]] = [[], []];
  const surroundings = {
    stdout: { isTTY, write: (text: string) => out.push(text) },
    stderr: { isTTY, write: (text: string) => err.push(text) },
    env,
  };
  const code = await runDoctor(words, surroundings);
  return { code, out: out.join(''), err: err.join('') };
}

describe('the exit code', () => {
  test('is 0 when nothing is wrong', async () => {
    await using server = await startServer();
    const { code, out, err } = await run([server.url, ...quick]);
    expect(out).toMatch(/Nothing found\. \d+ checks passed/);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  test.each([
    ['warning', 1],
    ['error', 0],
    ['never', 0],
  ])('with a warning and --fail-on %s is %i', async (failOn, expected) => {
    await using server = await startServer({ headers: { 'cache-control': undefined } });
    const words = [server.url, ...quick, '--only', 'cache-control,status', '--fail-on', failOn];
    expect(await run(words)).toMatchObject({ code: expected, out: expect.stringContaining('1 warning') });
  });

  test('is 0 with a note alone', async () => {
    await using server = await startServer({ headers: { 'access-control-expose-headers': undefined } });
    const words = [server.url, ...quick, '--only', 'cors-expose', '--origin', 'https://app.example.com'];
    expect(await run(words)).toMatchObject({ code: 0, out: expect.stringContaining('1 note') });
  });

  test('is 2 when there is no answer', async () => {
    const { code, out } = await run(['http://127.0.0.1:9/events', ...quick]);
    expect(out).toContain('Nothing could be examined: Nothing listens at 127.0.0.1:9.');
    expect(code).toBe(2);
  });

  test.each([
    [[], 'Give the URL of an event stream.'],
    [['a', 'b'], 'Give one URL, without b.'],
    [['events'], '`url` must be a whole URL'],
    [['http://localhost', '--nonsense'], "Unknown option '--nonsense'"],
    [['http://localhost', '-H', 'no colon'], "A header is written as -H 'Name: value'."],
    [['http://localhost', '--only', 'nothing'], 'There is no check nothing. --checks lists all.'],
    [['http://localhost', '--watch', 'long'], '--watch takes a time such as 30s or 500ms.'],
    [['http://localhost', '--fail-on', 'note'], '--fail-on takes error, warning or never.'],
    [['http://localhost', '--origin', 'here'], '`origin` must be an origin'],
  ])('is 2 for %j, with what to do', async (words, sentence) => {
    const { code, out, err } = await run(words);
    expect(err).toContain(sentence);
    expect(err).toContain('--help');
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });
});

describe('what is written', () => {
  test('says before the first request what will be sent', async () => {
    const server = await startServer();
    let told = '';
    const stdout = {
      write(text: string) {
        told ||= `${server.requests.length} requests so far\n${text}`;
      },
    };
    await runDoctor([server.url, ...quick, '--only', 'head'], { stdout, stderr: stdout, env: {} });
    await server[Symbol.asyncDispose]();
    expect(told).toMatch(/^0 requests so far/);
    expect(told).toMatch(/6 × GET {5}the stream[\s\S]*1 × HEAD {4}the URL/);
  });

  test('fits into 80 columns, worst first, with what to do first at the end', async () => {
    await using server = await startServer({
      headers: { 'cache-control': undefined },
      blockOf: () => 'event: a\n\n',
    });
    const { out } = await run([server.url, ...quick]);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(out.indexOf('Every event has data')).toBeLessThan(out.indexOf('No cache may keep the stream'));
    expect(out).toMatch(/First, data: Give it data, if only `data:` with\s+nothing after it\.\n$/);
  });

  test.each([
    [{ isTTY: true, env: {} }, true],
    [{ isTTY: false, env: {} }, false],
    [{ isTTY: true, env: { NO_COLOR: '1' } }, false],
    [{ isTTY: true, env: { TERM: 'dumb' } }, false],
  ])('has colour with %j: %s', async (surroundings, expected) => {
    await using server = await startServer({ headers: { 'cache-control': undefined } });
    const { out } = await run([server.url, ...quick, '--only', 'cache-control'], surroundings);
    expect(out.includes(colourOn)).toBe(expected);
  });

  test('is JSON on stdout with --json, and the plan aside', async () => {
    await using server = await startServer();
    const { out, err } = await run([server.url, ...quick, '--json', '--only', 'status']);
    expect(JSON.parse(out)).toMatchObject({
      url: server.url,
      unreachable: null,
      findings: [],
      passed: ['status'],
    });
    expect(err).toContain('Sends 6 requests at most');
  });

  test('holds no value of a header that was given, nor a query', async () => {
    const secret = 'letmein-4711';
    await using server = await startServer({
      answer: (request, response) =>
        refuse(200, { 'content-type': String(request.headers['x-key']) })(request, response),
    });
    for (const format of [[], ['--json']]) {
      const { out, err } = await run([
        `${server.url}?key=${secret}`,
        ...quick,
        '-H',
        `X-Key: ${secret}`,
        ...format,
      ]);
      expect(out + err).toContain('X-Key: …');
      expect(out + err).not.toContain(secret);
    }
  });

  test('with --help has every flag, and with --checks every check', async () => {
    const help = await run(['--help']);
    expect(help.code).toBe(0);
    for (const flag of [
      '-H, --header',
      '--method',
      '--origin',
      '--json',
      '--fail-on',
      '--only',
      '--timeout',
    ]) {
      expect(help.out).toContain(flag);
    }
    expect(help.out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    const { out } = await run(['--checks']);
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => line.split(/\s+/)[1]),
    ).toEqual([...checkIds]);
  });
});

test('several headers of one name go together', async () => {
  await using server = await startServer();
  await run([server.url, ...quick, '--only', 'status', '-H', 'X-A: 1', '-H', 'X-A: 2', '-H', 'X-B: c: d']);
  expect(server.requests[0]?.headers).toMatchObject({ 'x-a': '1, 2', 'x-b': 'c: d' });
});
