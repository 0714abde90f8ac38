/** The tabs that share a stream, by the name under which the server counts its requests. */
export const group = askedGroup() ?? `tabs-${crypto.randomUUID().slice(0, 8)}`;

/** Where a tab of the group is. */
export const tabUrl = `/tab.html?group=${group}`;

function askedGroup(): string | undefined {
  const asked = new URLSearchParams(location.search).get('group') ?? '';
  return /^tabs-[\w-]+$/.test(asked) ? asked : undefined;
}
