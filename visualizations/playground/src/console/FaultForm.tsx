import { type SubmitEvent, useId } from 'react';
import type { FaultParameter } from '../../server/faults.ts';
import type { FaultDescription, FaultRequest } from './api.ts';

interface FaultFormProps {
  readonly fault: FaultDescription;
  readonly inForce: boolean;
  readonly untilLifted: boolean;
  readonly start: (request: FaultRequest) => void;
}

/** One way to break the server: its name is the button, its parameters stand beside it. */
export function FaultForm({ fault, inForce, untilLifted, start }: FaultFormProps) {
  const { id, title, explanation, parameters } = fault;
  const explanationId = useId();
  const shown = parameters.filter(({ name }) => !(untilLifted && name === 'seconds'));
  const lasts = parameters.some(({ name }) => name === 'seconds');

  function submit(event: SubmitEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const values = Object.fromEntries(shown.map(({ name }) => [name, Number(form.get(name))]));
    start({ id, ...values, ...(lasts && untilLifted && { seconds: null }) });
  }

  return (
    <form className="fault" id={`fault-${id}`} data-fault={id} data-in-force={inForce} onSubmit={submit}>
      <button type="submit" aria-describedby={explanationId}>
        {title}
      </button>
      {shown.length > 0 && (
        <div className="parameters">
          {shown.map((parameter) => (
            <Parameter key={parameter.name} fault={title} parameter={parameter} />
          ))}
        </div>
      )}
      <p id={explanationId}>{explanation}</p>
    </form>
  );
}

function Parameter({ fault, parameter }: { fault: string; parameter: FaultParameter }) {
  const { name, label, unit, default: standard, min, max, choices } = parameter;
  const id = useId();

  return (
    <label htmlFor={id}>
      <span className="unseen">
        {fault}: {choices && label}
      </span>
      {!choices && label}
      {choices ? (
        <select id={id} name={name} defaultValue={standard}>
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      ) : (
        <input id={id} name={name} type="number" required min={min} max={max} defaultValue={standard} />
      )}
      {unit}
    </label>
  );
}
