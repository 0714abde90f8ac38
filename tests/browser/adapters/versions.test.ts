import { act } from '@testing-library/react';
import { useMachine } from '@xstate/react';
import { useMachine as runInVue } from '@xstate/vue';
import { createElement, version as reactVersion } from 'react';
import { version as reactDomVersion } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { expect, inject, test } from 'vitest';
import { createApp, h, nextTick, version as vueVersion } from 'vue';
import { setup } from 'xstate';

const machine = setup({}).createMachine({
  initial: 'off',
  states: { off: { on: { press: 'on' } }, on: {} },
});

test('the tests run against the React and the Vue that they are meant for', () => {
  const { react, vue } = inject('peers');
  const [inReact, inDom] = [reactVersion, reactDomVersion].map((version) => version.split('-')[0]); // 18.0.0-fc46dba67
  expect({ inReact, inDom, vueVersion }).toEqual({ inReact: react, inDom: react, vueVersion: vue });
});

test('React DOM and @xstate/react use the same copy of React', async () => {
  const host = document.createElement('div');
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  await act(async () => createRoot(host).render(createElement(SwitchInReact)));
  expect(host.textContent).toBe('off');
  await act(async () => host.querySelector('button')?.click());
  expect(host.textContent).toBe('on');
});

test('@xstate/vue uses the same copy of Vue', async () => {
  const host = document.createElement('div');
  createApp(SwitchInVue).mount(host);
  expect(host.textContent).toBe('off');
  host.querySelector('button')?.click();
  await nextTick();
  expect(host.textContent).toBe('on');
});

function SwitchInReact() {
  const [snapshot, send] = useMachine(machine);
  return createElement('button', { type: 'button', onClick: () => send({ type: 'press' }) }, snapshot.value);
}

const SwitchInVue = {
  setup() {
    const { snapshot, send } = runInVue(machine);
    return () =>
      h('button', { type: 'button', onClick: () => send({ type: 'press' }) }, snapshot.value.value);
  },
};
