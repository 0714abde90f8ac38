import { type SubmitEvent, useId, useRef } from 'react';
import type { FaultDescription, FaultRequest } from '../../protocol/fault-api.ts';
import type { Parameter } from '../../protocol/parameter.ts';
import { CopyLink } from './CopyLink.tsx';

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
  const form = useRef<HTMLFormElement>(null);
  const shown = parameters.filter(({ name }) => !(untilLifted && name === 'seconds'));
  const lasts = parameters.some(({ name }) => name === 'seconds');

  /** The fault as it is set up. */
  function request(): FaultRequest {
    const given = new FormData(form.current ?? undefined);
    const values = Object.fromEntries(shown.map(({ name }) => [name, Number(given.get(name))]));
    return { id, ...values, ...(lasts && untilLifted && { seconds: null }) };
  }

  function submit(event: SubmitEvent<HTMLFormElement>): void {
    event.preventDefault();
    start(request());
  }

  return (
    <form
      ref={form}
      className="fault"
      id={`fault-${id}`}
      data-fault={id}
      data-in-force={inForce}
      onSubmit={submit}
    >
      <button type="submit" aria-describedby={explanationId}>
        {title}
      </button>
      {shown.length > 0 && (
        <div className="parameters">
          {shown.map((parameter) => (
            <ParameterField key={parameter.name} fault={title} parameter={parameter} />
          ))}
        </div>
      )}
      <p id={explanationId}>{explanation}</p>
      <CopyLink title={title} fault={request} />
    </form>
  );
}

function ParameterField({ fault, parameter }: { fault: string; parameter: Parameter }) {
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
