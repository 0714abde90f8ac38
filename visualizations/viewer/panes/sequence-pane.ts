import type { Moment } from '../model/moment.ts';
import type { Scene, Selection, Step } from '../model/selection.ts';
import { clockTime, duration } from '../text/format.ts';
import { change, eventName } from '../text/labels.ts';
import { detailOf } from '../text/moment-details.ts';
import type { Pane } from './dom.ts';
import { type Dom, setAttribute, setText } from './dom.ts';
import { statusIcon } from './status-icon.ts';

/** How many rows there are at first, and how many more a button shows; there are never more than twice as many. */
const page = 200;

const steps: { readonly [key: string]: Step } = {
  ArrowUp: 'previous',
  ArrowDown: 'next',
  Home: 'first',
  End: 'last',
};

interface Row {
  readonly moment: Moment;
  readonly element: HTMLElement;
}

/** The events in the order in which they came: the last ones, and others on demand. */
export function createSequencePane(dom: Dom, selection: Selection, changed: () => void): Pane {
  const { html } = dom;
  const list = html('div', {
    role: 'listbox',
    tabindex: 0,
    'aria-label': 'Sequence of events',
    class: 'rows',
  });
  const older = html('button', { type: 'button', class: 'more', hidden: true });
  const newer = html('button', { type: 'button', class: 'more', hidden: true });
  const empty = html('p', { class: 'empty' });
  const traffic = html('input', { type: 'checkbox', checked: true });
  const rows = new Map<number, Row>();
  /** The places of the rows among the listed moments. */
  let start = 0;
  let end = 0;
  let scene: Scene | undefined;
  /** The list when it last followed, in pixels. */
  let followed = { scrollTop: 0, scrollHeight: 0, clientHeight: 0 };

  list.addEventListener('click', ({ target }) => {
    const element = (target as Element).closest('[role=option]'); // only elements are clicked
    const row = [...rows.values()].find((candidate) => candidate.element === element);
    if (row) selection.select(row.moment);
    changed();
  });
  list.addEventListener('keydown', (event) => {
    const step = steps[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    selection.step(step);
    changed();
  });
  // A user who scrolls up (by hand, by the keyboard or by a search) wants to read. The end of the list also moves by
  // itself, when a row is higher than estimated.
  list.addEventListener('scroll', () => {
    if (!scene?.isLive) return;
    if (isScrolledUp()) {
      stay();
      changed();
    } else if (!isPressed()) follow();
  });
  older.addEventListener('click', () => {
    stay();
    start = Math.max(0, start - page);
    end = Math.min(end, start + 2 * page);
    changed();
  });
  newer.addEventListener('click', () => {
    end = Math.min(scene?.listed.length ?? 0, end + page);
    start = Math.max(start, end - 2 * page);
    changed();
  });
  traffic.addEventListener('change', () => {
    selection.showTraffic(traffic.checked);
    changed();
  });

  /** With the moment that is drawn: to go to one that has come since would move the list. */
  function stay(): void {
    selection.pause(scene?.moment);
  }

  /** A row that moves, or is replaced, while it is pressed gets no click. */
  function isPressed(): boolean {
    return list.querySelector('[role=option]:active') !== null;
  }

  /** By itself the list moves up only when its rows become smaller or it becomes taller, and then by no more than a row. */
  function isScrolledUp(): boolean {
    const { scrollTop, scrollHeight, clientHeight } = list;
    const left = scrollHeight - scrollTop - clientHeight;
    if (left < 1 || scrollTop > followed.scrollTop - 1) return false;
    const isAsBefore = scrollHeight >= followed.scrollHeight && clientHeight === followed.clientHeight;
    return isAsBefore || left >= 60;
  }

  function follow(): void {
    list.scrollTop = list.scrollHeight;
    const { scrollTop, scrollHeight, clientHeight } = list;
    followed = { scrollTop, scrollHeight, clientHeight };
  }

  /** `scrollIntoView` would move the page around the viewer as well. */
  function reveal(row: Element): void {
    const { top, bottom } = row.getBoundingClientRect();
    const frame = list.getBoundingClientRect();
    if (top < frame.top) list.scrollTop -= frame.top - top;
    else if (bottom > frame.bottom) list.scrollTop += bottom - frame.bottom;
  }

  function renderRows({ listed, moments: all }: Scene): void {
    const wanted = new Set(listed.slice(start, end).map(({ id }) => id));
    for (const [id, { element }] of rows) {
      if (wanted.has(id)) continue;
      element.remove();
      rows.delete(id);
    }
    let before = 0;
    let place = list.firstElementChild;
    for (const moment of listed.slice(start, end)) {
      let row = rows.get(moment.id);
      if (row?.moment !== moment) {
        while (before + 1 < all.length && (all[before + 1]?.id ?? Infinity) < moment.id) before += 1;
        const previous = all[before];
        if (place === row?.element) place = place?.nextElementSibling ?? null;
        row?.element.remove();
        row = {
          moment,
          element: rowOf(dom, moment, previous && previous.id < moment.id ? previous : undefined),
        };
        rows.set(moment.id, row);
      }
      if (row.element === place) place = place.nextElementSibling;
      else list.insertBefore(row.element, place);
    }
  }

  /** Chooses the rows, so that the shown moment is among them if it has changed. */
  function chooseRows(next: Scene): void {
    const { length } = next.listed;
    const isOther = next.connection?.sessionId !== scene?.connection?.sessionId;
    if (next.isLive || isOther || next.showsTraffic !== scene?.showsTraffic) {
      end = length;
      start = Math.max(0, length - page);
    }
    end = Math.min(end, length);
    start = Math.min(start, end);
    if (next.isLive || next.moment === scene?.moment) return;
    const index = next.listed.findIndex(({ id }) => id === next.moment?.id);
    if (index < 0 || (index >= start && index < end)) return;
    start = Math.max(0, index - page / 2);
    end = Math.min(length, start + page);
  }

  return {
    element: html(
      'section',
      { class: 'sequence', 'aria-label': 'Sequence' },
      html(
        'div',
        { class: 'head' },
        html('h2', {}, 'Sequence'),
        html('label', {}, traffic, 'Message traffic'),
      ),
      empty,
      older,
      list,
      newer,
    ),
    render(next) {
      if (isPressed()) return changed();
      const isElsewhere = next.moment !== scene?.moment;
      const isLeft = scene?.isLive === true && isScrolledUp(); // the event about it comes later
      chooseRows(next);
      const isScrolled = next.isLive || isElsewhere;
      if (next.connection?.sessionId !== scene?.connection?.sessionId) {
        list.replaceChildren();
        rows.clear();
      }
      renderRows(next);
      scene = next;
      for (const { moment, element } of rows.values()) {
        setAttribute(element, 'aria-selected', String(moment.id === next.moment?.id));
      }
      const active = next.moment && rows.get(next.moment.id)?.element;
      setAttribute(list, 'aria-activedescendant', active?.id ?? '');
      empty.hidden = next.listed.length > 0;
      setText(empty, next.connection ? 'Nothing but message traffic.' : 'No connection has been seen yet.');
      list.hidden = !empty.hidden;
      older.hidden = start === 0;
      newer.hidden = next.isLive || end === next.listed.length;
      setText(older, `Show ${Math.min(page, start)} older`);
      setText(newer, `Show ${Math.min(page, next.listed.length - end)} newer`);
      if (!isScrolled) return;
      if (next.isLive) {
        if (!isLeft) follow();
      } else if (active) reveal(active);
    },
  };
}

/** Names with dots, which may be broken after each. */
function breakable({ html }: Dom, names: string): (Node | string)[] {
  return names.split(/(?<=\.)/).flatMap((name, index) => (index === 0 ? [name] : [html('wbr'), name]));
}

function rowOf(dom: Dom, moment: Moment, before: Moment | undefined): HTMLElement {
  const { html } = dom;
  const { id, at, status, event } = moment;
  const since = before ? `+${duration(at - before.at)}` : 'first';
  return html(
    'div',
    { role: 'option', id: `moment-${id}`, 'data-status': status, 'aria-selected': 'false' },
    html('span', { class: 'since' }, since),
    html('time', {}, clockTime(at)),
    statusIcon(dom, status),
    html(
      'span',
      { class: 'what' },
      html('span', { class: 'event' }, eventName(event)),
      ' ',
      html('span', { class: 'change' }, ...breakable(dom, change(moment))),
    ),
    html('span', { class: 'detail' }, detailOf(moment)),
  );
}
