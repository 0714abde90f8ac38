import packageJson from '../../package.json' with { type: 'json' };
import { sitePages } from './write-pages.ts';

/** The parts of the site that are for users, in the order in which they are best read. */
const parts: Readonly<Record<string, string>> = {
  start: 'Start',
  guide: 'Guides',
  concepts: 'Concepts',
  'coming-from': 'Coming from other clients',
};

/**
 * The docs for programs that read: `llms.txt` names the pages, `llms-full.txt` has their text.
 *
 * @see https://llmstxt.org
 */
export function machineTexts(): Record<'llms.txt' | 'llms-full.txt', string> {
  const pages = Object.entries(sitePages());
  const ofPart = (part: string) => pages.filter(([path]) => path.startsWith(`${part}/`));
  const head = `# sse-machine\n\n> ${packageJson.description}\n`;
  const lists = Object.entries(parts).map(([part, title]) => {
    const lines = ofPart(part).map(([path, text]) => {
      const url = new URL(path.replace(/\.md$/, '.html'), packageJson.homepage);
      return `- [${titleOf(text)}](${url}): ${firstSentence(text)}`;
    });
    return `## ${title}\n\n${lines.join('\n')}\n`;
  });
  const texts = Object.keys(parts).flatMap((part) => ofPart(part).map(([, text]) => plain(text)));
  return {
    'llms.txt': [head, ...lists].join('\n'),
    'llms-full.txt': [head, ...texts].join('\n'),
  };
}

function titleOf(text: string): string {
  return /^# (.+)$/m.exec(text)?.[1] ?? '';
}

/** The first sentence of a page, or of its first item. */
function firstSentence(text: string): string {
  const paragraphs = plain(text)
    .replaceAll(/^```[\s\S]*?^```/gm, '')
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim().replaceAll(/\s*\n\s*/g, ' '));
  const [first = ''] = paragraphs.filter((paragraph) => /^[A-Z`*\w]/.test(paragraph));
  const words = first.replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1').replaceAll('**', '');
  return /^.*?[.:](?= |$)/.exec(words)?.[0].replace(/:$/, '.') ?? words;
}

/** Without what only a page can show. */
function plain(text: string): string {
  return `${text
    .replace(/^---\n[\s\S]*?\n---\n/, '')
    .replaceAll(/<sse-demo [^>]*><\/sse-demo>\n*/g, '')
    .replaceAll(/<!--[\s\S]*?-->\n*/g, '')
    .replaceAll(/^:::.*\n*/gm, '')
    .replaceAll(/<img [^>]*>\n*/g, '')
    .replaceAll(/\[([^[\]]+)\]\((?!https?:)[^)\s]*\)/g, '$1') // the pages are all here
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}
