import { describe, expect, test } from 'vitest';
import { facts, type Place } from '../event-source/facts.ts';
import { documentation, read } from './documentation.ts';

const page = read('docs/event-source.md');
const proof = read('docs/proof.md');
const { examples, table } = documentation('docs/event-source.md');

describe('the guide to the EventSource classes', () => {
  test('has an example for each library', () => {
    expect(examples.map(([file]) => file)).toEqual(
      ['global', 'htmx', 'turbo', 'vueuse', 'trpc', 'eventsource', 'mcp'].map(
        (name) => `examples/event-source/${name}.ts`,
      ),
    );
  });

  test.each(examples)('shows %s as it is run', (file, text) => {
    expect(text).toBe(read(file));
  });

  test.each<[Place, string]>([
    ['page', 'a page of Chromium'],
    ['node', 'Node'],
  ])('counts the facts of a %s', (place, words) => {
    const here = facts.filter(({ where }) => where?.includes(place) ?? true).length;
    const row = table('classes').find(([what]) => what?.startsWith(`facts in ${words}`));
    expect([row?.[0], row?.[2]]).toEqual([`facts in ${words}, of ${here}`, String(here)]);
    expect(proof).toMatch(new RegExp(`their facts in ${words}[^|]*\\| ${here} \\| ${here} \\|`));
  });

  test('names every file of the Web Platform Tests that does not hold, and counts the others', () => {
    const never = table('never').map(([file]) => file);
    const files = new Set(facts.map(({ file }) => file));
    // Those that need a frame are told beside the facts.
    const realms = read('tests/browser/event-source/realms.test.ts');
    for (const [, file = ''] of realms.matchAll(/'(eventsource-[\w-]+):/g)) files.add(file);
    const holding = [...files].filter((file) => !never.includes(file)).length;
    expect(proof).toContain(`Web Platform Tests, files | ${holding} | ${holding + never.length} |`);
    expect(page).toContain(`Of the ${holding + never.length} files of these tests, ${holding} hold.`);
  });
});
