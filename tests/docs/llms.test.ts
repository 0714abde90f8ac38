import { expect, test } from 'vitest';
import { machineTexts } from '../../site/build/machine-texts.ts';
import { read } from './documentation.ts';

test.each(Object.entries(machineTexts()))(
  'site/public/%s is what `npm run llms` makes of the docs',
  (name, text) => {
    expect(read(`site/public/${name}`)).toBe(text);
  },
);

test('every page for users is named, with a sentence', () => {
  const lines = machineTexts()['llms.txt'].match(/^- .*$/gm) ?? [];
  expect(lines.length).toBeGreaterThan(25);
  expect(lines.filter((line) => !/^- \[.+\]\(https:\S+\.html\): .{10,}[.!?]$/.test(line))).toEqual([]);
});

test('the skill names only what the package has', async () => {
  const skill = read('skills/sse-machine/SKILL.md');
  expect(skill).toMatch(/^---\nname: sse-machine\ndescription: .{40,1000}\n---\n/);
  const entries = { ...(await import('../../index.ts')), ...(await import('../../testing/index.ts')) };
  const imported = [...skill.matchAll(/import \{ ([^}]+) \} from 'sse-machine(?:\/testing)?'/g)].flatMap(
    ([, names = '']) => names.split(', '),
  );
  expect(imported.length).toBeGreaterThan(2);
  expect(imported.filter((name) => !(name in entries))).toEqual([]);
});
