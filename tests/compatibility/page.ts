import type { Result } from './results.ts';

/** Puts the tables that these results give between the markers of `docs/compatibility.md`. */
export function fillIn(page: string, results: readonly Result[]): string {
  const parts = { results: resultTable(results), limits: limitList(results) };
  return Object.entries(parts).reduce(
    (text, [name, part]) =>
      text.replace(
        new RegExp(`(<!-- compatibility: ${name} -->\n)[\\s\\S]*?(<!-- end -->)`),
        (_, begin, end) => `${begin}\n${part}\n\n${end}`,
      ),
    page,
  );
}

function resultTable(results: readonly Result[]): string {
  const rows = results.map(
    ({ target, version, date, passed, failed, notPossible }) =>
      `| ${target} | ${version} | ${date} | ${passed} of ${passed + failed} | ${notPossible.length || ''} |`,
  );
  return [
    '| where | version | run on | passed | not possible there |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** A reason that holds in several places is told once. */
function limitList(results: readonly Result[]): string {
  const limits = new Map<string, { names: Set<string>; targets: Set<string>; link: string | undefined }>();
  for (const { target, notPossible } of results) {
    for (const { name, reason, link } of notPossible) {
      const limit = limits.get(reason) ?? { names: new Set(), targets: new Set(), link };
      limits.set(reason, limit);
      limit.names.add(name);
      limit.targets.add(target);
    }
  }
  return [...limits]
    .map(([reason, { names, targets, link }]) => {
      const cases = [...names].map((name) => `  - ${name}`).join('\n');
      return `- **${[...targets].join('; ')}.** ${reason}${link ? ` ([see](${link}))` : ''}\n${cases}`;
    })
    .join('\n');
}
