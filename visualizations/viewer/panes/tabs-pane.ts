import { leadershipWords } from '../text/tab-words.ts';
import { type Dom, type Pane, setText } from './dom.ts';

/** The streams that this page shares with other tabs, as they are now, whatever moment is shown. */
export function createTabsPane({ html }: Dom): Pane {
  const list = html('dl');
  const element = html(
    'section',
    { class: 'tabs', 'aria-label': 'Streams shared with other tabs', hidden: true },
    html('h2', {}, 'One stream for all tabs, now'),
    list,
  );
  const items: { readonly row: HTMLElement; readonly term: HTMLElement; readonly words: HTMLElement }[] = [];

  return {
    element,
    render({ history }) {
      // One that is away has no stream, and is about to go.
      const shown = [...history.tabs.values()].filter(({ path }) => path !== 'away');
      element.hidden = shown.length === 0;
      for (const [index, tab] of shown.entries()) {
        let item = items[index];
        if (!item) {
          const [term, words] = [html('dt'), html('dd')];
          item = { row: html('div', {}, term, words), term, words };
          items.push(item);
          list.append(item.row);
        }
        setText(item.term, tab.name);
        setText(item.words, leadershipWords(tab));
      }
      for (const [index, { row }] of items.entries()) row.hidden = index >= shown.length;
    },
  };
}
