import { expect, test } from 'vitest';
import { allStates, allTransitions } from '../../testing/paths/transitions.ts';
import { Coverage } from './coverage.ts';
import { routesOf } from './routes.ts';
import { situations } from './situations.ts';

const routes = routesOf(situations.slice(0, 1));

test('what was not walked through is named', () => {
  const coverage = new Coverage();
  const complaints = () => coverage.report('nowhere').complaints;
  expect(complaints()).toContain('never: failed');
  expect(complaints()).toContain('never: live.open: stream.failed [isExhausted] → failed');
  expect(complaints()).toContain('never: isExhausted says no');

  for (const route of routes) coverage.add(route, true);
  expect(complaints()).not.toContain('never: failed');
  expect(complaints()).not.toContain('never: live.open: stream.failed [isExhausted] → failed');
  expect(complaints()).toContain('never: live: page.hidden [mayPauseWhenHidden] → closed.paused');
});

test('what is out of reach is not missed, but must be out of reach', () => {
  const coverage = new Coverage();
  for (const route of routes) coverage.add(route, true);
  const { complaints, transitions } = coverage.report('here', {
    'it never hides': ['live: page.hidden [mayPauseWhenHidden] → closed.paused'],
    'it never opens': ['live.connecting: request.accepted → live.open'],
    'it never was': ['live: page.dreamt → failed'],
  });
  expect(complaints).not.toContain('never: live: page.hidden [mayPauseWhenHidden] → closed.paused');
  expect(complaints).toContain('within reach: live.connecting: request.accepted → live.open');
  expect(complaints).toContain('there is no: live: page.dreamt → failed');
  expect(transitions.all).toBe(allTransitions().length - 2);
});

test('no two transitions have the same name, nor two states', () => {
  for (const names of [allTransitions(), allStates()]) expect(new Set(names).size).toBe(names.length);
});
