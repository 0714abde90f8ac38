import { checkIds, checks } from '../../doctor/checks/checks.ts';
import { severities } from '../../doctor/findings.ts';
import { probes } from '../../doctor/probes/probes.ts';

/** Everything that the doctor looks at, worst first, as a table of Markdown. */
export function checkTable(): string {
  const ids = severities.flatMap((severity) => checkIds.filter((id) => checks[id].severity === severity));
  const rows = ids.map((id) => {
    const { severity, title, why } = checks[id];
    return `| \`${id}\` | ${severity} | ${title} | ${why.replaceAll('|', '\\|')} |`;
  });
  return ['| check | severity | how it should be | why |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** Everything that the doctor sends, in its order, as a table of Markdown. */
export function requestTable(): string {
  const rows = Object.values(probes).map(({ method = 'GET', sends, requests }) =>
    [`| ${requests}`, `${method}`, `${sends.replaceAll('|', '\\|')} |`].join(' | '),
  );
  return ['| at most | method | what |', '| --- | --- | --- |', ...rows].join('\n');
}
