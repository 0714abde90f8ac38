import { expect, test } from 'vitest';
import type { FailureKind } from '../../machines/connection-error.ts';
import { type PolicyOverrides, verdictOn } from '../../machines/policy.ts';

const verdict = (kind: FailureKind, status?: number, overrides: PolicyOverrides = {}) =>
  verdictOn({ kind, message: '', ...(status !== undefined && { status }) }, overrides);

test.each([500, 501, 502, 503, 504, 599, 408, 425, 429])('%i is retried', (status) => {
  expect(verdict('http', status)).toBe('retry');
});

test.each([400, 402, 404, 405, 406, 409, 451, 201, 206, 304])('%i fails', (status) => {
  expect(verdict('http', status)).toBe('fail');
});

test('401 asks for fresh credentials, 403 does not, 204 ends it, 410 asks to begin anew', () => {
  expect(verdict('http', 410)).toBe('restart');
  expect(verdict('unauthorized', 401)).toBe('refresh');
  expect(verdict('forbidden', 403)).toBe('fail');
  expect(verdict('ended', 204)).toBe('stop');
});

test.each(['network', 'timeout', 'idle', 'ended'] as const)('%s is retried', (kind) => {
  expect(verdict(kind)).toBe('retry');
});

test.each(['too-large', 'invalid', 'exhausted'] as const)('%s fails', (kind) => {
  expect(verdict(kind)).toBe('fail');
});

test('another content type fails, although its status is 200', () => {
  expect(verdict('content-type', 200)).toBe('fail');
});

test('an override is taken by status, then by class, then by kind', () => {
  expect(verdict('http', 404, { 404: 'retry' })).toBe('retry');
  expect(verdict('http', 503, { 503: 'fail' })).toBe('fail');
  expect(verdict('http', 502, { 503: 'fail' })).toBe('retry');
  expect(verdict('http', 502, { '5xx': 'stop' })).toBe('stop');
  expect(verdict('http', 503, { '5xx': 'stop', 503: 'fail' })).toBe('fail');
  expect(verdict('unauthorized', 401, { 401: 'retry' })).toBe('retry');
  expect(verdict('network', undefined, { network: 'fail' })).toBe('fail');
  expect(verdict('ended', 204, { ended: 'retry' })).toBe('stop');
  expect(verdict('http', 429, { '4xx': 'fail' })).toBe('retry');
});
