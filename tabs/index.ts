export { type AcrossTabsOptions, acrossTabs, type TabsTransport } from './across-tabs.ts';
