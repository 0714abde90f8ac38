import type { ServerResponse } from 'node:http';
import { jitterKinds } from '../../../../index.ts';
import { fleetSize, slotLength } from '../../protocol/fleet-frame.ts';
import { type Parameter, validationError } from '../../protocol/parameter.ts';
import { answerJson } from '../http.ts';
import { createFleet, type FleetOptions } from './fleet.ts';

/**
 * `GET /fleets?clients=100&jitter=none&jitter=full` connects a fleet for each `jitter`, and reports on them in an
 * event stream. They end with that stream, so a page that is left leaves nothing behind.
 */
export function fleetRoute(eventsUrl: string) {
  return (response: ServerResponse, query: URLSearchParams): void => {
    try {
      follow(optionsOf(query, eventsUrl), response);
    } catch (error) {
      answerJson(response, 400, { error: error instanceof Error ? error.message : String(error) });
    }
  };
}

function follow(options: readonly FleetOptions[], response: ServerResponse): void {
  const fleets = options.map(createFleet);
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.write(`retry: 500\n\n`);
  const frames = setInterval(() => {
    if (response.writableNeedDrain || !fleets.some(({ changed }) => changed)) return;
    response.write(`data: ${JSON.stringify(fleets.map((fleet) => fleet.look()))}\n\n`);
  }, slotLength);
  const keepAlive = setInterval(() => response.write(': keep-alive\n\n'), 2_000);
  response.on('error', () => {}); // a page that is gone is not news
  response.on('close', () => {
    clearInterval(frames);
    clearInterval(keepAlive);
    for (const fleet of fleets) fleet.close();
  });
}

const parameters: readonly Parameter[] = [
  fleetSize,
  { name: 'retryDelay', label: 'retryDelay', default: 1_000, min: 0, max: 600_000 },
  { name: 'maxRetryDelay', label: 'maxRetryDelay', default: 10_000, min: 0, max: 600_000 },
];

function optionsOf(query: URLSearchParams, url: string): FleetOptions[] {
  const [clients = 0, retryDelay = 0, maxRetryDelay = 0] = parameters.map((parameter) => {
    const text = query.get(parameter.name);
    const value = text === null ? parameter.default : Number(text);
    const error = validationError(parameter, value);
    if (error) throw new RangeError(error);
    return value;
  });
  return query
    .getAll('jitter')
    .slice(0, mostFleets)
    .map((asked) => {
      const jitter = jitterKinds.find((kind) => kind === asked);
      if (!jitter)
        throw new RangeError(`\`jitter\` must be ${jitterKinds.join(' | ')}, not ${JSON.stringify(asked)}.`);
      return { url, clients, jitter, retryDelay, maxRetryDelay };
    });
}

const mostFleets = 2;
