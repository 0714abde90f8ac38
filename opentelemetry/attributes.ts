import type { Attributes } from '@opentelemetry/api';
import type { Failure } from '../machines/connection-error.ts';

/**
 * The attributes of a request by the semantic conventions: no query, and no credentials.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
export interface RequestAttributes {
  /** The attributes with few values, which metrics have too. */
  readonly common: Attributes;
  readonly span: Attributes;
}

/**
 * @param resource The URL of the request: origin and path.
 * @param method Undefined when it is not known, or not yet.
 */
export function requestAttributes(
  resource: string | undefined,
  method: string | undefined,
): RequestAttributes {
  const url = parse(resource);
  if (!url) return { common: methodAttributes(method), span: {} };
  const common = {
    ...methodAttributes(method),
    'server.address': url.hostname.replace(/^\[|\]$/g, ''),
    'server.port': Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
  };
  return { common, span: { 'url.full': url.origin + url.pathname } };
}

/** The attributes of a failure. `error.type` is the status, if the server refused the request. */
export function failureAttributes({ kind, status }: Failure): Attributes {
  return {
    'error.type': status !== undefined && status >= 400 ? String(status) : kind,
    'sse.failure.kind': kind,
    ...statusAttributes(status),
  };
}

export function statusAttributes(status: number | undefined): Attributes {
  return status === undefined ? {} : { 'http.response.status_code': status };
}

/**
 * The name of the span of a request. It has no path, which may have any number of values, unless a template is given.
 */
export function spanName({ 'http.request.method': method, 'url.template': template }: Attributes): string {
  const name = method === undefined || method === other ? 'HTTP' : String(method);
  return template === undefined ? name : `${name} ${template}`;
}

const other = '_OTHER';

const knownMethods = ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE'];

function methodAttributes(method: string | undefined): Attributes {
  if (method === undefined) return {};
  const known = knownMethods.find((one) => one === method.toUpperCase());
  if (known === method) return { 'http.request.method': known };
  return { 'http.request.method': known ?? other, 'http.request.method_original': method };
}

function parse(resource: string | undefined): URL | undefined {
  try {
    const url = new URL(resource ?? '');
    return /^https?:$/.test(url.protocol) ? url : undefined;
  } catch {
    return undefined; // relative, to an unknown base
  }
}
