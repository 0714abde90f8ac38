import { type FormEvent, useEffect, useState } from 'react';
import type { ConnectionOptions } from 'sse-machine';
import { useServerSentEvents } from 'sse-machine/react';
import { aiSdk } from '../reducers/ai-sdk.ts';
import { keepTurns, keptTurns, newTurn, noteOn, requestFor, stopAnswer, type Turn } from '../turns.ts';

interface ChatProps {
  /** Where the answers are. */
  readonly api?: string;
  /** Options of the connections: the app gives none, a test gives a clock. */
  readonly connection?: Pick<ConnectionOptions, 'clock'> | undefined;
}

export function Chat({ api = '/api/answers', connection }: ChatProps) {
  const [turns, setTurns] = useState(keptTurns);
  const [question, setQuestion] = useState('');
  useEffect(() => keepTurns(turns), [turns]);

  function ask(event: FormEvent): void {
    event.preventDefault();
    setTurns([...turns, newTurn(question)]);
    setQuestion('');
  }

  function askAgain({ id, question }: Turn): void {
    stopAnswer(`${api}/${id}`).catch(() => {}); // it may be under way all the same
    setTurns(turns.map((turn) => (turn.id === id ? newTurn(question) : turn)));
  }

  return (
    <main>
      {turns.map((turn) => (
        <article key={turn.id}>
          <h2>{turn.question}</h2>
          <Reply
            turn={turn}
            url={`${api}/${turn.id}`}
            connection={connection}
            onAskAgain={() => askAgain(turn)}
          />
        </article>
      ))}
      <form onSubmit={ask}>
        <input
          aria-label="Question"
          value={question}
          onChange={({ target }) => setQuestion(target.value)}
          required
        />
        <button type="submit">Ask</button>
      </form>
    </main>
  );
}

interface ReplyProps extends Pick<ChatProps, 'connection'> {
  readonly turn: Turn;
  readonly url: string;
  readonly onAskAgain: () => void;
}

function Reply({ turn, url, connection, onAskAgain }: ReplyProps) {
  const {
    data: answer,
    state,
    open,
    close,
  } = useServerSentEvents(url, {
    ...aiSdk,
    ...requestFor(turn),
    ...connection,
  });
  const [fault, setFault] = useState('');
  const hasFailed = answer.status === 'failed' || state.status === 'failed';
  const isUnderWay = answer.status === 'writing' && state.status !== 'failed' && state.status !== 'closed';

  function stop(): void {
    setFault('');
    stopAnswer(url).catch((error: Error) => setFault(error.message));
    if (state.status !== 'open') close(); // or the server says on the stream that the answer has ended
  }

  return (
    <>
      <p style={{ whiteSpace: 'pre-wrap' }}>{answer.text}</p>
      <output>{fault || noteOn(answer, state)}</output>
      {isUnderWay && (
        <button type="button" onClick={stop}>
          Stop
        </button>
      )}
      {state.error?.kind === 'exhausted' ? (
        <button type="button" onClick={open}>
          Carry on
        </button>
      ) : (
        hasFailed && (
          <button type="button" onClick={onAskAgain}>
            Ask again
          </button>
        )
      )}
    </>
  );
}
