import { afterEach, beforeEach, expect, vi } from 'vitest';

const { error, warn } = console;

/** React and Vue tell of misuse in the console only: where a test must do without, it fails. */
beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(error);
  vi.spyOn(console, 'warn').mockImplementation(warn);
});

afterEach(() => {
  expect(console.error).not.toHaveBeenCalled();
  expect(console.warn).not.toHaveBeenCalled();
});
