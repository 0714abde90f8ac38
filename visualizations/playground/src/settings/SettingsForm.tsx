import { type SubmitEvent, useId } from 'react';
import { queryOf } from '../address/address.ts';
import { useStore } from '../react/hooks.ts';
import { tour } from '../tour/tour-machine.ts';
import { jitterField, numberFields, numbersOf, type Settings } from './setting-fields.ts';
import { keyOf, settings } from './settings.ts';

/** The options of both connections. Other ones make both anew, and stand in the address of the page. */
export function SettingsForm() {
  const present = useStore(settings);
  const id = useId();

  function apply(event: SubmitEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const chosen: Settings = {
      ...numbersOf(({ name }) => Number(form.get(name))),
      jitter: jitterField.choices.find((kind) => kind === form.get('jitter')) ?? jitterField.default,
      token: form.has('token'),
    };
    tour.send({ type: 'stop' }); // or it would put the old ones back
    history.replaceState(null, '', queryOf(chosen) || location.pathname);
    if (keyOf(chosen) !== keyOf(settings.get())) settings.set(chosen);
  }

  return (
    <details className="settings">
      <summary>
        <h2>Settings</h2> <span>{inWords(present)}</span>
      </summary>
      <form onSubmit={apply}>
        {numberFields.map(({ name, label, hint, unit, default: standard, min, max }) => (
          <label key={name} htmlFor={id + name}>
            <code>{label}</code>
            <small>{hint}</small>
            <span>
              <input
                id={id + name}
                name={name}
                type="number"
                required
                step="any"
                min={min}
                max={max}
                placeholder={String(standard)}
                defaultValue={present[name]}
              />{' '}
              {unit}
            </span>
          </label>
        ))}
        <label htmlFor={`${id}jitter`}>
          <code>jitter</code>
          <small>how waits are spread</small>
          <select id={`${id}jitter`} name="jitter" defaultValue={present.jitter}>
            {jitterField.choices.map((kind) => (
              <option key={kind}>{kind}</option>
            ))}
          </select>
        </label>
        <label htmlFor={`${id}token`}>
          <code>refresh</code>
          <small>a token that can be renewed</small>
          <input id={`${id}token`} name="token" type="checkbox" defaultChecked={present.token} />
        </label>
        <button type="submit">Apply</button>
      </form>
    </details>
  );
}

function inWords({ maxRetries, retryDelay, maxRetryDelay, jitter, token }: Settings): string {
  const spread = jitter === 'none' ? 'no jitter' : `${jitter} jitter`;
  return `up to ${maxRetries} retries, waits from ${retryDelay / 1_000} s to ${maxRetryDelay / 1_000} s, ${spread}${
    token ? ', a token' : ''
  }`;
}
