import { join } from 'node:path';
import { type DefaultTheme, defineConfig } from 'vitepress';
import { entries } from '../../scripts/published.mjs';
import { contentFolder, repository, root } from '../build/places.ts';

const base = process.argv.includes('build') ? '/__site__/' : '/';

export default defineConfig({
  title: 'sse-machine',
  description:
    'A Server-Sent Events client whose connection is one XState statechart: it reconnects for the right reasons, loses nothing that the server can replay, and says what it is doing.',
  lang: 'en',
  srcDir: contentFolder,
  cacheDir: join(root, '.cache/site/vitepress'),
  head: [
    ['link', { rel: 'icon', href: 'data:,' }],
    ['script', { defer: '', src: `${base}demo.js` }],
  ],
  vue: { template: { compilerOptions: { isCustomElement: (tag) => tag === 'sse-demo' } } },
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    // A table wider than a phone is scrolled by itself, also by keyboard.
    config: (md) => {
      // Of a table whose first column needs no name.
      md.core.ruler.push('empty-headers', ({ tokens }) => {
        for (const [index, token] of tokens.entries()) {
          const [content, close] = [tokens[index + 1], tokens[index + 2]];
          if (token.type === 'th_open' && content?.content === '' && close) token.tag = close.tag = 'td';
        }
      });
      md.renderer.rules.table_open = () =>
        '<div class="wide" tabindex="0" role="group" aria-label="Table"><table>';
      md.renderer.rules.table_close = () => '</table></div>';
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    externalLinkIcon: true,
    nav: [
      { text: 'Start', link: '/start/vanilla', activeMatch: '/start/' },
      { text: 'Guides', link: '/guide/show-the-state', activeMatch: '/guide/' },
      { text: 'Concepts', link: '/concepts/chart', activeMatch: '/concepts/' },
      { text: 'Coming from …', link: '/coming-from/', activeMatch: '/coming-from/' },
      { text: 'API', link: '/api/', activeMatch: '/api/' },
    ],
    sidebar: sidebar(),
    socialLinks: [{ icon: 'github', link: repository, ariaLabel: 'The sources, on GitHub' }],
  },
});

function sidebar(): DefaultTheme.SidebarItem[] {
  const group = (text: string, folder: string, items: readonly (readonly [string, string])[]) => ({
    text,
    items: items.map(([page, title]) => ({ text: title, link: `/${folder}${page}` })),
  });
  return [
    group('Start here', 'start/', [
      ['vanilla', 'Without a framework'],
      ['react', 'React'],
      ['vue', 'Vue'],
      ['xstate', 'XState'],
    ]),
    group('Guides', 'guide/', [
      ['show-the-state', 'Show the state'],
      ['data', 'Data and types'],
      ['recipes', 'Recipes'],
      ['never-lose-an-event', 'Never lose an event'],
      ['tokens', 'Tokens and refresh'],
      ['llm', 'LLM answers'],
      ['with-others', 'VueUse, TanStack, Pinia …'],
      ['tabs', 'One stream for all tabs'],
      ['testing', 'Test your UI'],
      ['inspect', 'See what happens'],
      ['troubleshooting', 'When a stream does not come'],
      ['server', 'What the server has to do'],
      ['deploy', 'Deploy it'],
      ['doctor', 'Examine your server'],
      ['watching', 'Watch it in production'],
      ['event-source', 'In place of EventSource'],
      ['react-native', 'React Native'],
    ]),
    group('Concepts', 'concepts/', [
      ['chart', 'The chart'],
      ['failures', 'When an attempt fails'],
      ['budget', 'Budget and delay'],
      ['replays', 'Replays and gaps'],
      ['sharing', 'Sharing'],
      ['options', 'Options'],
      ['transports', 'Transports'],
    ]),
    group('Coming from …', 'coming-from/', [
      ['', 'All, and the codemod'],
      ['event-source', 'EventSource'],
      ['fetch-event-source', 'fetch-event-source'],
      ['vueuse', 'VueUse useEventSource'],
      ['eventsource', 'eventsource'],
      ['reconnecting-eventsource', 'reconnecting-eventsource'],
      ['hooks-by-hand', 'A hook by hand'],
    ]),
    group('Reference', 'api/', [['', 'API'], ...entries.map(({ name }) => [name, name] as const)]),
    group('The project', '', [
      ['comparison', 'Beside other clients'],
      ['performance', 'Performance'],
      ['herd', 'A thundering herd'],
      ['compatibility', 'Compatibility'],
      ['browsers', 'Where browsers differ'],
      ['proof', 'How it is proved'],
      ['architecture', 'Architecture'],
      ['decisions/', 'Decisions'],
      ['contributing', 'Contributing'],
      ['changelog', 'Changelog'],
    ]),
  ];
}
