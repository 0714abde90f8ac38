import type { Reading } from './send-paced.ts';

/** The readings, as every React app shows them. */
export function Readings({ last, recent }: { last: Reading | undefined; recent: readonly Reading[] }) {
  return (
    <>
      <output>{last?.text}</output>
      <ol>
        {recent.map(({ index, text }) => (
          <li key={index}>{text}</li>
        ))}
      </ol>
    </>
  );
}
