import { describe, expect, test } from 'vitest';
import { retryAfterOf } from '../../transports/http/retry-after.ts';

const noon = 'Sat, 21 Nov 2026 12:00:00 GMT';
const retryAfter = (value: string, date = noon) => retryAfterOf(new Headers({ 'retry-after': value, date }));

describe('Retry-After', () => {
  test('in seconds', () => {
    expect(['2', ' 120 ', '31536000'].map((value) => retryAfter(value))).toEqual([
      2_000, 120_000, 31_536_000_000,
    ]);
  });

  test('as a date, in the three forms of HTTP, held against the clock of the server', () => {
    expect(retryAfter('Sat, 21 Nov 2026 12:00:30 GMT')).toBe(30_000);
    expect(retryAfter('Saturday, 21-Nov-26 12:00:30 GMT')).toBe(30_000);
    expect(retryAfter('Sat Nov 21 12:00:30 2026 GMT')).toBe(30_000);
  });

  test('as a date of a server that does not tell its time, held against ours', () => {
    const before = Date.now();
    const inAMinute = new Date(before + 60_000).toUTCString();
    const wait = retryAfter(inAMinute, '');
    expect(wait).toBeGreaterThanOrEqual(Date.parse(inAMinute) - Date.now());
    expect(wait).toBeLessThanOrEqual(Date.parse(inAMinute) - before);
  });

  test.each(['0', 'Sat, 21 Nov 2026 11:00:00 GMT', 'soon', '', '-5', '10abc', 'NaN', '1e3'])(
    'of "%s" asks for nothing',
    (value) => {
      expect(retryAfter(value)).toBeUndefined();
    },
  );
});
