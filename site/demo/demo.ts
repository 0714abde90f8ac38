import { createDom, type Dom } from '../../visualizations/viewer/panes/dom.ts';
import { clockTime } from '../../visualizations/viewer/text/format.ts';
import { createChart } from './chart.ts';
import { createPageServer, type PageServer } from './page-server.ts';
import type { Fault, Scenario } from './scenarios.ts';
import { demoStyle } from './style.ts';
import { createUser, type User } from './user.ts';

/** How many lines of what happened are kept. */
const shownLines = 8;

/** The words that the server writes in its answer, one token each. */
const answer =
  'A stream that breaks is carried on by a GET with the last event ID, so that no token is lost and none comes twice.'.split(
    ' ',
  );

/**
 * Fills an element with a demo that runs by itself: a connection, its statechart, and a server that the reader breaks.
 *
 * @returns Ends it.
 */
export function createDemo(root: ShadowRoot, scenario: Scenario): () => void {
  const dom = createDom(root.ownerDocument);
  const { html, view } = dom;
  const timers = new Set<number>();
  const log = html('ol', { class: 'log', 'aria-label': 'What happened, the newest first' });
  const chart = createChart(dom);
  const server = createPageServer(({ method, lastEventId }, given) => {
    const resumed = lastEventId ? ` after event ${lastEventId}` : '';
    say(`${method}${resumed}: ${answered(given)}`);
    if (scenario.writes && method === 'POST' && given.kind === 'accept') write();
  });

  function say(words: string): void {
    log.prepend(html('li', {}, html('time', {}, clockTime(Date.now())), ` ${words}`));
    for (const line of [...log.children].slice(shownLines)) line.remove();
  }

  function later(delay: number, act: () => void): void {
    const timer = view.setTimeout(() => {
      timers.delete(timer);
      act();
    }, delay);
    timers.add(timer);
  }

  /** Writes an answer from its first token on, whoever listens. */
  function write(index = 0): void {
    const token = answer[index];
    if (token === undefined) server.send('done', '');
    else server.send('token', index === 0 ? token : ` ${token}`);
    if (token !== undefined) later(250, () => write(index + 1));
  }

  function breakServer(fault: Fault): void {
    say(fault.label);
    if (fault.answer) server.answer = fault.answer;
    if (fault.streams) server[fault.streams]();
    if (fault.sends) server.send(fault.sends, {});
    if (fault.until !== undefined) later(fault.until, () => mend(server, say));
  }

  let number = 0;
  const ticking = scenario.writes
    ? undefined
    : view.setInterval(() => {
        number += 1;
        server.send('count', number);
      }, 1_000);

  const users: User[] = Array.from({ length: scenario.users ?? 1 }, (_, index) =>
    createUser({
      dom,
      server,
      scenario,
      name: scenario.users ? `Component ${index + 1}` : undefined,
      say,
      onMoment: index === 0 ? chart.show : undefined,
    }),
  );

  root.replaceChildren(
    html(
      'section',
      { class: 'demo', 'aria-label': `Demo: ${scenario.title}` },
      html('p', { class: 'title' }, html('b', {}, scenario.title), ` ${scenario.hint}`),
      buttons(dom, 'The server', scenario.faults, breakServer),
      html('div', { class: 'users' }, ...users.map(({ element }) => element)),
      html('div', { class: 'below' }, chart.element, log),
    ),
  );
  const sheet = new view.CSSStyleSheet();
  sheet.replaceSync(demoStyle);
  root.adoptedStyleSheets = [sheet];

  return () => {
    for (const user of users) user.end();
    for (const timer of timers) view.clearTimeout(timer);
    view.clearInterval(ticking);
  };
}

function mend(server: PageServer, say: (words: string) => void): void {
  server.answer = { kind: 'accept' };
  say('The server is back');
}

function answered(given: PageServer['answer']): string {
  switch (given.kind) {
    case 'accept':
      return 'accepted';
    case 'stall':
      return 'no answer';
    case 'refuse':
      return String(given.status);
  }
}

function buttons(
  { html }: Dom,
  label: string,
  faults: readonly Fault[],
  press: (fault: Fault) => void,
): HTMLElement {
  const group = html('div', { class: 'buttons', role: 'group', 'aria-label': label });
  for (const fault of faults) {
    const button = html('button', { type: 'button' }, fault.label);
    button.addEventListener('click', () => press(fault));
    group.append(button);
  }
  return group;
}
