import { describe, expect, test } from 'vitest';
import {
  ConnectionError,
  exceeded,
  type FailureKind,
  isConnectionError,
} from '../../machines/connection-error.ts';

describe('an error of the connection', () => {
  const cause = new Error('what only the app may see');

  test('becomes plain data in JSON, without its cause', () => {
    const error = new ConnectionError('http', 'The server answered 503.', {
      status: 503,
      retryAfter: 2_000,
      unsent: true,
      cause,
    });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'ConnectionError',
      kind: 'http',
      message: 'The server answered 503.',
      status: 503,
      retryAfter: 2_000,
      unsent: true,
    });
    expect(error.cause).toBe(cause);
  });

  test('has only the details that are known', () => {
    const error = new ConnectionError('network', 'The stream broke.', {
      status: undefined,
      retryAfter: undefined,
      unsent: undefined,
    });
    expect(['status', 'retryAfter', 'unsent', 'cause'].filter((name) => name in error)).toEqual([]);
    expect(Object.keys(error.toJSON())).toEqual(['name', 'kind', 'message']);
  });
});

test('an error of a limit names the option that sets it', () => {
  expect(exceeded('idle', 'idleTimeout', 100)).toMatchObject({
    kind: 'idle',
    message: 'The limit `idleTimeout` of 100 was exceeded.',
  });
});

describe('what counts as an error of the connection', () => {
  const named = (name: string, kind: string) => Object.assign(new Error('No.'), { name, kind });

  test.each([
    ['its own', new ConnectionError('idle', 'No.'), true],
    ['one of another copy of the package', named('ConnectionError', 'idle'), true],
    ['one of others by the same name', named('ConnectionError', 'ECONNRESET'), false],
    ['one by another name', named('DatabaseError', 'network'), false],
    ['its plain form', new ConnectionError('idle', 'No.').toJSON(), true],
    ['its plain form from another realm', structuredClone(new ConnectionError('idle', 'No.').toJSON()), true],
    ['its plain form out of JSON', JSON.parse(JSON.stringify(new ConnectionError('idle', 'No.'))), true],
    ['an error that was cloned, which costs it its kind', structuredClone(named('Error', 'idle')), false],
    ['an object with another kind', { name: 'ConnectionError', kind: 'ECONNRESET', message: 'No.' }, false],
    ['an object with a kind alone', { kind: 'idle', message: 'No.' }, false],
    ['a name', 'ConnectionError', false],
    ['nothing', undefined, false],
    ['null', null, false],
  ])('%s', (_, value, expected) => {
    expect(isConnectionError(value)).toBe(expected);
  });

  test.each([
    'network',
    'http',
    'unauthorized',
    'forbidden',
    'content-type',
    'timeout',
    'idle',
    'ended',
    'too-large',
    'exhausted',
    'invalid',
  ] satisfies FailureKind[])('of the kind %s', (kind) => {
    expect(isConnectionError(new ConnectionError(kind, 'No.'))).toBe(true);
  });
});
