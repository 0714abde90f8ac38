import type { DoctorSettings } from './settings.ts';

/** A URL without query, fragment and password, which may be secret. */
export function shownUrl({ origin, pathname, search }: URL): string {
  return `${origin}${pathname}${search === '' ? '' : '?…'}`;
}

/** Makes a function that removes the values of given headers from a text, because a server may repeat them. */
export function redactor({ headers = {} }: DoctorSettings): (text: string) => string {
  const parts = (value: string) => value.split(/[\s;,=]+/).filter(({ length }) => length >= 6);
  const secrets = Object.values(headers)
    .flatMap((value) => [value, ...parts(value)])
    .filter(({ length }) => length >= 4)
    .sort((one, other) => other.length - one.length);
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '…'), text);
}
