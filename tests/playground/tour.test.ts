import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { chartTransitions } from '../../machines/chart.ts';
import { connectionMachine } from '../../machines/connection.ts';
import { tabsMachine } from '../../machines/tabs.ts';
import { scenarios } from '../../visualizations/playground/src/tour/scenarios.ts';
import { playgroundFixture } from './playground-fixture.ts';
import { askFaults, expectWhole, panels } from './playground-page.ts';

const playground = playgroundFixture();

describe('the guided tour', () => {
  it('names guards that the statecharts have', () => {
    const charts = [connectionMachine, tabsMachine];
    const known = charts.flatMap((chart) => chartTransitions(chart)).map(({ guard }) => guard);
    for (const { id, guards } of scenarios) {
      for (const guard of guards) expect(known, id).toContain(guard.split(':')[0]);
    }
  });

  it('plays by itself when the address asks for it, as expected, and leaves everything as it was', async () => {
    const opened = await playground.open({ query: { tour: 'renewal' } });
    const { page, panel, shown } = opened;
    await expect.poll(shown).toContainEqual(
      expect.objectContaining({
        settings: expect.stringContaining('a token'),
        tour: { phase: 'telling', narration: expect.stringMatching(/^Step 1 of 1\. /) },
      }),
    );
    await phase(page, 'finished');
    expect(await outcomes(page)).toEqual(['As expected']);
    for (const name of panels) await panel(name).getByText('Retries 0 of 500').waitFor();
    expect(await page.locator('summary', { hasText: 'a token' }).count()).toBe(0);
    await opened.both('open');
    expect((await askFaults(playground.url)).current?.inForce).toBe(false);
    await expectWhole(opened);
  });

  it('plays every step of every scenario as expected, one after the other', async () => {
    const opened = await playground.open();
    const { page } = opened;
    await page.locator('.tour').getByRole('button', { name: 'Play' }).click();
    for (const { id, steps } of scenarios) {
      await page.locator(`.tour:has(option[value=${id}]:checked)`).waitFor();
      await playOut(page);
      expect(await outcomes(page), id).toEqual(steps.map(() => 'As expected'));
      await opened.both('open');
      await expectWhole(opened);
      await page.getByRole('button', { name: 'Next scenario' }).click();
    }
  });

  it('waits while it is paused, goes on when told, and stops with Escape', async () => {
    const { page, panel, both } = await playground.open();
    await both('open');
    const play = page.locator('.tour').getByRole('button', { name: /^(Play|Pause)$/ });
    await play.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter'); // before the first step has been told, so that it stays as long as it takes to look
    await page.locator('.tour').getByRole('button', { name: 'Play' }).waitFor();
    await phase(page, 'telling');
    await page.getByRole('button', { name: 'Next' }).press('Enter');
    await phase(page, 'judged');
    await page.locator('.tour').getByRole('button', { name: 'Play' }).press('Enter');
    await page.locator('.tour').getByRole('button', { name: 'Pause' }).waitFor();
    await page.keyboard.press('Escape');
    await phase(page, 'stopped');
    for (const name of panels) await panel(name).getByText('Retries 0 of 500').waitFor();
    await both('open');
  });

  it('says what happened instead when it comes otherwise', async () => {
    const { page, panel } = await playground.open();
    await page.getByLabel('Scenario').selectOption('forbidden');
    await page.locator('.tour').getByRole('button', { name: 'Play' }).click();
    await page.locator('.tour').getByRole('button', { name: 'Pause' }).click(); // it stays as long as it takes to look
    await phase(page, 'telling');
    await panel('React').getByRole('button', { name: 'Close' }).click();
    await next(page);
    await phase(page, 'judged');
    const [outcome] = await outcomes(page);
    expect(outcome).toMatch(/^Not as expected\. React is closed: You closed it\. .*Vue is failed: /);
  });
});

/** Presses Next whenever it can be pressed, so that nobody has to wait until it was read. */
async function playOut(page: Page): Promise<void> {
  for (;;) {
    const ready = page.locator('.tour:is([data-phase=telling], [data-phase=judged], [data-phase=finished])');
    await ready.waitFor();
    if ((await ready.getAttribute('data-phase')) === 'finished') return;
    await next(page);
  }
}

/** It may have gone on by itself meanwhile. */
async function next(page: Page): Promise<void> {
  await page.evaluate(() => {
    const tour = document.querySelector('.tour:not([data-phase=finished])');
    const buttons = [...(tour?.querySelectorAll('button') ?? [])];
    buttons.find(({ textContent, disabled }) => textContent === 'Next' && !disabled)?.click();
  });
}

async function phase(page: Page, name: string): Promise<void> {
  await page.locator(`.tour[data-phase=${name}]`).waitFor();
}

function outcomes(page: Page): Promise<string[]> {
  return page.locator('.outcome').allTextContents();
}
