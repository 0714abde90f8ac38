import { defineComponent, h, KeepAlive, render, type VNode, watch } from 'vue';
import { useConnection, useServerSentEvents } from '../../../adapters/vue.ts';
import type { ComponentMount, FeedProps } from './component-mount.ts';

export function vueMount(host: Element, props: FeedProps): ComponentMount {
  const Feed = createFeed(props);
  return mount(host, (shown) => (shown ? h(Feed) : null));
}

export function keepAliveMount(host: Element, props: FeedProps): ComponentMount {
  const Feed = createFeed(props);
  return mount(host, (shown) => h(KeepAlive, null, { default: () => (shown ? h(Feed) : undefined) }));
}

/** Rendered by hand, because an app would wait for the next tick, and the request would leave before that. */
function mount(host: Element, view: (shown: boolean) => VNode | null): ComponentMount {
  return {
    show: () => render(view(true), host),
    hide: () => render(view(false), host),
    end: () => render(null, host),
  };
}

function createFeed({ url, shared, options, onStatus }: FeedProps) {
  return defineComponent({
    setup() {
      const { status, data, history } = useServerSentEvents(url, { ...options, onDeactivated: 'pause' });
      const other = useConnection(shared);
      watch(status, onStatus);
      return () => h('output', `${status.value} ${data.value} ${history.value.length} ${other.status.value}`);
    },
  });
}
