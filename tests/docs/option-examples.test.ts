import { readFileSync } from 'node:fs';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { completeOptions, optionTables } from '../../adapters/options.ts';
import { completeOptions as completeDoctorOptions, doctorTable } from '../../doctor/options.ts';
import { createConnection, eventSourceTransport } from '../../index.ts';
import { observeConnections } from '../../opentelemetry/index.ts';
import { observationTable } from '../../opentelemetry/options.ts';
import { acrossTabs, tabsTable } from '../../tabs/across-tabs.ts';
import { createTestClock } from '../../testing/index.ts';
import { inspectConnections } from '../../visualizations/inspect/index.ts';
import { inspectionTable } from '../../visualizations/inspect/options.ts';

/** The options of each table, where it is written, and what checks them. */
const tables = [
  { file: 'machines/settings.ts', table: optionTables.statechart, check: completeOptions },
  { file: 'transports/actor-options.ts', table: optionTables['transport actor'], check: completeOptions },
  { file: 'transports/fetch.ts', table: optionTables.fetchTransport, check: completeOptions },
  { file: 'transports/event-source.ts', table: optionTables.eventSourceTransport, check: completeOptions },
  { file: 'adapters/options.ts', table: optionTables.connection, check: completeOptions },
  {
    file: 'doctor/settings.ts',
    table: doctorTable,
    check: completeDoctorOptions,
    elsewhere: ['only', 'skip'],
  },
  { file: 'tabs/across-tabs.ts', table: tabsTable },
  { file: 'visualizations/inspect/options.ts', table: inspectionTable },
  { file: 'opentelemetry/options.ts', table: observationTable },
] as const;

/** The names of an app that examples use. */
const app = {
  acrossTabs,
  answerId: 1,
  authenticatedFetch: fetch,
  BasicTracerProvider,
  captureException() {},
  connection: createConnection('/api/events', {
    immediate: false,
    transport: () => () => new Promise(() => {}),
  }),
  controller: new AbortController(),
  createTestClock,
  createWebSocketInspector: () => ({ adapter: { send() {} } }),
  document: { querySelector: () => null },
  eventSourceTransport,
  form: {},
  inspectConnections,
  location: { search: '' },
  log() {},
  MeterProvider,
  observeConnections,
  orders: { emit() {} },
  page: { lastEventId: '41' },
  PolyfilledEventSource: class {},
  question: 'Why?',
  reader: { setMetricProducer() {} },
  reloadNotifications() {},
  Sentry: { captureException() {} },
  session: { renew() {}, token: '' },
  sessionStorage: { getItem: () => null, setItem() {}, removeItem() {} },
  show() {},
  spanProcessors: [],
  token: '1',
  user: { id: 'ada' },
  z,
};

describe.each(tables)('the options of $file', ({ file, table, ...more }) => {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  const elsewhere: readonly string[] = 'elsewhere' in more ? more.elsewhere : [];

  test.each(Object.keys(table).filter((name) => !elsewhere.includes(name)))(
    '%s has an example that can be given',
    (name) => {
      const code = exampleOf(name, text);
      expect(code).toContain(name);
      if ('check' in more) more.check(run(code.startsWith('{') ? code : `{ ${code} }`) as object);
      else expect(run(code)).toBeDefined();
    },
  );
});

/** The code in the comment of an option. */
function exampleOf(name: string, text: string): string {
  const comment = new RegExp(
    String.raw`/\*\*((?:(?!\*/)[^])*)\*/\s+${name}(?:: (?:option|optional)\b|,$)`,
    'm',
  ).exec(text);
  return /@example `([^`]+)`/.exec(comment?.[1] ?? '')?.[1] ?? '';
}

function run(code: string): unknown {
  return new Function(...Object.keys(app), `return (${code})`)(...Object.values(app));
}
