import { useCallback, useEffect, useState } from 'react';
import type { FaultConsoleState, FaultRequest } from '../../protocol/fault-api.ts';
import { useStore } from '../react/hooks.ts';
import { FaultForm } from './FaultForm.tsx';
import { consoleState, readFaults, sendFault } from './fault-api.ts';
import { InForce } from './InForce.tsx';
import { Overview } from './Overview.tsx';

/** The panel that breaks the server. */
export function FaultConsole() {
  const state = useStore(consoleState);
  const [error, setError] = useState('');
  const [untilLifted, setUntilLifted] = useState(false);

  const report = useCallback(async (asked: Promise<FaultConsoleState>) => {
    try {
      await asked;
      setError('');
    } catch (cause) {
      setError(`The console cannot do that: ${cause instanceof Error ? cause.message : cause}`);
    }
  }, []);

  useEffect(() => {
    const read = () => void report(readFaults());
    read();
    const timer = setInterval(read, 1_000);
    return () => clearInterval(timer);
  }, [report]);

  const start = (request: FaultRequest) => void report(sendFault(request));
  const faults = state?.faults ?? [];
  const groups = [...new Set(faults.map(({ group }) => group))];

  return (
    <section className="console" aria-labelledby="console-title">
      <header className="console-head">
        <h2 id="console-title">Fault console</h2>
        <Overview />
        <InForce state={state} lift={() => start({ id: null })} />
        {error && <p role="alert">{error}</p>}
        <label className="hold">
          <input
            type="checkbox"
            checked={untilLifted}
            onChange={({ target }) => setUntilLifted(target.checked)}
          />
          Keep faults until I lift them
        </label>
      </header>
      {groups.map((group) => (
        <fieldset className="faults" key={group}>
          <legend>{group}</legend>
          {faults
            .filter((fault) => fault.group === group)
            .map((fault) => (
              <FaultForm
                key={fault.id}
                fault={fault}
                inForce={state?.current?.inForce === true && state.current.id === fault.id}
                untilLifted={untilLifted}
                start={start}
              />
            ))}
        </fieldset>
      ))}
    </section>
  );
}
