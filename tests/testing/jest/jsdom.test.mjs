/** @jest-environment jsdom */
import { expect, test } from '@jest/globals';
import { testTheKit } from './suite.mjs';

testTheKit();

test('this is a window without a network', () => {
  expect(typeof window).toBe('object');
  expect(typeof fetch).toBe('undefined');
});
