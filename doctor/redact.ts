import type { DoctorSettings } from './settings.ts';

/** A URL as it may be shown: a query, a fragment and a password may be secrets. */
export function shownUrl({ origin, pathname, search }: URL): string {
  return `${origin}${pathname}${search === '' ? '' : '?…'}`;
}

/** Makes a function that takes the values of headers out of a text: a server may send them back. */
export function redactor({ headers = {} }: DoctorSettings): (text: string) => string {
  const parts = (value: string) => value.split(/[\s;,=]+/).filter(({ length }) => length >= 6);
  const secrets = Object.values(headers)
    .flatMap((value) => [value, ...parts(value)])
    .filter(({ length }) => length >= 4)
    .sort((one, other) => other.length - one.length);
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '…'), text);
}
