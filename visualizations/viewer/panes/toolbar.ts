import type { ConnectionHistory } from '../model/history.ts';
import type { Scene, Selection } from '../model/selection.ts';
import { clockTime, count, duration } from '../text/format.ts';
import { statusWords } from '../text/labels.ts';
import type { Pane } from './dom.ts';
import { type Dom, setAttribute, setText } from './dom.ts';
import { reshape, statusIcon } from './status-icon.ts';

/** Which connection is shown, what it is doing, and whether the viewer follows it. */
export function createToolbar(dom: Dom, selection: Selection, changed: () => void): Pane {
  const { html } = dom;
  const select = html('select', { 'aria-label': 'Connection' });
  const options = new Map<string, HTMLOptionElement>();
  const icon = statusIcon(dom, 'closed');
  const word = html('span');
  const badge = html('span', { class: 'badge', hidden: true }, icon, word);
  const when = html('span', { class: 'when' });
  const toggle = html('button', { type: 'button', class: 'live' });
  const notes = html('p', { class: 'notes', hidden: true });
  let isLive = true;

  select.addEventListener('change', () => {
    selection.choose(select.value);
    changed();
  });
  toggle.addEventListener('click', () => {
    if (isLive) selection.pause();
    else selection.goLive();
    changed();
  });

  /** Newest first. Only what has changed is touched: there may be hundreds, and the list may be open. */
  function renderOptions({ connections }: Scene['history']): void {
    for (const [sessionId, option] of options) {
      if (connections.has(sessionId)) continue;
      option.remove();
      options.delete(sessionId);
    }
    for (const connection of connections.values()) {
      let option = options.get(connection.sessionId);
      if (!option) {
        option = html('option', { value: connection.sessionId });
        options.set(connection.sessionId, option);
        select.prepend(option);
      }
      setText(option, label(connection));
    }
  }

  return {
    element: html(
      'header',
      { class: 'toolbar' },
      select,
      badge,
      html('span', { class: 'follow' }, when, toggle),
      notes,
    ),
    render({ history, connection, moment, newer, now, ...scene }) {
      isLive = scene.isLive;
      renderOptions(history);
      if (connection && select.value !== connection.sessionId) select.value = connection.sessionId;
      select.disabled = !connection;
      badge.hidden = !moment;
      if (moment) {
        setAttribute(badge, 'data-status', moment.status);
        setText(word, statusWords[moment.status]);
        reshape(icon, moment.status);
      }
      toggle.disabled = !connection;
      setText(toggle, isLive ? 'Pause' : 'Back to live');
      setAttribute(when, 'data-live', String(isLive));
      setText(when, isLive || !moment ? 'Live' : pausedWords(moment.at, now, newer));
      const lost = lostWords(connection, history.droppedConnections);
      notes.hidden = lost === '';
      setText(notes, lost);
    },
  };
}

function label({ name, moments }: ConnectionHistory): string {
  const last = moments.at(-1);
  if (!last) return name;
  return `${name} · ${last.isLast ? 'stopped' : statusWords[last.status].toLowerCase()}`;
}

function pausedWords(at: number, now: number, newer: number): string {
  const more = newer > 0 ? ` · ${count(newer, 'newer event')}` : '';
  return `${clockTime(at)}, ${duration(now - at)} ago${more}`;
}

function lostWords(connection: ConnectionHistory | undefined, droppedConnections: number): string {
  const dropped = connection?.dropped ?? 0;
  return [
    ...(dropped > 0 ? [`${count(dropped, 'older event')} of this connection not kept`] : []),
    ...(droppedConnections > 0 ? [`${count(droppedConnections, 'older connection')} not kept`] : []),
  ].join(' · ');
}
