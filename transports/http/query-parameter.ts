/** Sets a parameter and keeps the rest of the URL exactly as it is, because it may be relative or signed. */
export function withParameter(url: string | URL, name: string, value: string): string {
  if (value === '') return String(url);
  const [, path = '', query = '', hash = ''] = /^([^?#]*)\??([^#]*)(#.*)?$/s.exec(String(url)) ?? [];
  const others = query.split('&').filter((pair) => pair !== '' && !new URLSearchParams(pair).has(name));
  return `${path}?${[...others, new URLSearchParams({ [name]: value })].join('&')}${hash}`;
}
