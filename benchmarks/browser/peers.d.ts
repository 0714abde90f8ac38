// Installed only for a benchmark, so the types must not need it: what is used of it, and no more.

declare module '@vueuse/core' {
  import type { ShallowRef } from 'vue';

  export function useEventSource<Data = string>(
    url: string,
    events?: string[],
    options?: { serializer?: { read: (text?: string) => Data } },
  ): { readonly data: ShallowRef<Data | null> };
}
