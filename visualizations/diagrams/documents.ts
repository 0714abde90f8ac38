import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { colourProperties, statusRules } from '../chart/colours.ts';
import { definition } from '../chart/definition.ts';
import { element, toText } from '../chart/element.ts';
import { picture } from '../chart/picture.ts';
import { style } from '../chart/style.ts';
import { mermaid, mermaidOfStatuses } from './mermaid.ts';
import { transitionTables } from './transition-table.ts';

/** Every file that the statechart is drawn into, by its name from the root, as it should be. */
export function documents(): Record<string, string> {
  return {
    'docs/statechart/light.svg': picturePage('light'),
    'docs/statechart/dark.svg': picturePage('dark'),
    'docs/statechart/connection.json': `${definition(2)}\n`,
    'docs/statechart/connection.mmd': `${mermaid()}\n`,
    'docs/statechart.md': withBlock('docs/statechart.md', 'transitions', transitionTables()),
    'README.md': withBlock('README.md', 'statuses', `\`\`\`mermaid\n${mermaidOfStatuses()}\n\`\`\``),
  };
}

/** Where a file of the repository is. */
export function pathTo(name: string): string {
  return fileURLToPath(new URL(`../../${name}`, import.meta.url));
}

function picturePage(scheme: 'light' | 'dark'): string {
  const rules = `\n.chart { ${colourProperties(scheme)} }\n${statusRules}\n${style}`;
  return `${toText(picture(element('style', {}, rules)))}\n`;
}

/** @throws RangeError when the page has no place for the block. */
function withBlock(name: string, block: string, text: string): string {
  const [start, end] = [`<!-- drawn: ${block} -->\n`, `\n<!-- /drawn: ${block} -->`];
  const page = readFileSync(pathTo(name), 'utf8');
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new RangeError(`${name} has no ${start.trim()} … ${end.trim()}.`);
  return `${page.slice(0, from)}${start}\n${text}\n${page.slice(to)}`;
}
