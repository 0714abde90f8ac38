import { simulatePageEvent } from '../tour/page-events.ts';
import { group } from './group.ts';

/** The faults of the tab that leads. */
export const leaderFaults = {
  close: {
    label: 'Close it',
    explanation:
      'The page goes away. Nobody says goodbye: the browser gives the lock to the next tab, which opens the stream. A crash is the same for the others; no page can make itself crash.',
  },
  freeze: {
    label: 'Freeze it for 8 s',
    explanation:
      'The page is sent the event that a browser sends before it freezes a page. It lets go of lock and stream at once, and comes back as one that follows.',
  },
  stall: {
    label: 'Let it hang for 8 s',
    explanation:
      'The page does nothing but count, so that it neither hears nor speaks. After 2 s of silence it is asked whether it is there, 3 s later its lock is taken. When it wakes up, it follows.',
  },
} as const satisfies Readonly<Record<string, { label: string; explanation: string }>>;

export type LeaderFault = keyof typeof leaderFaults;

/** How long a fault lasts, in milliseconds. */
const length = 8_000;

const channel = new BroadcastChannel(`playground/${group}`);

/** Does something to the tab that leads, whichever it is. */
export function doToLeader(fault: LeaderFault): void {
  channel.postMessage(fault);
  hear(fault); // a channel does not tell the one who speaks
}

let isLeader = () => false;

/** This page is a tab, and may be the one that leads. */
export function sufferFaults(leads: () => boolean): void {
  isLeader = leads;
  channel.onmessage = ({ data }) => hear(data);
}

function hear(fault: LeaderFault): void {
  if (!isLeader()) return;
  if (fault === 'close') leave();
  else if (fault === 'stall') stall();
  else {
    simulatePageEvent('freeze');
    setTimeout(() => simulatePageEvent('resume'), length);
  }
}

/** Ends this page. One that a browser does not let a script close, such as a frame, goes to another page. */
export function leave(): void {
  window.close();
  location.replace('about:blank');
}

function stall(): void {
  const end = performance.now() + length;
  while (performance.now() < end);
}
