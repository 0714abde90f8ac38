import { afterEach, expect, test, vi } from 'vitest';
import { createActor, setup } from 'xstate';
import { type EnvironmentEvent, fromEnvironment } from '../../index.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Starts the actor under a parent that writes down what it hears. */
function listen() {
  const heard: EnvironmentEvent[] = [];
  const machine = setup({
    types: {} as { events: EnvironmentEvent },
    actors: { environment: fromEnvironment({ now: () => 42, random: () => 0.25 }) },
  });
  const actor = createActor(
    machine.createMachine({
      invoke: { src: 'environment', input: ({ self }) => ({ connection: self }) },
      on: { '*': { actions: ({ event }) => heard.push(event) } },
    }),
  ).start();
  return { actor, heard };
}

function setVisibility(state: DocumentVisibilityState) {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
}

test('tells what happens to the network and to the page, until it is stopped', () => {
  const { actor, heard } = listen();
  window.dispatchEvent(new Event('offline'));
  window.dispatchEvent(new Event('online'));
  setVisibility('hidden');
  document.dispatchEvent(new Event('visibilitychange'));
  setVisibility('visible');
  document.dispatchEvent(new Event('visibilitychange'));
  document.dispatchEvent(new Event('resume'));
  actor.stop();
  window.dispatchEvent(new Event('online'));
  document.dispatchEvent(new Event('resume'));
  expect(heard).toEqual(
    ['network.offline', 'network.online', 'page.hidden', 'page.visible', 'page.resumed'].map((type) => ({
      type,
      at: 42,
      hidden: type === 'page.hidden',
      ...(type === 'network.offline' && { random: 0.25 }),
    })),
  );
});

test('takes a page that is kept for a frozen one, and one that is shown again for resumed, however it was kept', () => {
  const { heard } = listen();
  document.dispatchEvent(new Event('freeze'));
  window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
  window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
  window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: false }));
  window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: false }));
  expect(heard.map(({ type }) => type)).toEqual([
    'page.frozen',
    'page.frozen',
    'page.resumed',
    'page.resumed',
  ]);
});

test('starts by telling what is unusual, and nothing else', () => {
  expect(listen().heard).toEqual([]);
  setVisibility('hidden');
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
  expect(listen().heard.map(({ type }) => type)).toEqual(['network.offline', 'page.hidden']);
});
