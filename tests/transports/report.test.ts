import { afterEach, expect, test, vi } from 'vitest';
import { defaultReporter, report } from '../../transports/report.ts';

const fault = new Error('a fault of the app');

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test('a fault of the app goes to the error listeners of the page, or to the console where there is no page', () => {
  const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
  const listeners = vi.fn();
  vi.stubGlobal('reportError', listeners);
  defaultReporter(fault);
  expect([listeners.mock.calls, logged.mock.calls]).toEqual([[[fault]], []]);
  vi.stubGlobal('reportError', undefined);
  defaultReporter(fault);
  expect([listeners.mock.calls, logged.mock.calls]).toEqual([[[fault]], [[fault]]]);
});

test('a reporter that throws stops nothing: its own fault goes to the console', () => {
  const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
  const broken = new Error('the reporter is broken');
  report(() => {
    throw broken;
  }, fault);
  expect(logged.mock.calls).toEqual([[broken]]);
});
