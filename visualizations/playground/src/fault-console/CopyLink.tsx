import { useEffect, useState } from 'react';
import type { FaultRequest } from '../../protocol/fault-api.ts';
import { queryOf } from '../address/address.ts';
import { settings } from '../settings/settings.ts';

interface CopyLinkProps {
  /** The name of its target, for those who do not see where the button stands. */
  readonly title: string;
  /** Asked at the click: the fault as it is set up then. */
  readonly fault: () => FaultRequest;
}

/** Copies the address of a page with these settings that begins this fault by itself. */
export function CopyLink({ title, fault }: CopyLinkProps) {
  const [outcome, setOutcome] = useState('');

  useEffect(() => {
    const timer = setTimeout(setOutcome, 2_500, '');
    return () => clearTimeout(timer);
  });

  async function copy(): Promise<void> {
    const link = new URL(queryOf(settings.get(), fault()), location.origin).href;
    try {
      await navigator.clipboard.writeText(link);
      setOutcome('Copied');
    } catch {
      history.replaceState(null, '', link); // from there it can be copied by hand
      setOutcome('In the address bar');
    }
  }

  return (
    <span className="copy-link">
      <button type="button" title="Copy link to this" onClick={() => void copy()}>
        <span className="unseen">Copy link to {title}</span>
        <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M6.5 9.5l3-3M7 4.5l1.2-1.2a2.9 2.9 0 0 1 4.5 4.5L11.5 9M9 11.5l-1.2 1.2a2.9 2.9 0 0 1-4.5-4.5L4.5 7" />
        </svg>
      </button>
      <span className="copied" role="status">
        {outcome}
      </span>
    </span>
  );
}
