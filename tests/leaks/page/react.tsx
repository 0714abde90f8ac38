import { Activity, type ReactNode, StrictMode, useEffect } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { useConnection, useServerSentEvents } from '../../../adapters/react.ts';
import type { FeedProps, Stage } from './stage.ts';

export function reactStage(host: Element, props: FeedProps): Stage {
  return stage(host, (shown) => shown && <Feed {...props} />);
}

export function strictModeStage(host: Element, props: FeedProps): Stage {
  return stage(host, (shown) => <StrictMode>{shown && <Feed {...props} />}</StrictMode>);
}

export function activityStage(host: Element, props: FeedProps): Stage {
  return stage(host, (shown) => (
    <Activity mode={shown ? 'visible' : 'hidden'}>
      <Feed {...props} />
    </Activity>
  ));
}

function stage(host: Element, view: (shown: boolean) => ReactNode): Stage {
  const root = createRoot(host);
  return {
    show: () => flushSync(() => root.render(view(true))),
    hide: () => flushSync(() => root.render(view(false))),
    end: () => root.unmount(),
  };
}

function Feed({ url, shared, options, onStatus }: FeedProps) {
  const { status, data, history } = useServerSentEvents(url, options);
  const other = useConnection(shared);
  useEffect(() => onStatus(status), [status, onStatus]);
  return <output>{`${status} ${data} ${history.length} ${other.status}`}</output>;
}
