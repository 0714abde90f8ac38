import type { ConnectionHistory } from '../model/history.ts';
import type { Moment } from '../model/moment.ts';
import { factsOf } from '../text/facts.ts';
import { clockTime, count, duration } from '../text/format.ts';
import { change, eventName, statusWords } from '../text/labels.ts';
import { detailOf } from '../text/moment-details.ts';
import type { Dom } from './dom.ts';

/** How many moments are written down: the last of each connection, and of the connections the newest. */
const most = { moments: 200, connections: 5 };

/** A report without scripts, because those of the viewer are about to end. The browser itself unfolds its parts. */
export function staticReport(dom: Dom, connections: Iterable<ConnectionHistory>, now: number): HTMLElement {
  const { html } = dom;
  const all = [...connections].reverse();
  const left = all.length - most.connections;
  return html(
    'div',
    { class: 'static-report' },
    html(
      'p',
      { role: 'status', class: 'notice' },
      html('strong', {}, 'The page has gone. '),
      `It was left or loaded anew at ${clockTime(now)}. What was seen until then stays here to be read.`,
    ),
    ...all.slice(0, most.connections).map((connection) => accountOf(dom, connection)),
    ...(left > 0 ? [html('p', {}, `${count(left, 'older connection')} left out.`)] : []),
  );
}

function accountOf(dom: Dom, { name, moments }: ConnectionHistory): HTMLElement {
  const { html } = dom;
  const first = Math.max(0, moments.length - most.moments);
  const status = moments.at(-1)?.status ?? 'closed';
  return html(
    'section',
    { 'aria-label': name },
    html('h2', {}, `${name} · ${statusWords[status]}`),
    ...(first > 0 ? [html('p', {}, `${count(first, 'older event')} left out.`)] : []),
    ...moments.slice(first).map((moment, index) => entryOf(dom, moment, moments[first + index - 1])),
  );
}

function entryOf({ html }: Dom, moment: Moment, before: Moment | undefined): HTMLElement {
  const { at, status, event } = moment;
  const since = before ? ` (+${duration(at - before.at)})` : '';
  const detail = detailOf(moment);
  return html(
    'details',
    { 'data-status': status },
    html(
      'summary',
      {},
      html('time', {}, `${clockTime(at)}${since}`),
      ' ',
      html('span', { class: 'event' }, eventName(event)),
      ' ',
      html('span', { class: 'change' }, change(moment)),
      detail === '' ? '' : ` ${detail}`,
    ),
    html(
      'dl',
      {},
      ...factsOf(moment).map(({ term, words }) =>
        html('div', {}, html('dt', {}, term), html('dd', {}, words)),
      ),
    ),
  );
}
