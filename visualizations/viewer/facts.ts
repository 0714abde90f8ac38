import type { Moment } from './moment.ts';
import { pathOf } from './state.ts';
import { closings, duration, retriesOf, statusWords, waitWords } from './words.ts';

/** A fact of a moment, as a term and what is to be said of it. */
export interface Fact {
  readonly term: string;
  readonly words: string;
  /** It is an identifier, to be read letter by letter. */
  readonly isCode?: boolean;
}

/** What was true of a connection at a moment. There are always the same terms, so that nothing moves. */
export function factsOf(moment: Moment): readonly Fact[] {
  const { context, wait } = moment;
  const { error, lastEventId, serverRetry } = context;
  return [
    { term: 'Status', words: statusFact(moment) },
    { term: 'Retries', words: retriesOf(context) },
    { term: 'Budget', words: budgetFact(moment) },
    { term: 'Delay', words: wait ? waitWords(wait) : 'no wait' },
    {
      term: 'Error',
      words: error ? [error.status, error.message || error.kind].filter(Boolean).join(' · ') : 'none',
    },
    { term: 'Last event ID', words: lastEventId || 'none', isCode: lastEventId !== '' },
    {
      term: 'Server asks',
      words:
        serverRetry === null ? 'for no reconnection time' : `for ${duration(serverRetry)} between attempts`,
    },
  ];
}

function statusFact({ status, value, context, isLast }: Moment): string {
  const [, inner] = pathOf(value).split('.');
  const word = inner ? `${statusWords[status]}, ${inner}` : statusWords[status];
  if (isLast) return `${word}; the actor was stopped`;
  return context.closeReason ? `${word}: ${closings(context.closeReason)}` : word;
}

function budgetFact({ status, value, context }: Moment): string {
  const { retries, settings } = context;
  if (retries === 0) return 'whole';
  if (status === 'failed') return retries >= settings.maxRetries ? 'spent' : 'not whole';
  const stable = `open for ${duration(settings.stableAfter)}`;
  return pathOf(value) === 'open.fresh' ? `whole again once it was ${stable}` : `not whole until ${stable}`;
}
