import type { ShownTab } from '../model/shown-tab.ts';
import { clockTime, count } from './format.ts';

/** Says what a tab does in a state of its statechart, in a few words. */
export function tabWords(path: string): string {
  const [state = ''] = path.split('.');
  return words[path] ?? words[state] ?? state;
}

/** Who leads, since when, and how many follow. */
export function leadershipWords({ path, leader, since, followers }: ShownTab): string {
  const parts = [
    `this tab ${tabWords(path)}`,
    ...(leader === 'another tab' ? ['another one leads'] : []),
    ...(since === null ? [] : [`since ${clockTime(since)}`]),
    ...(followers === null ? [] : [`${count(followers, 'follower')}`]),
  ];
  return parts.join(' · ');
}

const words: Readonly<Record<string, string>> = {
  joining: 'asks who leads',
  following: 'follows',
  takingOver: 'takes over',
  alone: 'has a stream of its own',
  leading: 'leads',
  'leading.handingOver': 'leads, and hands over',
  away: 'has no stream',
};
