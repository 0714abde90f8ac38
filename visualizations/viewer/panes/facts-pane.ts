import type { Moment } from '../model/moment.ts';
import { factsOf } from '../text/facts.ts';
import { clockTime } from '../text/format.ts';
import { eventName } from '../text/labels.ts';
import type { Pane } from './dom.ts';
import { type Dom, setText } from './dom.ts';

/** The facts of the shown moment, as words. */
export function createFactsPane({ html }: Dom): Pane {
  const title = html('h2');
  const list = html('dl');
  const descriptions: HTMLElement[] = [];
  let shown: Moment | undefined;

  return {
    element: html('section', { class: 'facts', 'aria-label': 'Facts of the shown moment' }, title, list),
    render({ moment, isLive }) {
      setText(title, moment && !isLive ? `After ${eventName(moment.event)}, ${clockTime(moment.at)}` : 'Now');
      if (moment === shown) return;
      shown = moment;
      const facts = moment ? factsOf(moment) : [];
      for (const [index, { term, words, isCode, isLong }] of facts.entries()) {
        let description = descriptions[index];
        if (!description) {
          description = html('dd');
          descriptions.push(description);
          list.append(html('div', {}, html('dt', {}, term), description));
        }
        description.classList.toggle('code', isCode === true);
        description.classList.toggle('long', isLong === true);
        setText(description, words);
      }
    },
  };
}
