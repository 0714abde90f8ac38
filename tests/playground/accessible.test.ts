import axe from 'axe-core';
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { playgroundFixture } from './playground-fixture.ts';
import { askFaults, fleetsAre, type PlaygroundPage } from './playground-page.ts';

const playground = playgroundFixture();

describe.each(['light', 'dark'] as const)('the playground in %s colours', (colorScheme) => {
  it('has nothing that axe complains of: at rest, during a fault, in the tour, with fleets', async () => {
    const { page, both } = await playground.open({ media: { colorScheme } });
    await both('open');
    await page.getByText('Settings', { exact: true }).click();
    await expectAccessible(page, 'at rest');

    await askFaults(playground.url, { id: 'restart', seconds: null });
    await both('backoff');
    await page.getByText('In force: Restart, like a deploy').waitFor();
    await page.getByRole('button', { name: 'Copy link to Cut in mid-event' }).click();
    await expectAccessible(page, 'during a fault');

    await askFaults(playground.url, { id: 'forbidden', seconds: null });
    await both('failed');
    await expectAccessible(page, 'failed');

    await page.getByRole('button', { name: 'Play' }).click();
    await page.locator('.tour[data-phase=telling]').waitFor();
    await expectAccessible(page, 'in the tour');

    const tab = await page.context().newPage();
    await tab.emulateMedia({ colorScheme });
    await tab.goto(new URL('tab.html', playground.url).href);
    await tab.getByRole('heading', { name: 'This tab leads' }).waitFor();
    await expectAccessible(tab, 'as a tab');
    await tab.close();

    // Its next fault would refuse the fleets.
    await page.getByLabel('Scenario').press('Escape');
    await page.locator('.tour[data-phase=stopped]').waitFor();
    await page.getByRole('button', { name: 'Connect them' }).click();
    await fleetsAre(page, '100 open');
    await expectAccessible(page, 'with fleets');
  });
});

describe('the playground', () => {
  it('fits a window of 400 pixels, whatever is shown', async () => {
    const { page, both } = await playground.open({ width: 400, query: { clients: 100, tuor: 'misspelt' } });
    const width = () => page.evaluate(() => document.documentElement.scrollWidth);
    await both('open');
    await page.locator('.fleet .summary').first().waitFor();
    await page.getByText('Settings', { exact: true }).click();
    expect(await width()).toBe(400);
    await page.getByLabel('Scenario').selectOption('offline');
    await page.getByRole('button', { name: 'Play' }).click();
    await page.locator('.tour[data-phase=telling]').waitFor();
    expect(await width()).toBe(400);
  });

  it('moves nothing for those who asked for less motion, and shows it all the same', async () => {
    const opened = await playground.open({ media: { reducedMotion: 'no-preference' } });
    const { page, both } = opened;
    await both('open');
    await askFaults(playground.url, { id: 'slow', delay: 60, seconds: null });
    await both('connecting');
    expect(await smoothAnimations(opened)).not.toEqual([]);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await smoothAnimations(opened)).toEqual([]);
    await page.getByRole('button', { name: 'Play' }).click();
    await page.locator('.tour[data-phase=telling]').waitFor();
    expect(await smoothAnimations(opened)).toEqual([]);
    expect(await page.locator('.tour .wait i').count()).toBe(1);
  });

  it('can be set, broken, toured and filled with clients by keyboard alone', async () => {
    const { page, panel, both } = await playground.open();
    await both('open');
    const settings = page.locator('summary', { hasText: 'Settings' });
    await settings.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type('12');
    await page.keyboard.press('Enter');
    await panel('React').getByText('Retries 0 of 12').waitFor();
    await both('open');

    await page.locator('[data-fault=forbidden] button').first().focus();
    await page.keyboard.press('Enter');
    await both('failed');
    await page.getByRole('button', { name: 'Lift' }).press('Enter');
    await panel('Vue').getByRole('button', { name: 'Reconnect' }).press('Enter');
    await panel('React').getByRole('button', { name: 'Reconnect' }).press('Space');
    await both('open');

    await page.getByLabel('Scenario').press('ArrowDown');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('.tour[data-phase=telling]').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.tour[data-phase=stopped]').waitFor();

    await page.getByRole('button', { name: 'Connect them' }).press('Enter');
    await fleetsAre(page, '100 open');
    await page.getByRole('button', { name: 'Disconnect them' }).press('Enter');
    await page.getByRole('button', { name: 'Connect them' }).waitFor();
  });
});

async function expectAccessible(page: Page, when: string): Promise<void> {
  // Colours fade from one status to the next: what is measured are those it comes to.
  await page.evaluate(async () => {
    const fading = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(fading.map(({ finished }) => finished));
  });
  await page.evaluate(axe.source);
  const complaints = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') };
    const { violations } = await axe.run(document);
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  });
  expect(complaints, when).toEqual([]);
}

/** The animations that run, but for those that go in steps. */
function smoothAnimations({ page }: PlaygroundPage): Promise<string[]> {
  return page.evaluate(() =>
    document.getAnimations().flatMap(({ effect, playState }) => {
      if (playState !== 'running' || !(effect instanceof KeyframeEffect)) return [];
      const easings = effect.getKeyframes().map(({ easing }) => easing);
      return easings.every((easing) => easing.startsWith('steps')) ? [] : [effect.target?.className ?? ''];
    }),
  );
}
