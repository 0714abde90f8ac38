import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runMigrate } from '../../migrate/command.ts';
import { migrateFile } from '../../migrate/migrate-file.ts';

const shapes = join(import.meta.dirname, 'shapes');
const read = (name: string) => readFileSync(join(shapes, name), 'utf8');

/** Uses as people write them: `chat-post.before.tsx.txt` becomes `chat-post.after.tsx`. */
const befores = readdirSync(shapes).filter((name) => name.includes('.before.'));

/** Each of these is left to the person, or is no use of the class at all. */
const leftAlone: Readonly<Record<string, readonly string[]>> = {
  'classic-script.before.js.txt': ['1 left: the file is no module, and can import nothing'],
  'options-elsewhere.before.ts.txt': [
    '6 left: its options are not written here but in `options`',
    '7 left: its options have a part that is written elsewhere, `...shared`',
    '8 left: the option `mode` has none that corresponds to it; a `fetch` of your own can set it',
    '9 left: its promise is used; a connection has none, so read it with `for await`, or subscribe to it',
    '13 left: `onerror` returns a delay: that is `retryDelay` now',
    '19 left: `onmessage` throws to end the stream: use `closeOn`',
  ],
  'own-class.before.ts.txt': [],
  'required.before.js.txt': [
    '1 left: it is loaded by `require`: make the file a module first, as sse-machine is one',
  ],
};

describe('the codemod', () => {
  test('is tried on at least ten shapes of use that it rewrites', () => {
    expect(befores.length - Object.keys(leftAlone).length).toBeGreaterThanOrEqual(10);
  });

  test.each(befores.filter((name) => !leftAlone[name]))('rewrites %s', async (name) => {
    const { text } = migrateFile(plain(name), read(name));
    // The types of what is written here are checked with those of the package, as all files are.
    await expect(text).toMatchFileSnapshot(
      join(shapes, name.replace('.before.', '.after.').replace('.txt', '')),
    );
  });

  test.each(Object.entries(leftAlone))('leaves %s alone, and says why', (name, remarks) => {
    const migrated = migrateFile(plain(name), read(name));
    expect(migrated.text).toBe(read(name));
    expect(migrated.remarks.map(({ line, kind, words }) => `${line} ${kind}: ${words}`)).toEqual(remarks);
  });

  test.each(befores)('has nothing to do a second time: %s', (name) => {
    const { text } = migrateFile(plain(name), read(name));
    expect(migrateFile(plain(name), text).text).toBe(text);
  });

  test('names the line of a component of Vue as the editor counts it', () => {
    const { remarks } = migrateFile('composable.vue', read('composable.before.vue.txt'));
    expect(remarks).toEqual([{ line: 5, kind: 'rewritten', words: '' }]);
  });

  test('lets a directive stay the first thing in the file', () => {
    const { text } = migrateFile(
      'page.ts',
      "'use client';\n\nexport const f = () => new EventSource('/a');\n",
    );
    expect(text).toMatch(/^'use client';\n\nimport/);
  });
});

describe('sse-machine migrate', () => {
  test('shows what it would change, and changes nothing', async () => {
    const file = inFolder('effect.before.tsx.txt');
    const { code, stdout } = await run(file);
    expect(code).toBe(0);
    expect(stdout).toContain("-    const events = new EventSource('/api/events');");
    expect(stdout).toContain('+    const events = createConnection<Record<string, string>>(');
    expect(stdout).toContain(`${file}:12: rewritten\n`);
    expect(stdout).toContain(
      '1 rewritten, 0 with another class, 0 left to you.\nNothing is written without --write.',
    );
    expect(readFileSync(file, 'utf8')).toBe(read('effect.before.tsx.txt'));
  });

  test('writes with --write, in all of a folder', async () => {
    const file = inFolder('effect.before.tsx.txt');
    const { code } = await run('--write', join(file, '..'));
    expect(code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(read('effect.after.tsx'));
  });

  test('exits with 1 when something is left to do by hand', async () => {
    const { code, stdout } = await run(inFolder('required.before.js.txt'));
    expect(code).toBe(1);
    expect(stdout).toContain('.js:1: left as it is: it is loaded by `require`');
  });

  test.each([
    { words: [], complaint: 'Give files or folders.' },
    { words: ['--dry'], complaint: "Unknown option '--dry'" },
    { words: ['/not/there'], complaint: 'There is no /not/there.' },
  ])('says what is wrong with $words', async ({ words, complaint }) => {
    const { code, stderr } = await run(...words);
    expect(code).toBe(2);
    expect(stderr).toContain(complaint);
  });

  test('shows its help', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('--write');
  });
});

function plain(name: string): string {
  return name.replace('.before', '').replace('.txt', '');
}

/** A folder with that file alone. */
function inFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sse-machine-migrate-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, plain(name));
  writeFileSync(file, read(name));
  return file;
}

async function run(...words: string[]) {
  const outputs = { stdout: '', stderr: '' };
  const into = (name: keyof typeof outputs) => ({
    write: (text: string) => {
      outputs[name] += text;
    },
  });
  const code = await runMigrate(words, { stdout: into('stdout'), stderr: into('stderr') });
  return { code, ...outputs };
}
