import type { Step } from './scenario.ts';
import type { Verdict } from './scenario-run.ts';

interface StepsProps {
  readonly steps: readonly Step[];
  /** The number of the step that is told or played; -1 before the first. */
  readonly current: number;
  readonly verdicts: readonly Verdict[];
  readonly acting: boolean;
}

/** The story so far, and the step that it has come to. */
export function Steps({ steps, current, verdicts, acting }: StepsProps) {
  return (
    <ol className="steps">
      {steps.map(({ says, look }, number) => (
        <li
          key={says}
          aria-current={number === current ? 'step' : undefined}
          hidden={number > Math.max(0, current)}
        >
          <p>
            <b>{says}</b> {look}
          </p>
          <Outcome verdict={verdicts[number]} acting={acting && number === current} />
        </li>
      ))}
    </ol>
  );
}

function Outcome({ verdict, acting }: { verdict: Verdict | undefined; acting: boolean }) {
  if (acting) return <p className="outcome">Watching both panels…</p>;
  if (!verdict) return null;
  return verdict.asExpected ? (
    <p className="outcome good">As expected</p>
  ) : (
    <p className="outcome bad">Not as expected. {verdict.instead}</p>
  );
}
