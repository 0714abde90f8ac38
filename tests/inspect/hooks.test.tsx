// @vitest-environment jsdom
import { render as renderReact } from '@testing-library/react';
import { mount } from '@vue/test-utils';
import { useMachine as useMachineInReact } from '@xstate/react';
import { useMachine as useMachineInVue } from '@xstate/vue';
import { StrictMode } from 'react';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defineComponent, h, ref } from 'vue';
import { useServerSentEvents as useInReact } from '../../adapters/react.ts';
import { useServerSentEvents as useInVue } from '../../adapters/vue.ts';
import { connectionMachine, fromTransport } from '../../index.ts';
import { createScriptedTransport, type ScriptedTransport } from '../../testing/index.ts';
import { type Inspection, inspectConnections } from '../../visualizations/inspect/index.ts';
import { until } from '../support/until.ts';
import { createRecordingViewer, type RecordingViewer } from './recording-viewer.ts';

let viewer: RecordingViewer;
let inspection: Inspection;
let server: ScriptedTransport;

beforeEach(() => {
  viewer = createRecordingViewer();
  inspection = inspectConnections({ viewer });
  server = createScriptedTransport();
});

afterEach(() => inspection.stop());

/** The names of the connections that have sent a request. */
function running(): string[] {
  const connections = viewer.names().filter((name) => !name.includes('·'));
  return connections.filter((name) => viewer.names().includes(`${name} · transport 1`));
}

const provided = () =>
  connectionMachine.provide({ actors: { transport: fromTransport(server.transport({ url: '/' })) } });

describe('the connections of components are shown', () => {
  test('in React, in Strict Mode and with another URL', async () => {
    const { transport } = server;
    function Panel({ url }: { url: string }) {
      return <p>{useInReact(url, { transport }).status}</p>;
    }
    const { rerender, unmount } = renderReact(<Panel url="/a" />, { wrapper: StrictMode });
    await server.accept();
    rerender(<Panel url="/b" />);
    await server.accept();
    await until(() => running().some((name) => name.startsWith('/b')));
    expect(new Set(running().map((name) => name.replace(/ \d$/, '')))).toEqual(new Set(['/a', '/b']));
    expect(viewer.events('request.accepted')).toHaveLength(2);
    unmount();
    expect(viewer.events('suspend')).not.toEqual([]);
  });

  test('in Vue, with another URL', async () => {
    const { transport } = server;
    const url = ref('/a');
    const Panel = defineComponent(() => {
      const { status } = useInVue(url, { transport });
      return () => h('p', status.value);
    });
    const panel = mount(Panel);
    await server.accept();
    url.value = '/b';
    await panel.vm.$nextTick();
    await server.accept();
    expect(running()).toEqual(['/a', '/b']);
    expect(viewer.events('request.accepted')).toHaveLength(2);
    panel.unmount();
  });

  test('where `useMachine` runs the statechart, in React', async () => {
    const machine = provided();
    function Panel() {
      const [snapshot] = useMachineInReact(machine, { inspect: inspection.inspect, id: 'feed' });
      return <p>{JSON.stringify(snapshot.value)}</p>;
    }
    const { unmount } = renderReact(<Panel />, { wrapper: StrictMode });
    await server.accept();
    expect(running()).toEqual(['feed']);
    expect(viewer.events('request.accepted')).toHaveLength(1);
    unmount();
  });

  test('where `useMachine` runs the statechart, in Vue', async () => {
    const machine = provided();
    const Panel = defineComponent(() => {
      const { snapshot } = useMachineInVue(machine, { inspect: inspection.inspect, id: 'feed' });
      return () => h('p', JSON.stringify(snapshot.value.value));
    });
    const panel = mount(Panel);
    await server.accept();
    expect(running()).toEqual(['feed']);
    expect(viewer.events('request.accepted')).toHaveLength(1);
    panel.unmount();
  });
});
