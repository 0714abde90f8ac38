import { afterEach, beforeEach, expect, vi } from 'vitest';

const { error, warn } = console;

/** React and Vue tell of misuse in the console only: where a test must do without, it fails. */
beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(error);
  vi.spyOn(console, 'warn').mockImplementation(warn);
});

afterEach(() => {
  expect(console.error).not.toHaveBeenCalled();
  expect(vi.mocked(console.warn).mock.calls.filter(([text]) => !explains(text))).toEqual([]);
});

/** The faults are made here on purpose, and a connection says once what their cause may be. */
function explains(text: unknown): boolean {
  return /^sse-machine: .*troubleshooting\.md#[a-z-]+$/s.test(String(text));
}
