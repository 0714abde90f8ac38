/** The resource of a URL: origin and path, without the query. Two relative ones are told apart without their origin. */
export function resourceOf(url: string | URL): string {
  const [address = ''] = String(url).split(/[?#]/);
  try {
    const { origin, pathname } = new URL(address, globalThis.document?.baseURI ?? globalThis.location?.href);
    return origin + pathname;
  } catch {
    return address;
  }
}
