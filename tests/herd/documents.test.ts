import { expect, test } from 'vitest';
import { documents, measuredFile, pageFile } from '../../visualizations/herd/documents.ts';
import { filledIn } from '../../visualizations/herd/fill-in-page.ts';
import { read } from '../docs/documentation.ts';

const page = read(pageFile);
const measurement = read(measuredFile);

test('the committed page and plots are what the command writes today', () => {
  const written = documents(page, measurement);
  expect(Object.keys(written)).toEqual([
    'docs/herd/deploy-5.svg',
    'docs/herd/deploy-15.svg',
    'docs/herd/deploy-60.svg',
    'docs/herd/reality.svg',
    pageFile,
  ]);
  const stale = Object.keys(written).filter((file) => written[file] !== read(file));
  expect(stale, 'run `npm run herd`').toEqual([]);
  for (const file of Object.keys(written).filter((name) => name.endsWith('.svg')))
    expect(page).toContain(`(${file.replace('docs/', '')})`);
});

test('only what stands between the marks is replaced', () => {
  const text = 'Before.\n<!-- herd: one -->\nold\n<!-- /herd -->\nAfter.\n';
  const filled = filledIn(text, new Map([['one', 'new $&']]));
  expect(filled).toBe('Before.\n<!-- herd: one -->\n\nnew $&\n\n<!-- /herd -->\nAfter.\n');
  expect(filledIn(filled, new Map([['one', 'new $&']]))).toBe(filled);
});

test('a page without a place for a part, or with a place for nothing, is refused', () => {
  const place = '<!-- herd: one -->\n<!-- /herd -->';
  expect(() => filledIn('', new Map([['one', '']]))).toThrow('no place for one');
  expect(() => filledIn(place, new Map())).toThrow("nothing called 'one'");
  expect(() => filledIn(`${place}\n${place}`, new Map([['one', '']]))).toThrow('or it comes twice');
});
