import { setupWorker } from 'msw/browser';
import { createRoot } from 'react-dom/client';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import * as stories from '../../examples/testing/react/badge.stories.tsx';
import * as withParameters from '../../examples/testing/react/badge-parameters.stories.tsx';
import { until } from '../support/until.ts';

const msw = setupWorker();

beforeAll(() => msw.start({ quiet: true, onUnhandledFrame: 'bypass' }));
afterEach(() => msw.resetHandlers());
afterAll(() => msw.stop());

/** Renders the component and plays the story, as Storybook does. */
async function show(Component: React.ComponentType, play: () => Promise<void>) {
  const host = document.createElement('div');
  const root = createRoot(host);
  root.render(<Component />);
  await play();
  return { host, [Symbol.dispose]: () => root.unmount() };
}

const { default: badge, ...named } = stories;

test.each([
  ['Connecting', 'Connecting…'],
  ['Live', 'Live3 unread'],
  ['ComesBack', 'Live4 unread'],
  ['Overloaded', 'Connection lost. Trying again…'],
  ['SignedOut', 'No connectionConnect'],
] as const)('the story %s shows "%s", also when it is played again', async (name, shown) => {
  for (const _ of ['once', 'again']) {
    const cleanUp = badge.beforeEach({ msw });
    {
      using story = await show(badge.component, named[name].play);
      await until(() => story.host.textContent === shown);
    }
    cleanUp();
  }
});

test('every story is shown', () => {
  expect(Object.keys(named)).toHaveLength(5);
});

test('handlers among the parameters of the stories play the same', async () => {
  for (const _ of ['once', 'again']) {
    msw.use(...withParameters.default.parameters.msw.handlers);
    using story = await show(withParameters.default.component, withParameters.Live.play);
    await until(() => story.host.textContent === 'Live3 unread');
  }
});
