import { Activity, type ReactNode, StrictMode, useEffect } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { useConnection, useServerSentEvents } from '../../../adapters/react.ts';
import type { ComponentMount, FeedProps } from './component-mount.ts';

export function reactMount(host: Element, props: FeedProps): ComponentMount {
  return mount(host, (shown) => shown && <Feed {...props} />);
}

export function strictModeMount(host: Element, props: FeedProps): ComponentMount {
  return mount(host, (shown) => <StrictMode>{shown && <Feed {...props} />}</StrictMode>);
}

export function activityMount(host: Element, props: FeedProps): ComponentMount {
  return mount(host, (shown) => (
    <Activity mode={shown ? 'visible' : 'hidden'}>
      <Feed {...props} />
    </Activity>
  ));
}

function mount(host: Element, view: (shown: boolean) => ReactNode): ComponentMount {
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
