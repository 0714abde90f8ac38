import { hasRequest, type Moment } from '../model/moment.ts';
import { pathOf } from '../model/state-value.ts';
import { duration } from './format.ts';
import { closingOf, retriesOf, statusWords, waitWords } from './labels.ts';

/** A fact of a moment: a term and its text. */
export interface Fact {
  readonly term: string;
  readonly words: string;
  /** It is an identifier, to be read letter by letter. */
  readonly isCode?: boolean;
  /** It may be a sentence, for which there is always room, so that what is below does not move. */
  readonly isLong?: boolean;
}

/** The facts of a connection at a moment. There are always the same terms, so that nothing moves. */
export function factsOf(moment: Moment): readonly Fact[] {
  const { context, wait } = moment;
  const { error, lastEventId, serverRetry } = context;
  return [
    { term: 'Status', words: statusFact(moment) },
    { term: 'Stream', words: streamFact(moment) + usersOf(context) },
    { term: 'Retries', words: retriesOf(context) },
    { term: 'Budget', words: budgetFact(moment) },
    { term: 'Delay', words: wait ? waitWords(wait) : 'no wait', isLong: true },
    {
      term: 'Error',
      words: error ? [error.status, error.message || error.kind].filter(Boolean).join(' · ') : 'none',
      isLong: true,
    },
    { term: 'Last event ID', words: lastEventId || 'none', isCode: lastEventId !== '' },
    {
      term: 'Server asks',
      words:
        serverRetry === null
          ? 'for no reconnection time'
          : `for ${duration(serverRetry)} at least, from which delays grow`,
    },
  ];
}

function statusFact(moment: Moment): string {
  const { status, value, context, isLast } = moment;
  const [, ...inner] = pathOf(value).split('.');
  const word = [statusWords[status], ...inner].join(', ');
  if (isLast) return `${word}; the actor was stopped`;
  return context.closeReason ? `${word}: ${closingOf(moment)}` : word;
}

/** The requests of a connection are counted, and a stream has the number of its request. */
function streamFact(moment: Moment): string {
  const { attempts, stream, repeatable } = moment.context;
  const isAsked = hasRequest(moment);
  if (stream === null && !isAsked) return 'none';
  if (stream !== null && isAsked) return `number ${stream}, and request ${attempts} is to replace it`;
  const what = stream === null ? `none yet, request ${attempts} is on its way` : `number ${stream}`;
  if (repeatable === 'always') return what;
  const isResumed = repeatable === 'resumed';
  return `${what}; ${isResumed ? 'unsafe, continued by a safe request' : 'unsafe, not repeated by itself'}`;
}

function usersOf({ users }: Moment['context']): string {
  if (users === null) return '';
  return `; shared by ${users === 1 ? 'one user' : `${users} users`}`;
}

function budgetFact({ status, context }: Moment): string {
  const { retries, settings } = context;
  if (retries === 0) return 'whole';
  if (status === 'failed') return retries >= settings.maxRetries ? 'spent' : 'not whole';
  const trusted = `news, or after ${duration(settings.stableAfter)} open`;
  return status === 'open' ? `whole again with ${trusted}` : `not whole before ${trusted}`;
}
