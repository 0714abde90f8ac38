/**
 * The resource of a URL: origin and path, without the query. Of a relative URL that cannot be resolved, the path
 * alone.
 */
export function resourceOf(url: string | URL): string {
  const [address = ''] = String(url).split(/[?#]/);
  try {
    const { origin, pathname } = new URL(address, globalThis.document?.baseURI ?? globalThis.location?.href);
    return origin + pathname;
  } catch {
    return address;
  }
}
