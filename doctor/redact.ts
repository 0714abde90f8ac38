import type { DoctorSettings } from './settings.ts';

/** A URL as it may be shown: a query, a fragment and a password may be secrets. */
export function shownUrl({ origin, pathname, search }: URL): string {
  return `${origin}${pathname}${search === '' ? '' : '?…'}`;
}

/** Makes a function that takes the values of headers out of every text of some data: a server may send them back. */
export function redactor({ headers = {} }: DoctorSettings): <Data>(data: Data) => Data {
  const secrets = Object.values(headers)
    .flatMap((value) => [value, ...value.split(/[\s;,=]+/)])
    .filter((value) => value.length >= 6)
    .sort((one, other) => other.length - one.length);
  return (data) =>
    JSON.parse(JSON.stringify(data), (_, value: unknown) =>
      typeof value === 'string'
        ? secrets.reduce((text, secret) => text.replaceAll(secret, '…'), value)
        : value,
    );
}
