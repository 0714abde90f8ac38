// Makes a fresh clone ready to run, with nothing but Node 20 and npm. `npm start` and `npm test` begin here.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromiumVersion, findChromium } from './chromium.mjs';
import { findProgram, programs } from './programs.mjs';

// On Windows, npm and the programs in .bin are scripts for the shell.
const shell = process.platform === 'win32';

/** apt-get knows the packages that there are now. */
let isUpdated = false;

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
provideDependencies();
provideNode();
if (process.argv.includes('--browser')) {
  provideChromium();
  providePackages();
}

function provideDependencies() {
  if (isInstalled()) return say('dependencies are installed');
  say('installing the dependencies of package-lock.json …');
  if (!run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])) {
    fail('npm could not install the dependencies, for the reason above.');
  }
}

// npm writes a list of its packages into node_modules. If it matches the lock file, there is nothing to do. Optional
// packages are those for other platforms.
function isInstalled() {
  if (!existsSync('node_modules/.package-lock.json')) return false;
  const installed = packagesIn('node_modules/.package-lock.json');
  return Object.entries(packagesIn('package-lock.json')).every(
    ([path, { version, optional }]) =>
      path === '' || (existsSync(path) ? installed[path]?.version === version : optional),
  );
}

// The npm package `node` brings the Node that runs everything else. Its install script fetches the program,
// so an install with scripts switched off leaves it out.
function provideNode() {
  const wanted = packagesIn('package-lock.json')['node_modules/node'].version;
  if (installedNode() !== wanted) {
    say(`installing Node ${wanted}, which npm left out …`);
    run('npm', ['rebuild', 'node', '--ignore-scripts=false', '--loglevel=error']);
  }
  if (installedNode() !== wanted) {
    fail(`the npm package "node" did not bring Node ${wanted}: allow its install script and try again.`);
  }
  say(`Node ${wanted} from the npm package "node"`);
}

function installedNode() {
  const { stdout } = spawnSync(join('node_modules', '.bin', 'node'), ['--version'], {
    encoding: 'utf8',
    shell,
  });
  return stdout?.trim().slice(1);
}

function provideChromium() {
  const { CHROMIUM_PATH } = process.env;
  let path = findChromium();
  if (!path && CHROMIUM_PATH) fail(`CHROMIUM_PATH is ${CHROMIUM_PATH}, and no browser starts there.`);
  path ??= downloadChromium() ?? installChromium();
  if (!path) fail('the tests need Chromium: install it, or name one (or Google Chrome) in CHROMIUM_PATH.');
  say(`Chromium ${chromiumVersion(path)} at ${path}`);
}

// Some networks refuse this download at once, others let it hang.
function downloadChromium() {
  say('downloading Chromium …');
  const install = ['node_modules/playwright/cli.js', 'install', '--no-shell', 'chromium'];
  run(process.execPath, install, { stdio: 'ignore', shell: false, timeout: 180_000 });
  return findChromium();
}

function installChromium() {
  if (!canInstall()) return;
  say('the download was refused; installing Chromium with apt-get …');
  install('chromium');
  return findChromium();
}

// Only suites of `npm test` run these: where one is missing, they say at the end that they did not run.
function providePackages() {
  const missing = () => Object.keys(programs).filter((name) => !findProgram(name));
  if (missing().length > 0 && canInstall()) {
    say(`installing ${missing().join(', ')} with apt-get, and starting none of them …`);
    withoutServices(() => {
      // One by one: apt-get installs nothing where it does not know one of them.
      for (const name of missing()) install('--no-install-recommends', programs[name]);
    });
  }
  const left = missing();
  if (left.length > 0) say(`without ${left.join(', ')}: the suites that need them will not run`);
  else say(`${Object.keys(programs).join(', ')} are installed`);
}

// Debian starts what it installs, unless this file says no.
function withoutServices(work) {
  const policy = '/usr/sbin/policy-rc.d';
  const isOurs = !existsSync(policy);
  if (isOurs) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    work();
  } finally {
    if (isOurs) rmSync(policy);
  }
}

function canInstall() {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

function install(...args) {
  if (!isUpdated) isUpdated = aptGet('update');
  aptGet('install', '--yes', ...args);
}

function aptGet(...args) {
  return run('apt-get', args, {
    stdio: 'ignore',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}

function packagesIn(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

function run(command, args, options) {
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], shell, ...options }).status === 0;
}

function say(what) {
  console.log(`setup: ${what}`);
}

function fail(why) {
  console.error(`setup: ${why}`);
  process.exit(1);
}
