/** The engine in which the test runs. */
export const engine = engineOf(navigator.userAgent);

function engineOf(userAgent: string): 'chromium' | 'firefox' | 'webkit' {
  if (userAgent.includes('Firefox/')) return 'firefox';
  return userAgent.includes('Chrome/') ? 'chromium' : 'webkit';
}
