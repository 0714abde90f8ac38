import { startSite } from '../support/site.ts';
import type { Plan } from './page.ts';

/** Two pages of one origin: one that opens connections, and another to go to. */
export interface LifecycleSite extends AsyncDisposable {
  address(plan: Plan): string;
  readonly elsewhere: string;
}

export async function startLifecycleSite(): Promise<LifecycleSite> {
  const { origin, [Symbol.asyncDispose]: dispose } = await startSite({
    script: new URL('page.ts', import.meta.url),
    pages: {
      '/': '<!doctype html><title>Events</title><script type="module" src="/page.js"></script>',
      '/elsewhere': '<!doctype html><title>Elsewhere</title>',
    },
  });
  return {
    address: (plan) => `${origin}/?${new URLSearchParams({ plan: JSON.stringify(plan) })}`,
    elsewhere: `${origin}/elsewhere`,
    [Symbol.asyncDispose]: dispose,
  };
}
