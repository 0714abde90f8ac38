import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Locator, Page } from 'playwright';
import { expect } from 'vitest';

/** A viewer as a person sees it. */
export interface ViewerPage {
  readonly page: Page;
  readonly list: Locator;
  readonly rows: Locator;
  readonly timeline: Locator;
  readonly picker: Locator;
  /** The rows that say something, such as `connecting → open.fresh`. */
  row(words: string | RegExp): Locator;
  /** The row that is marked as selected, as one line. */
  selected(): Promise<string>;
  fact(term: string): Promise<string>;
  /** The states of the chart that are lit, and the arrow that led there. */
  lit(): Promise<string[]>;
  isLive(): Promise<boolean>;
}

export function viewerPage(page: Page): ViewerPage {
  const list = page.getByRole('listbox', { name: 'Sequence of events' });
  const rows = list.getByRole('option');
  const facts = page.getByRole('region', { name: 'Facts of the shown moment' });
  const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
  return {
    page,
    list,
    rows,
    timeline: page.getByRole('slider', { name: 'Timeline' }),
    picker: page.getByRole('combobox', { name: 'Connection' }),
    row: (words) => rows.filter({ hasText: words }),
    selected: async () => oneLine(await rows.and(page.locator('[aria-selected=true]')).innerText()),
    fact: async (term) => {
      const fact = facts.locator('dl > div').filter({ has: page.getByText(term, { exact: true }) });
      return oneLine(await fact.locator('dd').innerText());
    },
    lit: () =>
      page
        .getByRole('region', { name: 'Statechart' })
        .locator('.state.active, .arrow.taken')
        .evaluateAll((shapes) =>
          shapes.map((shape) => shape.getAttribute('data-state') ?? shape.getAttribute('data-arrow') ?? ''),
        ),
    isLive: () => page.getByText('Live', { exact: true }).isVisible(),
  };
}

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Has axe look at a page. */
export async function expectAccessible(page: Page): Promise<void> {
  expect(await violationsOf(page)).toEqual([]);
}

/** The complaints of axe, each with the first element that it is about. */
export function violationsOf(page: Page): Promise<string[]> {
  return page.evaluate(async (source) => {
    if (!('axe' in window)) Reflect.construct(Function, [source])();
    const { violations } = await Reflect.get(window, 'axe').run();
    return violations.map(
      ({ id, nodes }: { id: string; nodes: { html: string }[] }) => `${id}: ${nodes[0]?.html}`,
    );
  }, axe);
}
