import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { sentinel } from './places.ts';

/**
 * Lets the static files work in any folder of any server, and from `file:` too, where a browser loads no modules: the
 * text, the pictures and the demos are there, the search and the switch for dark colours are not.
 *
 * @returns How many pages there are.
 */
export function makePortable(folder: string): number {
  for (const file of globSync('**/*.{js,css}', { cwd: folder })) {
    change(join(folder, file), (text) =>
      file.endsWith('.css') ? portableStyle(text) : portableScript(text),
    );
  }
  const pages = globSync('**/*.html', { cwd: folder }).map((file) => file.replaceAll(sep, '/'));
  for (const page of pages) change(join(folder, page), (text) => portablePage(text, page));
  return pages.length;
}

function change(file: string, by: (text: string) => string): void {
  const changed = by(readFileSync(file, 'utf8'));
  if (changed.includes(sentinel)) {
    const around = changed.indexOf(sentinel);
    throw new Error(`${file} names its place: …${changed.slice(around - 60, around + 60)}…`);
  }
  writeFileSync(file, changed);
}

/** Styles lie in the folder of the pictures that they name. */
function portableStyle(text: string): string {
  return text.replaceAll(`${sentinel}assets/`, './');
}

/** The index of the search is JSON in one string; anywhere else an address is a string of its own. */
function portableScript(text: string): string {
  return text
    .replace(/^const \w+='\{"documentCount"(?:[^'\\]|\\.)*'/, inserted)
    .replaceAll(new RegExp(`(["'])${sentinel}([^"'\\n]*)\\1`, 'g'), '(globalThis.siteFolder+"$2")')
    .replaceAll(`\`${sentinel}`, `\`\${globalThis.siteFolder}`);
}

function portablePage(text: string, page: string): string {
  const up = '../'.repeat(page.split('/').length - 1) || './';
  return text
    .replaceAll(new RegExp(`="${sentinel}([^"]*)"`, 'g'), (_, path: string) => `="${up}${withIndex(path)}"`)
    .replaceAll(/href="((?:\.{1,2}\/)+(?:[^"#]*\/)?)(#[^"]*)?"/g, 'href="$1index.html$2"')
    .replaceAll(/<link rel="modulepreload"[^>]*>/g, '')
    .replace(/<script type="module" src="([^"]+)"><\/script>/, (_, src: string) => starter(up, src))
    .replace(
      /window\.__VP_SITE_DATA__=JSON\.parse\(("(?:[^"\\]|\\.)*")\)/,
      (_, data: string) => `window.__VP_SITE_DATA__=JSON.parse(${inserted(data)})`,
    );
}

/** Puts the folder into a string when it is read. */
function inserted(literal: string): string {
  return `${literal.replaceAll(sentinel, '@FOLDER@')}.replaceAll("@FOLDER@",globalThis.siteFolder)`;
}

/** A `file:` address of a folder shows its list of files. */
function withIndex(path: string): string {
  const [file = '', hash] = path.split('#');
  const named = file === '' || file.endsWith('/') ? posix.join(file, 'index.html') : file;
  return hash === undefined ? named : `${named}#${hash}`;
}

/**
 * Starts the app of VitePress, which lays links out anew when the page changes: by then they have to be absolute.
 */
function starter(up: string, src: string): string {
  return `<script>globalThis.siteFolder=new URL(${JSON.stringify(up)},location.href).pathname;
if(location.protocol==='file:')document.documentElement.classList.add('from-file');
else{addEventListener('DOMContentLoaded',()=>{for(const a of document.querySelectorAll('a[href^="."]'))a.setAttribute('href',a.pathname+a.hash);
const s=document.createElement('script');s.type='module';s.src=${JSON.stringify(src)};document.head.append(s)})}</script>`;
}
