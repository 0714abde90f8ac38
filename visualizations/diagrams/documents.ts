import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tabsMachine } from '../../machines/tabs.ts';
import { colourProperties, statusRules } from '../chart/colours.ts';
import { definition } from '../chart/definition.ts';
import { element, toText } from '../chart/element.ts';
import { type DrawnChart, picture } from '../chart/picture.ts';
import { style } from '../chart/style.ts';
import { checkTable, requestTable } from './check-table.ts';
import { mermaid, mermaidOfStatuses } from './mermaid.ts';
import { tabsChart, tabsStyle } from './tabs-chart.ts';
import { transitionTables } from './transition-table.ts';

/** Every file that the statecharts or the checks of the doctor are drawn into, by its name from the root, as it should be. */
export function documents(): Record<string, string> {
  return {
    'docs/statechart/light.svg': picturePage('light'),
    'docs/statechart/dark.svg': picturePage('dark'),
    'docs/statechart/connection.json': `${definition(2)}\n`,
    'docs/statechart/connection.mmd': `${mermaid()}\n`,
    'docs/statechart/tabs-light.svg': picturePage('light', tabsChart, tabsStyle),
    'docs/statechart/tabs-dark.svg': picturePage('dark', tabsChart, tabsStyle),
    'docs/statechart/tabs.json': `${definition(2, tabsMachine)}\n`,
    'docs/statechart/tabs.mmd': `${mermaid(tabsMachine)}\n`,
    'docs/statechart.md': withBlocks('docs/statechart.md', { transitions: transitionTables() }),
    'docs/tabs.md': withBlocks('docs/tabs.md', { transitions: transitionTables(tabsMachine) }),
    'docs/doctor.md': withBlocks('docs/doctor.md', { requests: requestTable(), checks: checkTable() }),
    'docs/behavior.md': withBlocks('docs/behavior.md', { statuses: fenced(mermaidOfStatuses()) }),
  };
}

/** Where a file of the repository is. */
export function pathTo(name: string): string {
  return fileURLToPath(new URL(`../../${name}`, import.meta.url));
}

function picturePage(scheme: 'light' | 'dark', chart?: DrawnChart, more = ''): string {
  const rules = `\n.chart { ${colourProperties(scheme)} }\n${statusRules}\n${style}${more}`;
  return `${toText(picture([element('style', {}, rules)], chart))}\n`;
}

function fenced(diagram: string): string {
  return `\`\`\`mermaid\n${diagram}\n\`\`\``;
}

/** @throws RangeError when the page has no place for a block. */
function withBlocks(name: string, blocks: Readonly<Record<string, string>>): string {
  return Object.entries(blocks).reduce(
    (page, [block, text]) => {
      const [start, end] = [`<!-- drawn: ${block} -->\n`, `<!-- /drawn: ${block} -->`];
      const [from, to] = [page.indexOf(start), page.indexOf(end)];
      if (from < 0 || to < from) throw new RangeError(`${name} has no ${start.trim()} … ${end}.`);
      return `${page.slice(0, from)}${start}\n${text}\n\n${page.slice(to)}`;
    },
    readFileSync(pathTo(name), 'utf8'),
  );
}
