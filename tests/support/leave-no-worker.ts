import type { SetupWorker } from 'msw/browser';

/**
 * Stops MSW, and takes away its service worker, which `stop` leaves where it is: it would get the requests of the tests
 * that come after, too. WebKit sends no preflight for a request that a service worker lets pass.
 */
export async function leaveNoWorker(msw: SetupWorker): Promise<void> {
  msw.stop();
  const registrations = await navigator.serviceWorker.getRegistrations();
  await Promise.all(registrations.map((registration) => registration.unregister()));
}
