/** The path of a URL, without query and credentials. Undefined when it is not known, or the URL has none. */
export function pathOf(url: unknown): string | undefined {
  if (typeof url === 'function') return undefined;
  try {
    const { protocol, pathname } = new URL(String(url), globalThis.document?.baseURI ?? 'http://localhost');
    // The path of a `data:` URL is its content.
    return /^https?:$/.test(protocol) ? pathname : undefined;
  } catch {
    return undefined;
  }
}

/** Names connections and tabs, as the app wants it. Equal names are numbered: `/api/events 2` … */
export function createConnectionNames(
  rename: (path: string) => string = (path) => path,
  complain: (fault: unknown) => void,
): (path: string, part?: string) => string {
  const taken = new Map<string, number>();

  function renamed(path: string): string {
    try {
      const name: unknown = rename(path);
      if (typeof name === 'string') return name;
      complain(new TypeError('`name` must return a string.'));
    } catch (fault) {
      complain(fault);
    }
    return 'connection'; // the path itself may be secret
  }

  return (path, part) => {
    const name = [renamed(path), part].filter(Boolean).join(' · ');
    const count = (taken.get(name) ?? 0) + 1;
    taken.set(name, count);
    return count === 1 ? name : `${name} ${count}`;
  };
}
