import { defineConfig } from 'playwright/test';
import { findChromium } from '../../../scripts/chromium.mjs';

const executablePath = findChromium();
const { BASE_URL: baseURL } = process.env;

export default defineConfig({
  testDir: '../../../examples/testing/playwright',
  outputDir: '../../../.cache/playwright',
  forbidOnly: true,
  reporter: 'line',
  timeout: 120_000,
  expect: { timeout: 30_000 },
  use: {
    ...(baseURL && { baseURL }),
    launchOptions: {
      ...(executablePath && { executablePath }),
      args: ['--no-sandbox', '--disable-gpu'],
    },
  },
});
