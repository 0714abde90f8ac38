import { expect, test } from 'vitest';
import { ConnectionError } from '../../index.ts';
import { asConnectionError, isInvalidUrl, isProgrammingError } from '../../transports/network-error.ts';

const fault = (code: unknown, cause?: unknown) =>
  Object.assign(new Error('GET /?token=secret'), { code, cause });

test.each([
  ['its own', fault('ECONNREFUSED'), 'The server is gone (ECONNREFUSED).'],
  ['that of its cause', fault(undefined, fault('UND_ERR_SOCKET')), 'The server is gone (UND_ERR_SOCKET).'],
  [
    'its own before that of its cause',
    fault('ECONNRESET', fault('EPIPE')),
    'The server is gone (ECONNRESET).',
  ],
  ['none that says anything', fault('E1'), 'The server is gone.'],
  ['none that is short enough to trust', fault('AB'), 'The server is gone.'],
  ['none with a secret in front', fault('secret ECONNRESET'), 'The server is gone.'],
  ['none with a secret behind', fault('ECONNRESET secret'), 'The server is gone.'],
  ['none', undefined, 'The server is gone.'],
])('a fault of the network is told by the word of the system: %s', (_, cause, message) => {
  expect(asConnectionError(cause, 'The server is gone')).toMatchObject({ kind: 'network', message, cause });
});

test('an error of the connection stays what it is', () => {
  const error = new ConnectionError('forbidden', 'No.');
  expect(asConnectionError(error)).toBe(error);
});

test('an error of the connection in its plain form, as out of a worker, becomes one again', () => {
  const error = new ConnectionError('http', 'No.', { status: 404, retryAfter: 5, unsent: true });
  const restored = asConnectionError(structuredClone(error.toJSON()));
  expect(restored).toBeInstanceOf(ConnectionError);
  expect(restored.toJSON()).toEqual(error.toJSON());
});

test.each([
  [Object.assign(new TypeError('no words'), { code: 'ERR_INVALID_URL' }), true],
  [new TypeError('Failed to parse URL from /api/events'), true],
  [new TypeError('Invalid URL'), true],
  [new TypeError("Invalid URL: '/api/events'"), true],
  [new TypeError('fetch() URL is invalid'), true],
  [new TypeError('Only absolute URLs are supported'), true],
  [new TypeError('Window.fetch: // is not a valid URL.'), true],
  [new TypeError('URL is not valid or contains user credentials.'), true],
  [new TypeError('fetch failed', { cause: fault('ERR_INVALID_URL') }), false], // that of a redirect
  [new TypeError('request to http://localhost/url failed, reason: invalid answer'), false],
  [new TypeError('Failed to fetch'), false],
  [undefined, false],
])('%s is of an invalid URL: %s', (error, expected) => {
  expect(isInvalidUrl(error)).toBe(expected);
});

test.each([
  [new TypeError("Cannot read properties of undefined (reading 'get')"), true],
  [new TypeError('can\'t access property "get", axios is undefined'), true],
  [new TypeError("undefined is not an object (evaluating 'axios.get')"), true],
  [new TypeError('headers is not iterable'), true],
  [new ReferenceError('axios is not defined'), true],
  [new RangeError('Maximum call stack size exceeded'), true],
  [new TypeError('Failed to fetch'), false],
  [new TypeError('NetworkError when attempting to fetch resource.'), false],
  [new TypeError('Load failed'), false],
  [new TypeError('Origin http://a is not allowed by Access-Control-Allow-Origin.'), false],
  [new Error('axios is not a function'), false],
  [undefined, false],
])('%s is a fault in the code: %s', (error, expected) => {
  expect(isProgrammingError(error)).toBe(expected);
});
