import { seconds } from '../panel/format.ts';
import { useNow } from './hooks.ts';

interface NextAttemptProps {
  readonly retries: number;
  readonly maxRetries: number;
  readonly retryAt: number | null;
}

export function NextAttempt({ retries, maxRetries, retryAt }: NextAttemptProps) {
  return (
    <div className="next">
      <div className="next-retries">
        <span>
          Retries <b>{retries}</b> of {maxRetries}
        </span>
        <span className="pips" aria-hidden="true">
          {Array.from({ length: Math.min(maxRetries, 20) }, (_, pip) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the place is what a pip is
            <i key={pip} className={pip < retries ? 'spent' : ''} />
          ))}
        </span>
      </div>
      {retryAt === null ? (
        <span className="next-idle">No attempt is due</span>
      ) : (
        <RetryCountdown key={retryAt} retryAt={retryAt} />
      )}
    </div>
  );
}

/** Mounted anew for every wait. */
function RetryCountdown({ retryAt }: { retryAt: number }) {
  const now = useNow(100);

  return (
    <>
      <span>
        Next attempt in <b>{seconds(retryAt - now)}</b>
      </span>
      <span className="wait" aria-hidden="true">
        <i style={{ animationDuration: `${Math.max(0, retryAt - Date.now())}ms` }} />
      </span>
    </>
  );
}
